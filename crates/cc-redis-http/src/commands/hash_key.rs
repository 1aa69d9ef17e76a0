//! Keys that hold fields and their values.

use cc_api_redis_http as api;
use cc_runtime::{Result, Secret};

use super::{CreateHashKey, DeleteHashKeyElement, ScanHashKey, SetHashKeyElement};
use crate::command::{Access, RedisCommand};
use crate::effect::Effect;
use crate::model::{HashKeyElement, ScannedHashKey};
use crate::scan::Scan;

impl RedisCommand for CreateHashKey {
    type Operation = api::CreateHashKey;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Once, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::CreateHashKey::new(api::types::CreateHashKeyBody::new(self.key, self.elements, backend_url))
    }
}

impl RedisCommand for ScanHashKey {
    type Operation = api::ScanHashKey;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Read, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        let mut body = api::types::ScanHashKeyBody::new(self.key, backend_url);
        body.cursor = self.cursor;
        body.count = self.count;
        body.match_ = self.match_;
        api::ScanHashKey::new(body)
    }
}

impl Scan for ScanHashKey {
    type Item = HashKeyElement;

    fn cursor(&self) -> i64 {
        self.cursor.unwrap_or_default()
    }

    fn starting_at(self, cursor: i64) -> Self {
        self.cursor(cursor)
    }

    fn part(output: ScannedHashKey) -> (i64, Vec<HashKeyElement>) {
        (output.cursor, output.elements)
    }
}

impl RedisCommand for SetHashKeyElement {
    type Operation = api::SetHashKeyElement;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Once, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::SetHashKeyElement::new(api::types::SetHashKeyElementBody::new(
            self.key,
            self.field,
            self.value,
            backend_url,
        ))
    }
}

impl RedisCommand for DeleteHashKeyElement {
    type Operation = api::DeleteHashKeyElement;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Once, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::DeleteHashKeyElement::new(api::types::DeleteHashKeyElementBody::new(
            self.key,
            self.field,
            backend_url,
        ))
    }
}

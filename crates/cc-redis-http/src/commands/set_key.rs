//! Keys that hold a set.

use cc_api_redis_http as api;
use cc_runtime::{Result, Secret};

use super::{AddSetKeyElement, CreateSetKey, DeleteSetKeyElement, ScanSetKey};
use crate::command::{Access, RedisCommand};
use crate::effect::Effect;
use crate::model::ScannedSetKey;
use crate::scan::Scan;

impl RedisCommand for CreateSetKey {
    type Operation = api::CreateSetKey;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Once, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::CreateSetKey::new(api::types::CreateSetKeyBody::new(self.key, self.elements, backend_url))
    }
}

impl RedisCommand for ScanSetKey {
    type Operation = api::ScanSetKey;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Read, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        let mut body = api::types::ScanSetKeyBody::new(self.key, backend_url);
        body.cursor = self.cursor;
        body.count = self.count;
        body.match_ = self.match_;
        api::ScanSetKey::new(body)
    }
}

impl Scan for ScanSetKey {
    type Item = String;

    fn cursor(&self) -> i64 {
        self.cursor.unwrap_or_default()
    }

    fn starting_at(self, cursor: i64) -> Self {
        self.cursor(cursor)
    }

    fn part(output: ScannedSetKey) -> (i64, Vec<String>) {
        (output.cursor, output.elements)
    }
}

impl RedisCommand for AddSetKeyElement {
    type Operation = api::AddSetKeyElement;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Once, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::AddSetKeyElement::new(api::types::AddSetKeyElementBody::new(self.key, self.element, backend_url))
    }
}

impl RedisCommand for DeleteSetKeyElement {
    type Operation = api::DeleteSetKeyElement;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Once, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::DeleteSetKeyElement::new(api::types::DeleteSetKeyElementBody::new(
            self.key,
            self.element,
            backend_url,
        ))
    }
}

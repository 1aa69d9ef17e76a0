//! Keys that hold a list.

use cc_api_redis_http as api;
use cc_runtime::{Result, Secret};

use super::{AddListKeyElement, CreateListKey, GetListKeyElement, ScanListKey, UpdateListKeyElement};
use crate::command::{Access, RedisCommand};
use crate::effect::Effect;
use crate::model::{ScannedListKey, ScannedListKeyElement};
use crate::scan::Scan;

impl RedisCommand for CreateListKey {
    type Operation = api::CreateListKey;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Once, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::CreateListKey::new(api::types::CreateListKeyBody::new(self.key, self.elements, backend_url))
    }
}

impl RedisCommand for ScanListKey {
    type Operation = api::ScanListKey;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Read, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        let mut body = api::types::ScanListKeyBody::new(self.key, backend_url);
        body.cursor = self.cursor;
        body.count = self.count;
        body.match_ = self.match_;
        api::ScanListKey::new(body)
    }
}

impl Scan for ScanListKey {
    type Item = ScannedListKeyElement;

    fn cursor(&self) -> i64 {
        self.cursor.unwrap_or_default()
    }

    fn starting_at(self, cursor: i64) -> Self {
        self.cursor(cursor)
    }

    fn part(output: ScannedListKey) -> (i64, Vec<ScannedListKeyElement>) {
        (output.cursor, output.elements)
    }
}

impl RedisCommand for GetListKeyElement {
    type Operation = api::GetListKeyElement;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Read, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::GetListKeyElement::new(api::types::GetListKeyElementBody::new(self.key, self.index, backend_url))
    }
}

impl RedisCommand for AddListKeyElement {
    type Operation = api::AddListKeyElement;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Once, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        let mut body = api::types::AddListKeyElementBody::new(self.key, self.value, backend_url);
        body.position = self.position;
        api::AddListKeyElement::new(body)
    }
}

impl RedisCommand for UpdateListKeyElement {
    type Operation = api::UpdateListKeyElement;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Once, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::UpdateListKeyElement::new(api::types::UpdateListKeyElementBody::new(
            self.key,
            self.index,
            self.value,
            backend_url,
        ))
    }
}

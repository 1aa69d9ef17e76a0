//! Keys of any type.

use cc_api_redis_http as api;
use cc_runtime::{Result, Secret};

use super::{DeleteKey, ScanKey};
use crate::command::{Access, Keys, RedisCommand};
use crate::effect::Effect;
use crate::model::{ScannedKey, ScannedKeys};
use crate::scan::Scan;

impl RedisCommand for ScanKey {
    type Operation = api::ScanKeys;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Ok(Access::new(Effect::Read, Keys::All))
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        let mut body = api::types::ScanKeysBody::new(backend_url);
        body.cursor = self.cursor;
        body.count = self.count;
        body.type_ = self.type_;
        body.match_ = self.match_;
        api::ScanKeys::new(body)
    }
}

impl Scan for ScanKey {
    type Item = ScannedKey;

    fn cursor(&self) -> i64 {
        self.cursor.unwrap_or_default()
    }

    fn starting_at(self, cursor: i64) -> Self {
        self.cursor(cursor)
    }

    fn part(output: ScannedKeys) -> (i64, Vec<ScannedKey>) {
        (output.cursor, output.keys)
    }
}

impl RedisCommand for DeleteKey {
    type Operation = api::DeleteKey;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Once, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::DeleteKey::new(api::types::DeleteKeyBody::new(self.key, backend_url))
    }
}

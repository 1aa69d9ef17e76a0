//! Keys of any type.

use cc_api_redis_http as api;
use cc_runtime::{Result, Secret};
use serde::{Deserialize, Serialize};

use crate::command::{Access, Keys, RedisCommand};
use crate::effect::Effect;
use crate::model::{DeletedKey, KeyType, ScannedKey, ScannedKeys};
use crate::scan::Scan;
use crate::{Command, Context};

/// Reads the keys of a database, one part at a time.
///
/// [`scan`](crate::RedisHttpClient::scan) reads all parts.
///
/// Operation: `scan_keys` (`POST /keys/_scan`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ScanKey {
    /// Where to go on from: the `cursor` of the part before. Default: 0, the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<i64>,
    /// About how many keys to read, at least 1. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// The only type of keys to read. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "type")]
    pub type_: Option<KeyType>,
    /// Glob that the names must match, such as `user:*`. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "match")]
    pub match_: Option<String>,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

#[allow(clippy::new_without_default)]
impl ScanKey {
    /// Without inputs.
    pub fn new() -> Self {
        Self { cursor: None, count: None, type_: None, match_: None, backend_url: None }
    }

    /// Where to go on from: the `cursor` of the part before. Default: 0, the start.
    pub fn cursor(mut self, cursor: i64) -> Self {
        self.cursor = Some(cursor);
        self
    }

    /// About how many keys to read, at least 1. Default: 100.
    pub fn count(mut self, count: i64) -> Self {
        self.count = Some(count);
        self
    }

    /// The only type of keys to read. Default: all.
    pub fn type_(mut self, type_: impl Into<KeyType>) -> Self {
        self.type_ = Some(type_.into());
        self
    }

    /// Glob that the names must match, such as `user:*`. Default: all.
    pub fn match_(mut self, match_: impl Into<String>) -> Self {
        self.match_ = Some(match_.into());
        self
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url(mut self, backend_url: impl Into<Secret>) -> Self {
        self.backend_url = Some(backend_url.into());
        self
    }
}

impl Command for ScanKey {
    const NAME: &'static str = "ScanKey";
    type Output = ScannedKeys;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<ScannedKeys> {
        cx.execute(self).await
    }
}

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

/// Deletes a key, of any type.
///
/// Operation: `delete_key` (`POST /key/_delete`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct DeleteKey {
    /// Name of the key.
    pub key: String,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl DeleteKey {
    /// With what is required.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), backend_url: None }
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url(mut self, backend_url: impl Into<Secret>) -> Self {
        self.backend_url = Some(backend_url.into());
        self
    }
}

impl Command for DeleteKey {
    const NAME: &'static str = "DeleteKey";
    type Output = DeletedKey;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<DeletedKey> {
        cx.execute(self).await
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

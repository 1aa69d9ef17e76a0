//! Keys that hold fields and their values.

use cc_api_redis_http as api;
use cc_runtime::{Result, Secret};
use serde::{Deserialize, Serialize};

use crate::command::{Access, RedisCommand};
use crate::effect::Effect;
use crate::model::{
    DeletedHashKeyElement, HashField, HashKey, HashKeyElement, ScannedHashKey, SetHashKeyElementReply,
};
use crate::scan::Scan;
use crate::{Command, Context};

/// Creates a `hash` key.
///
/// Refused when there is a key of that name.
///
/// Operation: `create_hash_key` (`POST /key/hash/_create`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateHashKey {
    /// Name of the key.
    pub key: String,
    /// Fields of the key, at least one.
    pub elements: Vec<HashField>,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl CreateHashKey {
    /// With what is required.
    pub fn new(
        key: impl Into<String>,
        elements: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        Self {
            key: key.into(),
            elements: elements
                .into_iter()
                .map(|(field, value)| HashField { field: field.into(), value: value.into() })
                .collect(),
            backend_url: None,
        }
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url(mut self, backend_url: impl Into<Secret>) -> Self {
        self.backend_url = Some(backend_url.into());
        self
    }
}

impl Command for CreateHashKey {
    const NAME: &'static str = "CreateHashKey";
    type Output = HashKey;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<HashKey> {
        cx.execute(self).await
    }
}

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

/// Reads the fields of a `hash` key, one part at a time.
///
/// [`scan`](crate::RedisHttpClient::scan) reads all parts.
///
/// Operation: `scan_hash_key` (`POST /key/hash/_scan`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ScanHashKey {
    /// Name of the key.
    pub key: String,
    /// Where to go on from: the `cursor` of the part before. Default: 0, the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<i64>,
    /// About how many fields to read, at least 1. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Glob that the fields must match, such as `user:*`. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "match")]
    pub match_: Option<String>,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl ScanHashKey {
    /// With what is required.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), cursor: None, count: None, match_: None, backend_url: None }
    }

    /// Where to go on from: the `cursor` of the part before. Default: 0, the start.
    pub fn cursor(mut self, cursor: i64) -> Self {
        self.cursor = Some(cursor);
        self
    }

    /// About how many fields to read, at least 1. Default: 100.
    pub fn count(mut self, count: i64) -> Self {
        self.count = Some(count);
        self
    }

    /// Glob that the fields must match, such as `user:*`. Default: all.
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

impl Command for ScanHashKey {
    const NAME: &'static str = "ScanHashKey";
    type Output = ScannedHashKey;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<ScannedHashKey> {
        cx.execute(self).await
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

/// Sets one field of a `hash` key.
///
/// Operation: `set_hash_key_element` (`POST /key/hash/_set`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct SetHashKeyElement {
    /// Name of the key.
    pub key: String,
    /// Name of the field.
    pub field: String,
    /// Value of the field.
    pub value: String,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl SetHashKeyElement {
    /// With what is required.
    pub fn new(key: impl Into<String>, field: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), field: field.into(), value: value.into(), backend_url: None }
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url(mut self, backend_url: impl Into<Secret>) -> Self {
        self.backend_url = Some(backend_url.into());
        self
    }
}

impl Command for SetHashKeyElement {
    const NAME: &'static str = "SetHashKeyElement";
    type Output = SetHashKeyElementReply;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<SetHashKeyElementReply> {
        cx.execute(self).await
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

/// Deletes one field of a `hash` key.
///
/// Operation: `delete_hash_key_element` (`POST /key/hash/_delete`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct DeleteHashKeyElement {
    /// Name of the key.
    pub key: String,
    /// Name of the field.
    pub field: String,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl DeleteHashKeyElement {
    /// With what is required.
    pub fn new(key: impl Into<String>, field: impl Into<String>) -> Self {
        Self { key: key.into(), field: field.into(), backend_url: None }
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url(mut self, backend_url: impl Into<Secret>) -> Self {
        self.backend_url = Some(backend_url.into());
        self
    }
}

impl Command for DeleteHashKeyElement {
    const NAME: &'static str = "DeleteHashKeyElement";
    type Output = DeletedHashKeyElement;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<DeletedHashKeyElement> {
        cx.execute(self).await
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

//! Keys that hold a set.

use cc_api_redis_http as api;
use cc_runtime::{Result, Secret};
use serde::{Deserialize, Serialize};

use crate::command::{Access, RedisCommand};
use crate::effect::Effect;
use crate::model::{AddedSetKeyElement, DeletedSetKeyElement, ScannedSetKey, SetKey};
use crate::scan::Scan;
use crate::{Command, Context};

/// Creates a `set` key.
///
/// Refused when there is a key of that name.
///
/// Operation: `create_set_key` (`POST /key/set/_create`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateSetKey {
    /// Name of the key.
    pub key: String,
    /// Members of the set, at least one.
    pub elements: Vec<String>,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl CreateSetKey {
    /// With what is required.
    pub fn new(key: impl Into<String>, elements: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { key: key.into(), elements: elements.into_iter().map(Into::into).collect(), backend_url: None }
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url(mut self, backend_url: impl Into<Secret>) -> Self {
        self.backend_url = Some(backend_url.into());
        self
    }
}

impl Command for CreateSetKey {
    const NAME: &'static str = "CreateSetKey";
    type Output = SetKey;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<SetKey> {
        cx.execute(self).await
    }
}

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

/// Reads the members of a `set` key, one part at a time.
///
/// [`scan`](crate::RedisHttpClient::scan) reads all parts.
///
/// Operation: `scan_set_key` (`POST /key/set/_scan`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ScanSetKey {
    /// Name of the key.
    pub key: String,
    /// Where to go on from: the `cursor` of the part before. Default: 0, the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<i64>,
    /// About how many members to read, at least 1. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Glob that the members must match, such as `user:*`. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "match")]
    pub match_: Option<String>,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl ScanSetKey {
    /// With what is required.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), cursor: None, count: None, match_: None, backend_url: None }
    }

    /// Where to go on from: the `cursor` of the part before. Default: 0, the start.
    pub fn cursor(mut self, cursor: i64) -> Self {
        self.cursor = Some(cursor);
        self
    }

    /// About how many members to read, at least 1. Default: 100.
    pub fn count(mut self, count: i64) -> Self {
        self.count = Some(count);
        self
    }

    /// Glob that the members must match, such as `user:*`. Default: all.
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

impl Command for ScanSetKey {
    const NAME: &'static str = "ScanSetKey";
    type Output = ScannedSetKey;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<ScannedSetKey> {
        cx.execute(self).await
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

/// Adds a member to a `set` key.
///
/// Operation: `add_set_key_element` (`POST /key/set/_set`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct AddSetKeyElement {
    /// Name of the key.
    pub key: String,
    /// The member.
    pub element: String,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl AddSetKeyElement {
    /// With what is required.
    pub fn new(key: impl Into<String>, element: impl Into<String>) -> Self {
        Self { key: key.into(), element: element.into(), backend_url: None }
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url(mut self, backend_url: impl Into<Secret>) -> Self {
        self.backend_url = Some(backend_url.into());
        self
    }
}

impl Command for AddSetKeyElement {
    const NAME: &'static str = "AddSetKeyElement";
    type Output = AddedSetKeyElement;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<AddedSetKeyElement> {
        cx.execute(self).await
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

/// Deletes a member of a `set` key.
///
/// Operation: `delete_set_key_element` (`POST /key/set/_delete`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct DeleteSetKeyElement {
    /// Name of the key.
    pub key: String,
    /// The member.
    pub element: String,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl DeleteSetKeyElement {
    /// With what is required.
    pub fn new(key: impl Into<String>, element: impl Into<String>) -> Self {
        Self { key: key.into(), element: element.into(), backend_url: None }
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url(mut self, backend_url: impl Into<Secret>) -> Self {
        self.backend_url = Some(backend_url.into());
        self
    }
}

impl Command for DeleteSetKeyElement {
    const NAME: &'static str = "DeleteSetKeyElement";
    type Output = DeletedSetKeyElement;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<DeletedSetKeyElement> {
        cx.execute(self).await
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

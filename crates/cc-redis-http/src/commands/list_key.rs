//! Keys that hold a list.

use cc_api_redis_http as api;
use cc_runtime::{Result, Secret};
use serde::{Deserialize, Serialize};

use crate::command::{Access, RedisCommand};
use crate::effect::Effect;
use crate::model::{ListKey, ListKeyElement, ListPosition, ScannedListKey, ScannedListKeyElement};
use crate::scan::Scan;
use crate::{Command, Context};

/// Creates a `list` key.
///
/// Refused when there is a key of that name.
///
/// Operation: `create_list_key` (`POST /key/list/_create`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateListKey {
    /// Name of the key.
    pub key: String,
    /// Elements of the list, at least one, in order.
    pub elements: Vec<String>,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl CreateListKey {
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

impl Command for CreateListKey {
    const NAME: &'static str = "CreateListKey";
    type Output = ListKey;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<ListKey> {
        cx.execute(self).await
    }
}

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

/// Reads the elements of a `list` key, one part at a time.
///
/// [`scan`](crate::RedisHttpClient::scan) reads all parts.
///
/// Operation: `scan_list_key` (`POST /key/list/_scan`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ScanListKey {
    /// Name of the key.
    pub key: String,
    /// Where to go on from: the `cursor` of the part before. Default: 0, the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<i64>,
    /// About how many elements to read, at least 1. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Glob that the elements must match, such as `user:*`. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "match")]
    pub match_: Option<String>,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl ScanListKey {
    /// With what is required.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), cursor: None, count: None, match_: None, backend_url: None }
    }

    /// Where to go on from: the `cursor` of the part before. Default: 0, the start.
    pub fn cursor(mut self, cursor: i64) -> Self {
        self.cursor = Some(cursor);
        self
    }

    /// About how many elements to read, at least 1. Default: 100.
    pub fn count(mut self, count: i64) -> Self {
        self.count = Some(count);
        self
    }

    /// Glob that the elements must match, such as `user:*`. Default: all.
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

impl Command for ScanListKey {
    const NAME: &'static str = "ScanListKey";
    type Output = ScannedListKey;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<ScannedListKey> {
        cx.execute(self).await
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

/// Reads one element of a `list` key.
///
/// Operation: `get_list_key_element` (`POST /key/list/_get`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetListKeyElement {
    /// Name of the key.
    pub key: String,
    /// Position of the element, from 0.
    pub index: i64,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl GetListKeyElement {
    /// With what is required.
    pub fn new(key: impl Into<String>, index: i64) -> Self {
        Self { key: key.into(), index, backend_url: None }
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url(mut self, backend_url: impl Into<Secret>) -> Self {
        self.backend_url = Some(backend_url.into());
        self
    }
}

impl Command for GetListKeyElement {
    const NAME: &'static str = "GetListKeyElement";
    type Output = ListKeyElement;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<ListKeyElement> {
        cx.execute(self).await
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

/// Adds an element to a `list` key.
///
/// Operation: `add_list_key_element` (`POST /key/list/_push`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct AddListKeyElement {
    /// Name of the key.
    pub key: String,
    /// Value of the element.
    pub value: String,
    /// The end it is added to. Default: the tail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<ListPosition>,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl AddListKeyElement {
    /// With what is required.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into(), position: None, backend_url: None }
    }

    /// The end it is added to. Default: the tail.
    pub fn position(mut self, position: impl Into<ListPosition>) -> Self {
        self.position = Some(position.into());
        self
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url(mut self, backend_url: impl Into<Secret>) -> Self {
        self.backend_url = Some(backend_url.into());
        self
    }
}

impl Command for AddListKeyElement {
    const NAME: &'static str = "AddListKeyElement";
    type Output = ListKeyElement;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<ListKeyElement> {
        cx.execute(self).await
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

/// Replaces one element of a `list` key.
///
/// It is not repeated: another element may have come to this position.
///
/// Operation: `update_list_key_element` (`POST /key/list/_update`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct UpdateListKeyElement {
    /// Name of the key.
    pub key: String,
    /// Position of the element, from 0.
    pub index: i64,
    /// New value of the element.
    pub value: String,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl UpdateListKeyElement {
    /// With what is required.
    pub fn new(key: impl Into<String>, index: i64, value: impl Into<String>) -> Self {
        Self { key: key.into(), index, value: value.into(), backend_url: None }
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url(mut self, backend_url: impl Into<Secret>) -> Self {
        self.backend_url = Some(backend_url.into());
        self
    }
}

impl Command for UpdateListKeyElement {
    const NAME: &'static str = "UpdateListKeyElement";
    type Output = ListKeyElement;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<ListKeyElement> {
        cx.execute(self).await
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

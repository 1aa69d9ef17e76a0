//! Keys that hold a text.

use cc_api_redis_http as api;
use cc_runtime::{Result, Secret};
use serde::{Deserialize, Serialize};

use crate::command::{Access, RedisCommand};
use crate::effect::Effect;
use crate::model::StringKey;
use crate::{Command, Context};

/// Reads the value of a `string` key.
///
/// Operation: `get_string_key` (`POST /key/string/_get`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetStringKey {
    /// Name of the key.
    pub key: String,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl GetStringKey {
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

impl Command for GetStringKey {
    const NAME: &'static str = "GetStringKey";
    type Output = StringKey;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<StringKey> {
        cx.execute(self).await
    }
}

impl RedisCommand for GetStringKey {
    type Operation = api::GetStringKey;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Read, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::GetStringKey::new(api::types::GetStringKeyBody::new(self.key, backend_url))
    }
}

/// Creates a `string` key.
///
/// Refused when there is a key of that name.
///
/// Operation: `create_string_key` (`POST /key/string/_create`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateStringKey {
    /// Name of the key.
    pub key: String,
    /// Value of the key.
    pub value: String,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl CreateStringKey {
    /// With what is required.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into(), backend_url: None }
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url(mut self, backend_url: impl Into<Secret>) -> Self {
        self.backend_url = Some(backend_url.into());
        self
    }
}

impl Command for CreateStringKey {
    const NAME: &'static str = "CreateStringKey";
    type Output = StringKey;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<StringKey> {
        cx.execute(self).await
    }
}

impl RedisCommand for CreateStringKey {
    type Operation = api::CreateStringKey;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Once, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::CreateStringKey::new(api::types::CreateStringKeyBody::new(self.key, self.value, backend_url))
    }
}

/// Replaces the value of a `string` key.
///
/// Operation: `update_string_key` (`POST /key/string/_update`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct UpdateStringKey {
    /// Name of the key.
    pub key: String,
    /// New value of the key.
    pub value: String,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl UpdateStringKey {
    /// With what is required.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into(), backend_url: None }
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url(mut self, backend_url: impl Into<Secret>) -> Self {
        self.backend_url = Some(backend_url.into());
        self
    }
}

impl Command for UpdateStringKey {
    const NAME: &'static str = "UpdateStringKey";
    type Output = StringKey;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<StringKey> {
        cx.execute(self).await
    }
}

impl RedisCommand for UpdateStringKey {
    type Operation = api::UpdateStringKey;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Idempotent, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::UpdateStringKey::new(api::types::UpdateStringKeyBody::new(self.key, self.value, backend_url))
    }
}

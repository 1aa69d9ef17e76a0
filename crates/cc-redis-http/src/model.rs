//! Inputs and outputs of commands besides texts and numbers.

use serde::{Deserialize, Serialize};

pub use cc_api_redis_http::types::{
    AddedSetKeyElement, DeletedHashKeyElement, DeletedKey, DeletedSetKeyElement, HashKey, HashKeyElement,
    KeyType, ListKey, ListKeyElement, ListPosition, ScannedHashKey, ScannedKey, ScannedKeys, ScannedListKey,
    ScannedListKeyElement, ScannedSetKey, SetHashKeyElementReply, SetKey, StringKey,
};

use crate::failure::RedisCode;
use crate::reply::Reply;

/// A field of a `hash` key that is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HashField {
    /// Name of the field.
    pub field: String,
    /// Value of the field.
    pub value: String,
}

impl<F: Into<String>, V: Into<String>> From<(F, V)> for HashField {
    fn from((field, value): (F, V)) -> Self {
        Self { field: field.into(), value: value.into() }
    }
}

impl From<HashField> for HashKeyElement {
    fn from(field: HashField) -> Self {
        Self::new(field.field, field.value)
    }
}

/// Result of [`SetStringKey`](crate::commands::SetStringKey).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SetStringKeyReply {
    /// Name of the key.
    pub key: String,
    /// `true` if the key was set, `false` if the condition was not met.
    pub set: bool,
    /// Value before the command, if the command asks for it and the key existed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}

/// Result of [`ExpireKey`](crate::commands::ExpireKey).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ExpireKeyReply {
    /// Name of the key.
    pub key: String,
    /// `true` if the expiration time was set, `false` if the key does not exist or the condition was not met.
    pub set: bool,
}

/// Reply of a Redis command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CommandReply {
    /// The reply.
    pub result: Reply,
}

impl From<cc_api_redis_http::types::CommandReply> for CommandReply {
    fn from(reply: cc_api_redis_http::types::CommandReply) -> Self {
        Self { result: reply.result.into() }
    }
}

/// Output of a command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CommandLineReply {
    /// `true` if Redis accepted the command.
    pub success: bool,
    /// The lines that `redis-cli` would print.
    pub result: Vec<String>,
}

impl CommandLineReply {
    /// The code of what Redis refused with; `None` when it accepted the command.
    #[must_use]
    pub fn redis_code(&self) -> Option<RedisCode> {
        self.result.first().filter(|_| !self.success).and_then(|line| RedisCode::in_text(line))
    }
}

impl From<cc_api_redis_http::types::CommandLineReply> for CommandLineReply {
    fn from(reply: cc_api_redis_http::types::CommandLineReply) -> Self {
        Self { success: reply.success, result: reply.result }
    }
}

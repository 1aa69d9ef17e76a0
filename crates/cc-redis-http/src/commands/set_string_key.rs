//! `SET` with all its options.

use std::time::Duration;

use cc_runtime::input::IntoOption;
use cc_runtime::{Error, ErrorKind, Result, Secret, Timestamp};
use serde::{Deserialize, Serialize};

use super::{CmdSend, older};
use crate::command::{Context, Run};
use crate::expiry::{Expiry, one_of};
use crate::model::SetStringKeyReply;
use crate::reply::Reply;

/// Sets a `string` key, whether or not it exists, and replaces a key of any other type. Without an option, the key then never
/// expires.
///
/// It sends the command `SET`. A time to live is sent in seconds if they are exact, else in milliseconds; a smaller part is rounded
/// up. The command is sent once if it has a condition or returns the previous value, as a repetition could give another reply: a
/// lost answer is then [`Indeterminate`](cc_runtime::ErrorKind::Indeterminate). Without both, it is retried as [`Effect`](crate::Effect)
/// says of `SET`.
///
/// Operation: `send_command` (`POST /command`).
///
/// # Errors
/// - [`InvalidInput`](cc_runtime::ErrorKind::InvalidInput) if two options contradict each other, the time to live is zero or longer
///   than 292 million years, or the instant is not after 1970. Nothing is sent.
/// - [`Refused`](cc_runtime::ErrorKind::Refused) with the code `WRONGTYPE` if [`get`](Self::get) is set and the key has another type.
///
/// # Example
/// Only one of several programs does a piece of work, and another one may after 30 s:
/// ```no_run
/// # async fn example(client: cc_redis_http::RedisHttpClient) -> cc_redis_http::Result<()> {
/// use std::time::Duration;
///
/// use cc_redis_http::commands::SetStringKey;
///
/// let lock = SetStringKey::new("lock:report", "worker-1").ttl(Duration::from_secs(30)).only_if_absent();
/// if client.send(lock).await?.set {
///     println!("this program writes the report");
/// }
/// # Ok(()) }
/// ```
#[doc(alias = "SET")]
#[doc(alias = "SETEX")]
#[doc(alias = "SETNX")]
#[doc(alias = "GETSET")]
#[doc(alias = "/command")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
#[must_use = "a command does nothing until it is sent"]
pub struct SetStringKey {
    /// Name of the key.
    pub key: String,
    /// New value of the key.
    pub value: String,
    /// Time after which the key expires, in seconds. Default: the key never expires.
    #[cfg_attr(feature = "catalog", schemars(with = "Option<f64>", extend("exclusiveMinimum" = 0)))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "cc_runtime::__private::seconds::option"
    )]
    pub ttl: Option<Duration>,
    /// Instant at which the key expires. Default: the key never expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Keeps the expiration time that the key has. Default: `false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_ttl: bool,
    /// Sets the key only if it does not exist. Default: `false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_if_absent: bool,
    /// Sets the key only if it exists. Default: `false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_if_present: bool,
    /// Returns the previous value. Default: `false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub get: bool,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl SetStringKey {
    /// Creates the command from its required inputs.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
            ttl: None,
            expires_at: None,
            keep_ttl: false,
            only_if_absent: false,
            only_if_present: false,
            get: false,
            backend_url: None,
        }
    }

    /// Time after which the key expires (`EX`, `PX`). Default: the key never expires.
    #[doc(alias = "EX")]
    #[doc(alias = "PX")]
    pub fn ttl(mut self, ttl: impl Into<Option<Duration>>) -> Self {
        self.ttl = ttl.into();
        self
    }

    /// Instant at which the key expires (`EXAT`, `PXAT`). One that has passed deletes the key. Needs Redis 6.2. Default: the key
    /// never expires.
    #[doc(alias = "EXAT")]
    #[doc(alias = "PXAT")]
    pub fn expires_at<Kind>(mut self, expires_at: impl IntoOption<Timestamp, Kind>) -> Self {
        self.expires_at = expires_at.into_option();
        self
    }

    /// Keeps the expiration time that the key has (`KEEPTTL`). Needs Redis 6.0. Default: a new value removes it.
    #[doc(alias = "KEEPTTL")]
    pub fn keep_ttl(mut self) -> Self {
        self.keep_ttl = true;
        self
    }

    /// Sets the key only if it does not exist (`NX`). Default: sets it in any case.
    #[doc(alias = "NX")]
    pub fn only_if_absent(mut self) -> Self {
        self.only_if_absent = true;
        self
    }

    /// Sets the key only if it exists (`XX`). Default: sets it in any case.
    #[doc(alias = "XX")]
    pub fn only_if_present(mut self) -> Self {
        self.only_if_present = true;
        self
    }

    /// Returns the previous value (`GET`). Needs Redis 6.2, together with [`only_if_absent`](Self::only_if_absent) 7.0. Default: it is
    /// not returned.
    pub fn get(mut self) -> Self {
        self.get = true;
        self
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url<Kind>(mut self, backend_url: impl IntoOption<Secret, Kind>) -> Self {
        self.backend_url = backend_url.into_option();
        self
    }

    fn command(&self) -> Result<CmdSend> {
        let expiry = Expiry::of(self.ttl, self.expires_at)?;
        one_of(&[
            ("ttl", self.ttl.is_some()),
            ("expiresAt", self.expires_at.is_some()),
            ("keepTtl", self.keep_ttl),
        ])?;
        one_of(&[("onlyIfAbsent", self.only_if_absent), ("onlyIfPresent", self.only_if_present)])?;
        let flags = [
            (self.keep_ttl, "KEEPTTL"),
            (self.only_if_absent, "NX"),
            (self.only_if_present, "XX"),
            (self.get, "GET"),
        ];
        let mut command = CmdSend::new("SET")
            .args([&self.key, &self.value])
            .args(expiry.into_iter().flat_map(Expiry::words))
            .args(flags.into_iter().filter_map(|(is_set, word)| is_set.then_some(word)));
        command.backend_url.clone_from(&self.backend_url);
        Ok(command)
    }

    /// The options that older servers lack, with the version that has them.
    fn needs(&self) -> Vec<&'static str> {
        let needs = [
            (self.keep_ttl, "`keepTtl` needs Redis 6.0"),
            (self.expires_at.is_some(), "`expiresAt` needs Redis 6.2"),
            (self.get && self.only_if_absent, "`get` with `onlyIfAbsent` needs Redis 7.0"),
            (self.get && !self.only_if_absent, "`get` needs Redis 6.2"),
        ];
        needs.into_iter().filter_map(|(is_used, need)| is_used.then_some(need)).collect()
    }
}

impl Run for SetStringKey {
    async fn run(self, cx: &Context) -> Result<SetStringKeyReply> {
        let reply = cx.execute(self.command()?).await.map_err(|error| older(error, &self.needs()))?.result;
        let reply = match reply {
            Reply::Nil => None,
            Reply::Text(text) => Some(text),
            Reply::Integer(number) => Some(number.to_string()),
            other => return Err(unexpected(&other)),
        };
        // With `GET`, the reply is the previous value: its absence tells whether the condition was met.
        let set = match (self.get, self.only_if_absent, self.only_if_present) {
            (true, true, _) => reply.is_none(),
            (true, _, false) => true,
            _ => reply.is_some(),
        };
        Ok(SetStringKeyReply { key: self.key, set, previous: reply.filter(|_| self.get) })
    }
}

/// Error for a reply of another form. The value may have been set.
fn unexpected(reply: &Reply) -> Error {
    let form = match reply {
        Reply::List(_) => "a list",
        _ => "neither a text nor nothing",
    };
    Error::new(ErrorKind::Undecodable)
        .with_message(format!("unexpected reply of `SET`: {form}"))
        .with_effect("the key may have been set")
}

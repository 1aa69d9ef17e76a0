//! Commands that change the time at which a key expires.

use std::time::Duration;

use cc_runtime::input::IntoOption;
use cc_runtime::{Error, ErrorKind, Result, Secret, Timestamp};
use serde::{Deserialize, Serialize};

use super::{CmdSend, older};
use crate::command::{Context, Run};
use crate::expiry::{Expiry, invalid, one_of};
use crate::model::{ExpireKeyReply, StringKey};

/// Sets the time at which a key of any type expires.
///
/// It sends `EXPIRE` or `EXPIREAT` if the time is exact in seconds, else `PEXPIRE` or `PEXPIREAT`; a part below a millisecond is
/// rounded up. The command is sent once: a lost answer is [`Indeterminate`](cc_runtime::ErrorKind::Indeterminate). The conditions need
/// Redis 7.0.
///
/// Operation: `send_command` (`POST /command`).
///
/// # Errors
/// [`InvalidInput`](cc_runtime::ErrorKind::InvalidInput) if two inputs contradict each other, the time to live is zero or longer
/// than 292 million years, or the instant is not after 1970. Nothing is sent.
///
/// # Example
/// ```no_run
/// # async fn example(client: cc_redis_http::RedisHttpClient) -> cc_redis_http::Result<()> {
/// use std::time::Duration;
///
/// use cc_redis_http::commands::ExpireKey;
///
/// // The session lasts an hour from now, unless it lasts longer already.
/// let expire = ExpireKey::after("session:1", Duration::from_secs(3_600)).only_if_later();
/// println!("extended: {}", client.send(expire).await?.set);
/// # Ok(()) }
/// ```
#[doc(alias = "EXPIRE")]
#[doc(alias = "EXPIREAT")]
#[doc(alias = "PEXPIRE")]
#[doc(alias = "PEXPIREAT")]
#[doc(alias = "/command")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
#[must_use = "a command does nothing until it is sent"]
pub struct ExpireKey {
    /// Name of the key.
    pub key: String,
    /// Time after which the key expires, in seconds. Either this or `expiresAt` is required.
    #[cfg_attr(feature = "catalog", schemars(with = "Option<f64>", extend("exclusiveMinimum" = 0)))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "cc_runtime::__private::seconds::option"
    )]
    pub ttl: Option<Duration>,
    /// Instant at which the key expires. One that has passed deletes the key. Either this or `ttl` is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Only if the key has no expiration time. Default: `false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_if_persistent: bool,
    /// Only if the key has an expiration time. Default: `false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_if_expiring: bool,
    /// Only if the new expiration time is later than the present one. A key without one counts as the latest. Default: `false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_if_later: bool,
    /// Only if the new expiration time is earlier than the present one. A key without one counts as the latest. Default: `false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_if_earlier: bool,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl ExpireKey {
    /// Creates the command for a time to live, which starts when the server runs it.
    pub fn after(key: impl Into<String>, ttl: Duration) -> Self {
        Self { ttl: Some(ttl), ..Self::of(key.into()) }
    }

    /// Creates the command for an instant. One that has passed deletes the key.
    pub fn at(key: impl Into<String>, expires_at: impl Into<Timestamp>) -> Self {
        Self { expires_at: Some(expires_at.into()), ..Self::of(key.into()) }
    }

    fn of(key: String) -> Self {
        Self {
            key,
            ttl: None,
            expires_at: None,
            only_if_persistent: false,
            only_if_expiring: false,
            only_if_later: false,
            only_if_earlier: false,
            backend_url: None,
        }
    }

    /// Only if the key has no expiration time (`NX`). Default: in any case.
    #[doc(alias = "NX")]
    pub fn only_if_persistent(mut self) -> Self {
        self.only_if_persistent = true;
        self
    }

    /// Only if the key has an expiration time (`XX`). Default: in any case.
    #[doc(alias = "XX")]
    pub fn only_if_expiring(mut self) -> Self {
        self.only_if_expiring = true;
        self
    }

    /// Only if the new expiration time is later than the present one (`GT`). A key without one counts as the latest. Default: in any
    /// case.
    #[doc(alias = "GT")]
    pub fn only_if_later(mut self) -> Self {
        self.only_if_later = true;
        self
    }

    /// Only if the new expiration time is earlier than the present one (`LT`). A key without one counts as the latest. Default: in
    /// any case.
    #[doc(alias = "LT")]
    pub fn only_if_earlier(mut self) -> Self {
        self.only_if_earlier = true;
        self
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url<Kind>(mut self, backend_url: impl IntoOption<Secret, Kind>) -> Self {
        self.backend_url = backend_url.into_option();
        self
    }

    /// The conditions: name, value, and word of Redis.
    fn conditions(&self) -> [(&'static str, bool, &'static str); 4] {
        [
            ("onlyIfPersistent", self.only_if_persistent, "NX"),
            ("onlyIfExpiring", self.only_if_expiring, "XX"),
            ("onlyIfLater", self.only_if_later, "GT"),
            ("onlyIfEarlier", self.only_if_earlier, "LT"),
        ]
    }

    fn command(&self) -> Result<CmdSend> {
        let Some(expiry) = Expiry::of(self.ttl, self.expires_at)? else {
            return Err(invalid("`ttl` or `expiresAt` is missing: set one of them"));
        };
        let conditions = self.conditions();
        let [nx, xx, gt, lt] = conditions.map(|(name, is_set, _)| (name, is_set));
        for pair in [[nx, xx], [nx, gt], [nx, lt], [gt, lt]] {
            one_of(&pair)?;
        }
        let mut command = CmdSend::new(expiry.command)
            .arg(&self.key)
            .arg(expiry.number.to_string())
            .args(conditions.into_iter().filter_map(|(_, is_set, word)| is_set.then_some(word)));
        command.backend_url.clone_from(&self.backend_url);
        Ok(command)
    }
}

impl Run for ExpireKey {
    async fn run(self, cx: &Context) -> Result<ExpireKeyReply> {
        let has_condition = self.conditions().iter().any(|(_, is_set, _)| *is_set);
        let needs: &[&str] = if has_condition { &["conditions need Redis 7.0"] } else { &[] };
        let reply = cx.execute(self.command()?).await.map_err(|error| older(error, needs))?.result;
        Ok(ExpireKeyReply { key: self.key, set: reply.as_i64() == Some(1) })
    }
}

/// Reads the value of a `string` key, and changes the time at which the key expires.
///
/// It sends `GETEX`, which needs Redis 6.2. The command is sent once: a lost answer is
/// [`Indeterminate`](cc_runtime::ErrorKind::Indeterminate).
///
/// Operation: `send_command` (`POST /command`).
///
/// # Errors
/// - [`CannotResolveResource`](cc_runtime::ErrorKind::CannotResolveResource) with the code `clever.redis-http.key-not-found` if the key
///   does not exist.
/// - [`InvalidInput`](cc_runtime::ErrorKind::InvalidInput) as for [`ExpireKey`]. Nothing is sent.
///
/// # Example
/// ```no_run
/// # async fn example(client: cc_redis_http::RedisHttpClient) -> cc_redis_http::Result<()> {
/// use std::time::Duration;
///
/// use cc_redis_http::commands::GetStringKeyAndExpire;
///
/// // Each use of the session extends it.
/// let read = GetStringKeyAndExpire::after("session:1", Duration::from_secs(3_600));
/// if let Some(session) = client.send(read).optional().await? {
///     println!("{}", session.value);
/// }
/// # Ok(()) }
/// ```
#[doc(alias = "GETEX")]
#[doc(alias = "/command")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
#[must_use = "a command does nothing until it is sent"]
pub struct GetStringKeyAndExpire {
    /// Name of the key.
    pub key: String,
    /// Time after which the key expires, in seconds. Exactly one of this, `expiresAt` and `persist` is required.
    #[cfg_attr(feature = "catalog", schemars(with = "Option<f64>", extend("exclusiveMinimum" = 0)))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "cc_runtime::__private::seconds::option"
    )]
    pub ttl: Option<Duration>,
    /// Instant at which the key expires. One that has passed deletes the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Removes the expiration time. Default: `false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub persist: bool,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl GetStringKeyAndExpire {
    /// Creates the command for a time to live, which starts when the server runs it (`EX`, `PX`).
    pub fn after(key: impl Into<String>, ttl: Duration) -> Self {
        Self { ttl: Some(ttl), ..Self::of(key.into()) }
    }

    /// Creates the command for an instant (`EXAT`, `PXAT`). One that has passed deletes the key.
    pub fn at(key: impl Into<String>, expires_at: impl Into<Timestamp>) -> Self {
        Self { expires_at: Some(expires_at.into()), ..Self::of(key.into()) }
    }

    /// Creates the command that removes the expiration time (`PERSIST`).
    #[doc(alias = "PERSIST")]
    pub fn persist(key: impl Into<String>) -> Self {
        Self { persist: true, ..Self::of(key.into()) }
    }

    fn of(key: String) -> Self {
        Self { key, ttl: None, expires_at: None, persist: false, backend_url: None }
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
            ("persist", self.persist),
        ])?;
        if expiry.is_none() && !self.persist {
            return Err(invalid("`ttl`, `expiresAt` or `persist` is missing: set one of them"));
        }
        let mut command = CmdSend::new("GETEX")
            .arg(&self.key)
            .args(expiry.into_iter().flat_map(Expiry::words))
            .args(self.persist.then_some("PERSIST"));
        command.backend_url.clone_from(&self.backend_url);
        Ok(command)
    }
}

impl Run for GetStringKeyAndExpire {
    async fn run(self, cx: &Context) -> Result<StringKey> {
        let reply =
            cx.execute(self.command()?).await.map_err(|error| older(error, &["`GETEX` needs Redis 6.2"]))?;
        match reply.result.decode::<Option<String>>() {
            Ok(Some(value)) => {
                let mut found = StringKey::default();
                (found.key, found.value) = (self.key, value);
                Ok(found)
            }
            Ok(None) => Err(Error::new(ErrorKind::CannotResolveResource)
                .with_code("clever.redis-http.key-not-found")
                .with_message(format!("the key `{}` does not exist", self.key))
                .with_next_step("check the name of the key, or whether it has expired")),
            Err(error) => Err(error.with_effect("the expiration time may have been changed")),
        }
    }
}

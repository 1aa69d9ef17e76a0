//! Options of one call, which override the defaults of the transport.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::defaults::Defaults;
use crate::error::{Error, ErrorKind, Result};
use crate::redact::is_secret_header;
use crate::tasks::{self, Instant};
use crate::transport::{CachePolicy, Heard, RetryPolicy};

/// Options of one call. What is not set is as the transport says.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct CallOptions {
    pub(crate) timeout: Option<Option<Duration>>,
    pub(crate) deadline: Option<Option<Instant>>,
    pub(crate) attempt_timeout: Option<Option<Duration>>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) body_limit: Option<Option<usize>>,
    pub(crate) cache: Option<CachePolicy>,
    pub(crate) reload: bool,
    pub(crate) debug: Option<bool>,
    pub(crate) quiet: bool,
    /// Requests that change something are sent once, whatever the retry policy says.
    pub(crate) changes_once: bool,
    headers: HeaderMap,
    /// Collector of answers. Default: none.
    pub(crate) heard: Option<Heard>,
    /// Name of the first header whose value is a secret.
    secret: Option<HeaderName>,
    /// A header that cannot be sent.
    unsent: Option<String>,
}

impl CallOptions {
    /// Creates options with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Options from the defaults.
    pub(crate) fn of(defaults: &Defaults) -> Self {
        Self::new()
            .timeout(defaults.timeout)
            .attempt_timeout(defaults.attempt_timeout)
            .body_limit(defaults.body_limit)
            .retry(defaults.retry.clone())
            .cache(defaults.cache)
    }

    /// Longest time of the whole call: waiting for its turn, retries and reading the body included (of a stream: until its
    /// head). `None`: no limit. Default: as the transport says.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        (self.timeout, self.deadline) = (Some(timeout.into()), None);
        self
    }

    /// Sets the deadline of the call, which replaces a timeout. `None`: no limit.
    pub fn deadline(mut self, deadline: impl Into<Option<Instant>>) -> Self {
        (self.timeout, self.deadline) = (None, Some(deadline.into()));
        self
    }

    /// Longest time of one attempt, from its turn to the end of the body (of a stream: to its head). `None`: no limit.
    /// Default: as the transport says.
    pub fn attempt_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.attempt_timeout = Some(timeout.into());
        self
    }

    /// The most bytes that the body of a successful answer may have. A larger one fails the call with
    /// [`TooLarge`](crate::ErrorKind::TooLarge), and is not read further. `None`: no limit. Default: as the transport says.
    /// [`Transport::download`](crate::Transport::download) reads a body chunk by chunk instead.
    pub fn body_limit(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.body_limit = Some(bytes.into());
        self
    }

    /// Sets the retry policy of the request. Default: that of the transport.
    pub fn retry(mut self, policy: impl Into<Option<RetryPolicy>>) -> Self {
        self.retry = policy.into();
        self
    }

    /// Sets whether the answer may come from the cache, and how long it stays there. Default: as the transport says.
    pub fn cache(mut self, policy: impl Into<Option<CachePolicy>>) -> Self {
        self.cache = policy.into();
        self
    }

    /// Sends the request even if the answer is cached. The new answer replaces the cached one for the
    /// lifetime of the cache policy; without a policy, the cached one is dropped.
    pub fn reload(mut self) -> Self {
        self.reload = true;
        self
    }

    /// Sets whether the exchange is written to the log ([`TransportBuilder::debug`](crate::TransportBuilder::debug)). Default:
    /// as the transport says.
    pub fn debug(mut self, debug: impl Into<Option<bool>>) -> Self {
        self.debug = debug.into();
        self
    }

    /// Adds this header, which replaces a header of the same name from the operation. It is part of the key
    /// for sharing and caching, and is not logged. `Authorization` always comes from the credentials. An
    /// invalid name or value fails the call with [`InvalidInput`](crate::ErrorKind::InvalidInput).
    ///
    /// A header whose value is marked as sensitive, or whose name says that it is a secret (`Authorization`, `Cookie`,
    /// `X-Api-Key`), fails the call with [`Credentials`](crate::ErrorKind::Credentials) where credentials would not be sent either:
    /// see [`allow_credentials_over_plain_http`](crate::TransportBuilder::allow_credentials_over_plain_http).
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(mut value)) => {
                if is_secret_header(&name, &value) {
                    self.secret.get_or_insert_with(|| name.clone());
                }
                // No other origin and no log is to see any of them.
                value.set_sensitive(true);
                self.headers.insert(name, value);
            }
            (Ok(name), Err(_)) => self.unsent = Some(format!("invalid value for header `{name}`")),
            (Err(_), _) => self.unsent = Some("invalid header name".to_owned()),
        }
        self
    }

    /// The name of a header that is a secret, if there is one.
    pub(crate) fn secret_header(&self) -> Option<&HeaderName> {
        self.secret.as_ref()
    }

    /// Adds the headers to a request.
    pub(crate) fn add_headers(&self, headers: &mut HeaderMap) -> Result<()> {
        if let Some(unsent) = &self.unsent {
            return Err(Error::new(ErrorKind::InvalidInput).with_message(unsent.as_str()));
        }
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        Ok(())
    }

    /// Sets whether [`Hooks::on_error`](crate::transport::Hooks::on_error) runs when the call fails. `false`
    /// is for callers that report errors themselves, with [`Transport::report`](crate::Transport::report).
    /// Default: `true`.
    #[doc(hidden)]
    pub fn report_errors(mut self, report: bool) -> Self {
        self.quiet = !report;
        self
    }

    /// Sends requests that change something once: the caller decides whether to try again, and sees each failure.
    pub(crate) fn changes_once(mut self) -> Self {
        self.changes_once = true;
        self
    }

    /// Notes each answer there.
    pub(crate) fn hearing(mut self, heard: Heard) -> Self {
        self.heard = Some(heard);
        self
    }

    pub(crate) fn has_limit(&self) -> bool {
        self.timeout.is_some() || self.deadline.is_some()
    }

    /// Deadline of a call that starts now.
    pub(crate) fn ends_at(&self) -> Option<Instant> {
        match self.deadline {
            Some(deadline) => deadline,
            None => self.timeout.flatten().and_then(tasks::after),
        }
    }

    /// The retry policy, which `base` says unless it is set here.
    pub(crate) fn retry_policy(&self, base: &Self) -> RetryPolicy {
        self.retry.as_ref().or(base.retry.as_ref()).cloned().unwrap_or_default()
    }

    /// Returns these options, with unset ones taken from `base`.
    pub fn or(self, base: &Self) -> Self {
        // A timeout and a deadline both limit the time: the one that is set here replaces the other.
        let limits = if self.has_limit() { &self } else { base };
        let mut headers = base.headers.clone();
        headers.extend(self.headers.clone());
        Self {
            timeout: limits.timeout,
            deadline: limits.deadline,
            attempt_timeout: self.attempt_timeout.or(base.attempt_timeout),
            retry: self.retry.or_else(|| base.retry.clone()),
            body_limit: self.body_limit.or(base.body_limit),
            cache: self.cache.or(base.cache),
            reload: self.reload || base.reload,
            debug: self.debug.or(base.debug),
            quiet: self.quiet || base.quiet,
            changes_once: self.changes_once || base.changes_once,
            headers,
            secret: self.secret.or_else(|| base.secret.clone()),
            heard: self.heard.or_else(|| base.heard.clone()),
            unsent: self.unsent.clone().or_else(|| base.unsent.clone()),
        }
    }
}

/// Defines the setters of types that keep [`CallOptions`](crate::CallOptions) in a field `options`.
#[doc(hidden)]
#[macro_export]
macro_rules! __call_setters {
    () => {
        /// Longest time of the whole call, retries and reading the body included; `None`: no limit
        /// ([`CallOptions::timeout`]($crate::CallOptions::timeout)). Default: as the client says.
        pub fn timeout(
            mut self,
            timeout: impl ::std::convert::Into<::std::option::Option<::std::time::Duration>>,
        ) -> Self {
            self.options = ::std::mem::take(&mut self.options).timeout(timeout);
            self
        }

        /// Sets the deadline of the call, which replaces a timeout; `None`: no limit.
        pub fn deadline(
            mut self,
            deadline: impl ::std::convert::Into<::std::option::Option<$crate::tasks::Instant>>,
        ) -> Self {
            self.options = ::std::mem::take(&mut self.options).deadline(deadline);
            self
        }

        /// Longest time of one attempt; `None`: no limit
        /// ([`CallOptions::attempt_timeout`]($crate::CallOptions::attempt_timeout)). Default: as the client says.
        pub fn attempt_timeout(
            mut self,
            timeout: impl ::std::convert::Into<::std::option::Option<::std::time::Duration>>,
        ) -> Self {
            self.options = ::std::mem::take(&mut self.options).attempt_timeout(timeout);
            self
        }

        /// Sets the retry policy of the requests ([`RetryPolicy`]($crate::RetryPolicy)). Default: that of the
        /// client.
        pub fn retry(
            mut self,
            policy: impl ::std::convert::Into<::std::option::Option<$crate::RetryPolicy>>,
        ) -> Self {
            self.options = ::std::mem::take(&mut self.options).retry(policy);
            self
        }

        /// Sets whether an answer may come from the cache, and how long it is kept
        /// ([`CachePolicy`]($crate::CachePolicy)). Default: as the client says.
        pub fn cache(
            mut self,
            policy: impl ::std::convert::Into<::std::option::Option<$crate::CachePolicy>>,
        ) -> Self {
            self.options = ::std::mem::take(&mut self.options).cache(policy);
            self
        }

        /// The most bytes that the body of a successful answer may have; `None`: no limit
        /// ([`CallOptions::body_limit`]($crate::CallOptions::body_limit)). Default: as the client says.
        pub fn body_limit(mut self, bytes: impl ::std::convert::Into<::std::option::Option<usize>>) -> Self {
            self.options = ::std::mem::take(&mut self.options).body_limit(bytes);
            self
        }

        /// Asks the platform even when an answer is kept ([`CallOptions::reload`]($crate::CallOptions::reload)).
        pub fn reload(mut self) -> Self {
            self.options = ::std::mem::take(&mut self.options).reload();
            self
        }

        /// Sets whether the exchange is logged, without secrets. Default: the setting of the client.
        pub fn debug(mut self, debug: impl ::std::convert::Into<::std::option::Option<bool>>) -> Self {
            self.options = ::std::mem::take(&mut self.options).debug(debug);
            self
        }

        /// Sends this header too ([`CallOptions::header`]($crate::CallOptions::header)).
        pub fn header<N, V>(mut self, name: N, value: V) -> Self
        where
            N: ::std::convert::TryInto<$crate::__private::http::HeaderName>,
            V: ::std::convert::TryInto<$crate::__private::http::HeaderValue>,
        {
            self.options = ::std::mem::take(&mut self.options).header(name, value);
            self
        }

        /// Sets every option that is set in these.
        pub fn options(mut self, options: $crate::CallOptions) -> Self {
            self.options = options.or(&self.options);
            self
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_inner_options_win_one_by_one() {
        let outer = CallOptions::new().timeout(SECOND).cache(CachePolicy::ttl(SECOND)).debug(true);
        let both = CallOptions::new().timeout(None).retry(RetryPolicy::none()).or(&outer);
        assert_eq!((both.timeout, both.debug), (Some(None), Some(true)));
        assert_eq!((both.retry, both.cache), (Some(RetryPolicy::none()), Some(CachePolicy::ttl(SECOND))));
    }

    #[test]
    fn a_timeout_and_a_deadline_replace_each_other() {
        let now = Instant::now();
        let outer = CallOptions::new().timeout(SECOND).deadline(now);
        assert_eq!((outer.timeout, outer.deadline), (None, Some(Some(now))));
        let both = CallOptions::new().timeout(SECOND).or(&outer);
        assert_eq!((both.timeout, both.deadline), (Some(Some(SECOND)), None));
    }
}

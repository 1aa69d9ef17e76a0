//! Decides whether a failed request may have been applied, and whether to retry it.

use super::{Error, ErrorKind, Result};

impl Error {
    /// Returns `true` if the platform certainly did not receive the request.
    #[must_use]
    pub fn is_not_sent(&self) -> bool {
        self.0.not_sent
            || matches!(self.0.kind, ErrorKind::InvalidInput | ErrorKind::InvalidUrl | ErrorKind::Credentials)
    }

    /// Returns `true` if the request may have been applied although the call failed: it was sent, and the answers to its attempts
    /// do not tell. `Display` of a failed change then says "may have been done", and otherwise "certainly not done".
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        if self.0.effect.is_some() || self.0.earlier {
            return true;
        }
        match self.0.kind {
            // A change that was answered with a success was made, whatever the body says.
            ErrorKind::Undecodable | ErrorKind::TooLarge => self.is_of_change(),
            ErrorKind::Unreachable | ErrorKind::TimedOut => self.0.attempts > 0 && !self.is_not_sent(),
            ErrorKind::Refused => self.is_open_answer() || self.is_seen_elsewhere(),
            ErrorKind::Indeterminate => true,
            _ => false,
        }
    }

    /// Returns `true` if the change was certainly made, at least in part.
    pub(crate) fn is_applied(&self) -> bool {
        self.0.effect.is_some()
    }

    /// Returns `true` if the answer does not tell: a gateway timed out on a request that it may have passed on, or a server failed.
    pub(super) fn is_open_answer(&self) -> bool {
        !self.0.not_sent
            && !self.0.not_applied
            && self.0.status.is_some_and(|status| status.is_server_error() || status.as_u16() == 408)
    }

    /// Returns `true` for a 303 that was not followed: the server took the request, and tells the outcome at another place. After
    /// every other redirect, the request is still to be fulfilled. Source: RFC 9110, section 15.4.
    fn is_seen_elsewhere(&self) -> bool {
        self.0.status.is_some_and(|status| status.as_u16() == 303)
    }

    /// Returns `true` if the request changes something.
    pub(super) fn is_of_change(&self) -> bool {
        match (self.0.operation, &self.0.method) {
            (Some(operation), _) => operation.is_change(),
            (None, Some(method)) => !method.is_safe(),
            (None, None) => false,
        }
    }

    /// The kind of what happened, also where that leaves the outcome open.
    pub(super) fn cause_kind(&self) -> ErrorKind {
        self.0.before.unwrap_or(self.0.kind)
    }

    /// Returns `true` if the same call may succeed later: status 408, 429, 500, 502, 503 or 504, no answer, or a timeout. A change
    /// that may have been done counts only if its operation is idempotent: sent again, any other could be done twice.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        if self.0.kind == ErrorKind::Indeterminate && !self.is_repeatable() {
            return false;
        }
        match self.cause_kind() {
            ErrorKind::Unreachable | ErrorKind::TimedOut => true,
            ErrorKind::Refused => {
                matches!(self.0.status.map(|status| status.as_u16()), Some(408 | 429 | 500 | 502 | 503 | 504))
            }
            _ => false,
        }
    }

    /// Returns `true` if a repetition of the request has no further effect.
    pub(super) fn is_repeatable(&self) -> bool {
        self.0.operation.is_some_and(|operation| operation.idempotent && !operation.one_shot)
    }

    /// Returns `true` if the resource does not exist: status 404, an id that is not visible to the credentials
    /// ([`ErrorKind::CannotResolveResource`]), or a success without a body for a command named `Get…`.
    ///
    /// [`CommandCall::optional`](crate::CommandCall::optional) turns these errors to `None`.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        let is_nothing =
            self.0.kind == ErrorKind::CannotResolveResource || self.0.nothing || self.has_status(404);
        is_nothing && !self.0.of_part
    }

    /// Returns `true` if the credentials are missing or rejected: status 401.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.has_status(401)
    }

    /// Returns `true` if the caller lacks the permission: status 403.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.has_status(403)
    }

    /// Returns `true` if the request conflicts with the current state: status 409.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.has_status(409)
    }

    /// Returns `true` if too many requests were sent: status 429.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(429)
    }

    /// Returns `true` if the platform asks for fewer requests: status 429, or status 503 with a `Retry-After` or with a code or
    /// message that names throttling (`SlowDown`, `throttled`, `too many requests`, `rate limit`).
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        let names_it = |text: Option<&str>| {
            let text: String =
                text.unwrap_or_default().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
            let text = text.to_ascii_lowercase();
            ["throttl", "slowdown", "toomanyrequests", "ratelimit", "rateexceeded"]
                .iter()
                .any(|word| text.contains(word))
        };
        self.is_rate_limited()
            || self.has_status(503)
                && (self.0.retry_after.is_some()
                    || names_it(self.0.code.as_deref())
                    || names_it(self.message()))
    }

    /// Returns `true` if a time limit passed: that of the call, or that of waiting for a state.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.cause_kind(), ErrorKind::TimedOut | ErrorKind::DeadlineExceeded)
    }

    fn has_status(&self, status: u16) -> bool {
        self.cause_kind() == ErrorKind::Refused && self.0.status.is_some_and(|is| is.as_u16() == status)
    }
}

/// The outcome of an optional call: `None` in the place of an error that says that nothing is there.
pub fn found<T>(outcome: Result<T>) -> Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

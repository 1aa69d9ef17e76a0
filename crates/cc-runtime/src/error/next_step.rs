//! The advice at the end of an error.

use std::borrow::Cow;
use std::time::Duration;

use super::{Error, ErrorKind};

impl Error {
    /// Returns what to do now, in a few words, such as `try again in 90 s` after a `Retry-After`. `None` if the message says it.
    ///
    /// `Display` ends with it. The texts are for people and may change: programs use [`kind`](Self::kind),
    /// [`is_retryable`](Self::is_retryable) and [`may_be_done`](Self::may_be_done).
    #[must_use]
    pub fn next_step(&self) -> Option<Cow<'_, str>> {
        if let Some(advice) = &self.0.next_step {
            return Some(match self.0.retry_after.filter(|_| self.is_retryable()) {
                Some(wait) => format!("{advice}; {}", again(Some(wait))).into(),
                None => Cow::Borrowed(advice.as_ref()),
            });
        }
        let wait = self.0.retry_after;
        let advice = match self.0.kind {
            ErrorKind::Indeterminate if self.is_repeatable() => {
                return Some(format!("{}: a repetition is harmless", again(wait)).into());
            }
            ErrorKind::Indeterminate => match wait {
                Some(_) => return Some(format!("check whether it was done, if not {}", again(wait)).into()),
                None => "check whether it was done before you send it again",
            },
            ErrorKind::Refused => return self.after_refusal(),
            ErrorKind::Undecodable if self.0.nothing => "check the ids and the owner",
            ErrorKind::Undecodable if self.may_be_done() => {
                "check whether it was done before you send it again, and report the answer"
            }
            ErrorKind::Undecodable => "update the SDK, or report the answer with its Sozu-Id",
            ErrorKind::TooLarge if self.is_of_change() => {
                "raise the body limit, and do not send the change again"
            }
            ErrorKind::TooLarge => "raise the body limit of the call, or ask for less",
            ErrorKind::Unreachable if self.is_not_sent() => {
                "check the network, the proxy and the base URL, then try again"
            }
            ErrorKind::Unreachable => "try again",
            ErrorKind::TimedOut => "try again, or allow more time",
            ErrorKind::InvalidUrl => "correct the base URL",
            ErrorKind::CannotResolveResource => "check the id, and that the credentials may see it",
            ErrorKind::CannotResolveProduct => "list the products, and correct the input",
            ErrorKind::Ambiguous => {
                "delete or rename the ones that should not be there, or name one by its id"
            }
            ErrorKind::DeadlineExceeded => "read the current state, then wait again with more time",
            ErrorKind::StreamContentType => "check the base URL, and that no proxy answers instead",
            ErrorKind::StreamServer | ErrorKind::StreamHealth => "open the stream again",
            ErrorKind::InvalidInput
            | ErrorKind::Credentials
            | ErrorKind::StreamClient
            | ErrorKind::StreamGap
            | ErrorKind::Store
            | ErrorKind::Unexpected => return None,
        };
        Some(advice.into())
    }

    fn after_refusal(&self) -> Option<Cow<'static, str>> {
        let wait = self.0.retry_after;
        let advice = match self.0.status?.as_u16() {
            401 => "check the credentials: they may be wrong, expired or revoked",
            403 => "check the owner, and the rights of the credentials",
            404 | 410 => "check the ids and the owner",
            409 => "read the current state, then decide",
            429 if wait.is_none() => "send fewer requests, then try again",
            300..=399 => "check the base URL",
            _ if self.is_retryable() || wait.is_some() => return Some(again(wait).into()),
            500.. => "report it to the support of the platform with the Sozu-Id",
            _ => "correct the request",
        };
        Some(advice.into())
    }
}

/// `try again in 90 s`.
fn again(wait: Option<Duration>) -> String {
    match wait {
        Some(wait) if !wait.is_zero() => {
            // A wait that is a little too short is refused again.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            format!("try again in {seconds} s")
        }
        Some(_) => "try again".to_owned(),
        None => "try again later".to_owned(),
    }
}

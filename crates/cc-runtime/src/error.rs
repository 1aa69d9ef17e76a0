//! The one error of the SDK.

mod access;
pub(crate) mod body;
mod build;
mod context;
mod json;
mod kind;
mod next_step;
pub(crate) mod outcome;
mod show;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use crate::operation_info::OperationInfo;

pub use context::{ErrorContext, FieldContext};
pub use kind::ErrorKind;

/// A cause from anywhere.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// The result of anything in the SDK that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failed call: the request, the answer if any, and the cause.
///
/// `Display` is one line of at most 400 characters for a failed request: command, host, reason, whether a change
/// "may have been done" or was "certainly not done", URL, attempts, and the [next step](Self::next_step). The cause is not in it:
/// [`source`](std::error::Error::source) keeps it. `Serialize` writes an object for logs ([fields](#json)). None of them shows a secret.
/// The [guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md) explains each [kind](ErrorKind).
/// It is the size of a pointer and cheap to clone: callers that shared one request share its failure.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    operation: Option<&'static OperationInfo>,
    command: Option<&'static str>,
    sent_at: Option<&'static Location<'static>>,
    method: Option<Method>,
    url: Option<String>,
    status: Option<StatusCode>,
    code: Option<String>,
    message: Option<String>,
    context: Option<ErrorContext>,
    sozu_id: Option<String>,
    request_id: Option<String>,
    headers: HeaderMap,
    body: Option<Bytes>,
    attempts: u32,
    retry_after: Option<Duration>,
    not_sent: bool,
    not_applied: bool,
    /// The platform answered success without a body, which means that nothing is there.
    nothing: bool,
    /// The failure is about a part of the resource that was asked for.
    of_part: bool,
    effect: Option<Cow<'static, str>>,
    /// The kind that it had before its outcome turned out to be unknown.
    before: Option<ErrorKind>,
    /// An earlier attempt, or the request before a redirect, may have been applied.
    earlier: bool,
    next_step: Option<Cow<'static, str>>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

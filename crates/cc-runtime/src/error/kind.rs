//! The kinds of failure, with a code and a short description for each.

use std::fmt;

/// The kind of a failure. [`Error::code`](crate::Error::code) gives the finer name that the platform, or the official client, uses.
///
/// `Display` says in a few words what failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The platform answered with an error status.
    Refused,
    /// The platform answered success, and the body does not match the spec.
    Undecodable,
    /// The answer is larger than allowed ([`CallOptions::body_limit`](crate::CallOptions::body_limit)). The platform
    /// answered success.
    TooLarge,
    /// No answer arrived: name lookup, connection or TLS failed, or the connection was lost.
    Unreachable,
    /// There was no complete answer within the time limit.
    TimedOut,
    /// The base URL, or a URL made from it, is not a URL that a request can be sent to.
    InvalidUrl,
    /// The caller's input cannot be sent. Nothing was sent.
    InvalidInput,
    /// No resource with this id is visible to the credentials: its owner, or its other id, is unknown.
    CannotResolveResource,
    /// No product matches the input.
    CannotResolveProduct,
    /// Several resources match where one was expected. The message lists them.
    Ambiguous,
    /// There are no usable credentials, or sending them would expose them. Nothing was sent.
    Credentials,
    /// The expected state was not reached before the deadline. The change itself may still happen.
    DeadlineExceeded,
    /// The answer to the request of a stream is not an event stream.
    StreamContentType,
    /// The server broke a stream off, or sent an error or invalid data on it.
    StreamServer,
    /// A stream was silent for longer than its heartbeat allows.
    StreamHealth,
    /// The request of a stream could not be made, or its reader failed.
    StreamClient,
    /// Events of a stream may be missing; it goes on.
    StreamGap,
    /// The request was sent, and its outcome is unknown. The [`source`](std::error::Error::source) says what happened.
    Indeterminate,
    /// A store (ids, answers) failed.
    Store,
    /// A failure that has no kind of its own, such as a missing tokio runtime.
    Unexpected,
}

impl ErrorKind {
    /// Returns the error code of this kind: that of the official JavaScript client, or one in its style for kinds that it lacks.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Refused => "unknown_error",
            Self::TooLarge => "RESPONSE_TOO_LARGE",
            Self::Unreachable => "NETWORK_ERROR",
            Self::TimedOut => "TIMEOUT_EXCEEDED",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::InvalidUrl => "INVALID_URL",
            Self::InvalidInput => "INVALID_INPUT",
            Self::CannotResolveResource => "CANNOT_RESOLVE_RESOURCE_ID",
            Self::CannotResolveProduct => "CANNOT_RESOLVE_PRODUCT",
            Self::Ambiguous => "AMBIGUOUS_RESOURCE",
            Self::Credentials => "CREDENTIALS_ERROR",
            Self::StreamContentType => "SSE_INVALID_CONTENT_TYPE",
            Self::StreamServer => "SSE_SERVER_ERROR",
            Self::StreamHealth => "SSE_HEALTH_ERROR",
            Self::StreamClient => "SSE_CLIENT_ERROR",
            Self::StreamGap => "SSE_GAP",
            Self::Indeterminate => "INDETERMINATE",
            Self::Undecodable | Self::Store | Self::Unexpected => "UNEXPECTED_ERROR",
        }
    }

    /// Short description of the failure.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Refused => "request refused",
            Self::Undecodable => "could not decode the answer",
            Self::TooLarge => "the answer is too large",
            Self::Unreachable => "no answer",
            Self::TimedOut => "timed out",
            Self::InvalidUrl => "invalid URL",
            Self::InvalidInput => "invalid input",
            Self::CannotResolveResource => "could not resolve the resource",
            Self::CannotResolveProduct => "could not find a matching product",
            Self::Ambiguous => "several resources match",
            Self::Credentials => "no usable credentials",
            Self::DeadlineExceeded => "the deadline passed",
            Self::StreamContentType => "the answer is not an event stream",
            Self::StreamServer => "the server failed on the stream",
            Self::StreamHealth => "the stream fell silent",
            Self::StreamClient => "could not open or read the stream",
            Self::StreamGap => "events of the stream may be missing",
            Self::Indeterminate => "the request may or may not have been applied",
            Self::Store => "the store failed",
            Self::Unexpected => "unexpected failure",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

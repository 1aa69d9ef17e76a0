//! The kinds of failure, with a code and a short description for each.

use std::fmt;

/// The kind of a failure. [`Error::code`](crate::Error::code) gives the finer name that the platform, or the official client, uses.
///
/// `Display` says in a few words what failed. `Serialize` writes the [`name`](Self::name). The guide that each kind links to says what
/// happened, what may have happened on the server, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The platform answered with an error status.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#refused).
    Refused,
    /// The platform answered success, and the body does not match the spec.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#undecodable).
    Undecodable,
    /// The answer is larger than allowed ([`CallOptions::body_limit`](crate::CallOptions::body_limit)). The platform
    /// answered success.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#toolarge).
    TooLarge,
    /// No answer arrived: name lookup, connection or TLS failed, or the connection was lost.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#unreachable).
    Unreachable,
    /// There was no complete answer within the time limit.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#timedout).
    TimedOut,
    /// The base URL, or a URL made from it, is not a URL that a request can be sent to.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#invalidurl).
    InvalidUrl,
    /// The caller's input cannot be sent. Nothing was sent.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#invalidinput).
    InvalidInput,
    /// No resource with this id is visible to the credentials: its owner, or its other id, is unknown.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#cannotresolveresource).
    CannotResolveResource,
    /// No product matches the input.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#cannotresolveproduct).
    CannotResolveProduct,
    /// Several resources match where one was expected. The message lists them.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#ambiguous).
    Ambiguous,
    /// There are no usable credentials, or sending them would expose them. Nothing was sent.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#credentials).
    Credentials,
    /// The expected state was not reached before the deadline. The change itself may still happen.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#deadlineexceeded).
    DeadlineExceeded,
    /// The answer to the request of a stream is not an event stream.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#streamcontenttype).
    StreamContentType,
    /// The server broke a stream off, or sent an error or invalid data on it.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#streamserver).
    StreamServer,
    /// A stream was silent for longer than its heartbeat allows.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#streamhealth).
    StreamHealth,
    /// The request of a stream could not be made, or its reader failed.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#streamclient).
    StreamClient,
    /// Events of a stream may be missing; it goes on.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#streamgap).
    StreamGap,
    /// A change was sent, and it may have been done: the answer was lost, or is one of a failing server (status 408 or 5xx). The
    /// status, if any, is that of the last answer.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#indeterminate).
    Indeterminate,
    /// A store (ids, answers) failed.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#store).
    Store,
    /// A failure that has no kind of its own, such as a missing tokio runtime.
    ///
    /// [Guide](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#unexpected).
    Unexpected,
}

/// Address of the guide to the kinds.
const GUIDE: &str = "https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md";

impl ErrorKind {
    /// All kinds of this version, in the order of the guide.
    pub const ALL: &'static [Self] = &[
        Self::Refused,
        Self::Undecodable,
        Self::TooLarge,
        Self::Unreachable,
        Self::TimedOut,
        Self::InvalidUrl,
        Self::InvalidInput,
        Self::CannotResolveResource,
        Self::CannotResolveProduct,
        Self::Ambiguous,
        Self::Credentials,
        Self::DeadlineExceeded,
        Self::StreamContentType,
        Self::StreamServer,
        Self::StreamHealth,
        Self::StreamClient,
        Self::StreamGap,
        Self::Indeterminate,
        Self::Store,
        Self::Unexpected,
    ];

    /// Returns the name of the kind as it is in Rust, such as `TimedOut`: a name for logs and metrics that does not change.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "Refused",
            Self::Undecodable => "Undecodable",
            Self::TooLarge => "TooLarge",
            Self::Unreachable => "Unreachable",
            Self::TimedOut => "TimedOut",
            Self::InvalidUrl => "InvalidUrl",
            Self::InvalidInput => "InvalidInput",
            Self::CannotResolveResource => "CannotResolveResource",
            Self::CannotResolveProduct => "CannotResolveProduct",
            Self::Ambiguous => "Ambiguous",
            Self::Credentials => "Credentials",
            Self::DeadlineExceeded => "DeadlineExceeded",
            Self::StreamContentType => "StreamContentType",
            Self::StreamServer => "StreamServer",
            Self::StreamHealth => "StreamHealth",
            Self::StreamClient => "StreamClient",
            Self::StreamGap => "StreamGap",
            Self::Indeterminate => "Indeterminate",
            Self::Store => "Store",
            Self::Unexpected => "Unexpected",
        }
    }

    /// Returns the address of the guide to this kind: what happened, what may have happened on the server, what to do.
    #[must_use]
    pub fn docs(self) -> String {
        format!("{GUIDE}#{}", self.name().to_ascii_lowercase())
    }

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
            Self::Indeterminate => "the outcome of the request is unknown",
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

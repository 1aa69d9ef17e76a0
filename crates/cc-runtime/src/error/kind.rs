//! The kinds of failure, with a code and a few words for each.

/// What kind of failure it is. [`Error::code`](crate::Error::code) gives the finer name that the platform, or the official client, uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The platform answered with an error status.
    Refused,
    /// The platform answered success, and the body is not what the spec promises.
    Undecodable,
    /// The answer is larger than allowed ([`CallOptions::body_limit`](crate::CallOptions::body_limit)). The platform
    /// answered success.
    TooLarge,
    /// No answer came: name look-up, connection, TLS, or a connection lost on the way.
    Unreachable,
    /// No complete answer came in the time that the caller gave.
    TimedOut,
    /// The call was given up before it ended.
    Aborted,
    /// The base URL, or a URL made from it, is not one that a request can be sent to.
    InvalidUrl,
    /// The caller's input cannot be sent. Nothing was sent.
    InvalidInput,
    /// Nothing of the caller's has this id: its owner, or its other id, is not known.
    CannotResolveResource,
    /// No product fits what was asked for.
    CannotResolveProduct,
    /// No credentials could be had.
    Credentials,
    /// What was waited for did not come before the deadline. The change itself may still happen.
    DeadlineExceeded,
    /// A stream was asked for something that its state does not allow.
    StreamState,
    /// A stream's answer is no event stream.
    StreamContentType,
    /// The server ended a stream, or sent on it what it should not.
    StreamServer,
    /// A stream was silent for longer than its heartbeat allows.
    StreamHealth,
    /// The reader of a stream failed.
    StreamClient,
    /// Events of a stream may be missing; it goes on.
    StreamGap,
    /// Whether it was done cannot be known: the request left, and no answer told. The [`source`](std::error::Error::source)
    /// says what happened instead.
    Indeterminate,
    /// A store (ids, answers) failed.
    Store,
    /// What should not happen.
    Unexpected,
}

impl ErrorKind {
    /// The name of this kind among the error codes of the official JavaScript client, or in their manner what it does not have.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Refused => "unknown_error",
            Self::TooLarge => "RESPONSE_TOO_LARGE",
            Self::Unreachable => "NETWORK_ERROR",
            Self::TimedOut | Self::DeadlineExceeded => "TIMEOUT_EXCEEDED",
            Self::Aborted => "ABORTED",
            Self::InvalidUrl => "INVALID_URL",
            Self::InvalidInput => "INVALID_INPUT",
            Self::CannotResolveResource => "CANNOT_RESOLVE_RESOURCE_ID",
            Self::CannotResolveProduct => "CANNOT_RESOLVE_PRODUCT",
            Self::Credentials => "CREDENTIALS_ERROR",
            Self::StreamState => "SSE_INVALID_STATE_ERROR",
            Self::StreamContentType => "SSE_INVALID_CONTENT_TYPE",
            Self::StreamServer => "SSE_SERVER_ERROR",
            Self::StreamHealth => "SSE_HEALTH_ERROR",
            Self::StreamClient => "SSE_CLIENT_ERROR",
            Self::StreamGap => "SSE_GAP",
            Self::Indeterminate => "INDETERMINATE",
            Self::Undecodable | Self::Store | Self::Unexpected => "UNEXPECTED_ERROR",
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Refused => "the platform refused",
            Self::Undecodable => "the answer does not decode",
            Self::TooLarge => "the answer is too large",
            Self::Unreachable => "no answer came",
            Self::TimedOut => "no complete answer came in time",
            Self::Aborted => "the call was given up",
            Self::InvalidUrl => "the URL is not valid",
            Self::InvalidInput => "the input is not valid",
            Self::CannotResolveResource => "nothing of yours has this id",
            Self::CannotResolveProduct => "no product fits",
            Self::Credentials => "no credentials could be had",
            Self::DeadlineExceeded => "it did not come before the deadline",
            Self::StreamState => "the stream is in no state for this",
            Self::StreamContentType => "the answer is no event stream",
            Self::StreamServer => "the server broke the stream off",
            Self::StreamHealth => "the stream went silent",
            Self::StreamClient => "the reader of the stream failed",
            Self::StreamGap => "the stream has a gap",
            Self::Indeterminate => "it may have been done or not",
            Self::Store => "the store failed",
            Self::Unexpected => "something unexpected happened",
        }
    }
}

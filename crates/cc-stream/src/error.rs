//! The error of this crate: the failure, and whether the stream continues.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use cc_one_line::{OneLine, one_line};
use http::StatusCode;

use crate::event::RawEvent;

/// Any error of a transport.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// A result of this crate.
pub type Result<T, E = StreamError> = std::result::Result<T, E>;

/// Failure of a stream, or of one of its events.
pub struct StreamError(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    source: Option<BoxError>,
    /// `true` if the error ends the stream, whatever its kind.
    ends: bool,
}

/// The kinds of failure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request could not be made: the fault is in the program, and trying again would not help.
    Request,
    /// There is no tokio runtime that the stream can use: it is polled outside of one, or the runtime has no
    /// timer or no I/O. The [`source`](StdError::source) is the message of tokio.
    Runtime,
    /// No answer arrived: name lookup, connection or TLS failed, or the connection was lost before the head
    /// of the answer.
    Unreachable,
    /// The server redirects to where a stream does not follow: to another origin, to no URL, or more than ten times in a
    /// row.
    Redirect,
    /// No answer arrived in time.
    ConnectTimeout {
        /// The time that was allowed.
        after: Duration,
    },
    /// The server answered with a status that opens no stream: any but 200, and 204, which ends it.
    Refused {
        /// The status.
        status: StatusCode,
        /// Time to wait before the next attempt, from the server's `Retry-After`.
        retry_after: Option<Duration>,
        /// The start of the answer's body, at most 16 KiB.
        body: Bytes,
    },
    /// The server answered with something that is not an event stream.
    ContentType {
        /// Content type of the answer; `None` if it had none.
        found: Option<String>,
    },
    /// The server encoded the stream in a way that the transport does not decode.
    ContentEncoding {
        /// The encoding, such as `gzip`.
        found: String,
    },
    /// An open connection was lost, or the server closed it without saying that the stream ends.
    Disconnected,
    /// An open connection gave no byte for longer than its heartbeat allows.
    Silent {
        /// The time that was allowed.
        after: Duration,
    },
    /// The connection failed once more often than it may be retried. The last failure is the source.
    RetriesExhausted {
        /// The retries made since the last healthy connection.
        retries: u32,
    },
    /// The data of an event does not match the consumer's format. The stream continues.
    Payload {
        /// The event as received, its data cut where it is long.
        event: RawEvent,
    },
    /// An event was beyond the decoder's limits, and was skipped. The stream goes on.
    Oversize {
        /// The event without its data, and with the size that was received.
        event: RawEvent,
    },
    /// The server sent an event that reports an error of its own: see [`Format::error`](crate::Format::error). The stream
    /// goes on, unless [`Settings::error_events`](crate::Settings::error_events) says otherwise.
    ErrorEvent {
        /// The event as received, its data cut where it is long.
        event: RawEvent,
    },
}

impl StreamError {
    /// Creates an error of this kind, without cause.
    pub fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner { kind, source: None, ends: false }))
    }

    /// Sets the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Marks the error as one that ends the stream.
    pub(crate) fn ending(mut self) -> Self {
        self.0.ends = true;
        self
    }

    /// Creates an [`ErrorKind::Request`]: the request cannot be made, and the stream ends.
    pub fn request(source: impl Into<BoxError>) -> Self {
        Self::new(ErrorKind::Request).with_source(source)
    }

    /// Creates an [`ErrorKind::Unreachable`]: the attempt is retried.
    pub fn unreachable(source: impl Into<BoxError>) -> Self {
        Self::new(ErrorKind::Unreachable).with_source(source)
    }

    /// Returns the kind of the failure.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Returns `true` if a retry may succeed: after network failures, silence, 408, 429 and 5xx.
    pub fn is_transient(&self) -> bool {
        match self.kind() {
            ErrorKind::Unreachable
            | ErrorKind::ConnectTimeout { .. }
            | ErrorKind::Disconnected
            | ErrorKind::Silent { .. } => true,
            ErrorKind::Refused { status, .. } => {
                status.is_server_error()
                    || matches!(*status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
            }
            _ => false,
        }
    }

    /// Returns `true` if the failure concerns one event, and the stream continues.
    pub fn is_about_one_event(&self) -> bool {
        let kinds = matches!(
            self.kind(),
            ErrorKind::Payload { .. } | ErrorKind::Oversize { .. } | ErrorKind::ErrorEvent { .. }
        );
        kinds && !self.0.ends
    }
}

impl fmt::Debug for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("StreamError");
        debug.field("kind", &self.0.kind);
        if let Some(source) = &self.0.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.kind(), f)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request => write!(f, "could not make the request of the stream"),
            Self::Runtime => write!(
                f,
                "no usable tokio runtime: poll the stream in one that was built with `enable_time` and `enable_io`"
            ),
            Self::Unreachable => write!(f, "could not reach the server"),
            Self::Redirect => {
                write!(f, "the server redirected the stream, and the redirect was not followed")
            }
            Self::ConnectTimeout { after } => write!(f, "no answer within {after:?}"),
            Self::Refused { status, .. } => write!(f, "the server answered {status}"),
            Self::ContentType { found: Some(found) } => {
                write!(f, "expected an event stream, found {}", shown(found))
            }
            Self::ContentType { found: None } => {
                write!(f, "the answer has no content type: expected an event stream")
            }
            Self::ContentEncoding { found } => {
                let found = shown(found);
                write!(f, "the answer is encoded with {found}, which the transport does not decode")
            }
            Self::Disconnected => write!(f, "the connection was lost"),
            Self::Silent { after } => write!(f, "the server has been silent for {after:?}"),
            Self::RetriesExhausted { retries } => write!(f, "the stream failed after {retries} retries"),
            Self::Payload { event } => {
                write!(f, "could not read the data of an event `{}`", shown(&event.name))
            }
            Self::Oversize { event } => {
                write!(f, "an event `{}` of {} bytes exceeds the limit", shown(&event.name), event.size)
            }
            Self::ErrorEvent { event } => {
                write!(f, "the server sent an event `{}`: {}", shown(&event.name), shown(&event.data))
            }
        }
    }
}

/// A text of the server as a part of one line: control characters escaped, cut where it is long.
pub(crate) fn shown(text: &str) -> OneLine<'_> {
    /// Maximum length of displayed text, in characters: names and ids of events are shorter.
    const SHOWN: usize = 200;
    one_line(text, SHOWN)
}

impl StdError for StreamError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16) -> StreamError {
        let status = StatusCode::from_u16(status).unwrap();
        StreamError::new(ErrorKind::Refused { status, retry_after: None, body: Bytes::new() })
    }

    #[test]
    fn only_what_may_pass_is_transient() {
        for status in [408, 429, 500, 502, 503, 504, 599] {
            assert!(refused(status).is_transient(), "{status}");
        }
        for status in [204, 301, 400, 401, 403, 404, 409, 410, 422] {
            assert!(!refused(status).is_transient(), "{status}");
        }
        assert!(StreamError::unreachable("reset").is_transient());
        assert!(!StreamError::request("bad url").is_transient());
        assert!(!StreamError::new(ErrorKind::ContentType { found: None }).is_transient());
    }

    #[test]
    fn a_printed_chain_says_each_thing_once() {
        let error = StreamError::new(ErrorKind::RetriesExhausted { retries: 3 }).with_source(refused(503));
        assert_eq!(error.to_string(), "the stream failed after 3 retries");
        assert_eq!(error.source().unwrap().to_string(), "the server answered 503 Service Unavailable");
    }

    #[test]
    fn a_line_stays_one_whatever_the_server_sends() {
        let long = "x".repeat(60_000);
        for text in [
            "a\u{1b}[2Jb",
            "a\u{9b}31mb",
            "a\u{1b}]8;;http://evil.test\u{1b}\\b",
            "a\r\nb\u{85}c\u{2028}d",
            "a\u{202e}b\u{2066}c\u{200b}d",
            "a\u{8}b\u{0}",
            &long,
        ] {
            let event =
                || RawEvent { name: text.into(), id: Some(text.into()), data: text.into(), size: 1_200 };
            let gap = crate::Gap {
                after: Some(text.into()),
                before: Some(text.into()),
                cause: crate::GapCause::NoId,
            };
            let mut shown = vec![gap.to_string(), format!("{gap:?}"), format!("{:?}", event())];
            for kind in [
                ErrorKind::ContentType { found: Some(text.to_owned()) },
                ErrorKind::ContentEncoding { found: text.to_owned() },
                ErrorKind::Payload { event: event() },
                ErrorKind::Oversize { event: event() },
                ErrorKind::ErrorEvent { event: event() },
            ] {
                let error = StreamError::new(kind);
                assert!(error.to_string().len() < 1_500, "{error}");
                shown.extend([error.to_string(), format!("{error:?}")]);
            }
            for shown in shown {
                assert!(cc_one_line::is_harmless(&shown), "{shown:?}");
            }
        }
        let gap = crate::Gap { after: Some("a\nb".into()), before: None, cause: crate::GapCause::NoId };
        assert_eq!(gap.to_string(), "events may be missing after `a\\nb`: there was no id to resume from");
    }
}

//! One connection, from the making of its request to its end, as seen by the one who polls it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use cc_retry_after::retry_after;
use futures_core::Stream;
use http::StatusCode;

use crate::clock::Clock;
use crate::connect::{Body, Opening, Response};
use crate::error::{ErrorKind, StreamError};

/// The part of a refusal's body an error carries.
const REFUSAL: usize = 16 * 1024;
/// Time limit for that part.
const REFUSAL_WAIT: Duration = Duration::from_secs(2);

/// A connection. Dropping it closes it.
pub(crate) enum Connection {
    None,
    Opening(Opening),
    Refused(Refusal),
    Open(Body),
}

/// A refusal, whose body may say why.
pub(crate) struct Refusal {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Body,
    read: Vec<u8>,
    until: Duration,
}

/// Event of a connection.
pub(crate) enum Report {
    Opened,
    Bytes(Bytes),
    /// The server has nothing to stream.
    NoContent,
    Failed(StreamError),
}

impl Connection {
    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Time of the next poll if nothing happens before.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal) => Some(refusal.until),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, clock: &dyn Clock) -> Poll<Report> {
        loop {
            match self {
                Self::None => return Poll::Pending,
                Self::Opening(opening) => match ready!(opening.as_mut().poll(cx)) {
                    Ok(response) => match self.head(response, clock.now()) {
                        Some(report) => return Poll::Ready(report),
                        None => continue,
                    },
                    Err(error) => return Poll::Ready(Report::Failed(error)),
                },
                Self::Refused(refusal) => return refusal.poll(cx, clock.now()).map(Report::Failed),
                Self::Open(body) => {
                    return body.as_mut().poll_next(cx).map(|bytes| match bytes {
                        Some(Ok(bytes)) => Report::Bytes(bytes),
                        Some(Err(error)) => Report::Failed(disconnected().with_source(error)),
                        None => Report::Failed(disconnected()),
                    });
                }
            }
        }
    }

    /// Handles the head of the answer.
    fn head(&mut self, response: Response, now: Duration) -> Option<Report> {
        if response.status == StatusCode::NO_CONTENT {
            return Some(Report::NoContent);
        }
        // Any other success is not the start of a stream: 205 has no body, 206 a part of one.
        if response.status != StatusCode::OK {
            *self = Self::Refused(Refusal {
                status: response.status,
                retry_after: retry_after(&response.headers),
                body: response.body,
                read: Vec::new(),
                until: now.saturating_add(REFUSAL_WAIT),
            });
            return None;
        }
        if let Some(found) = response.other_content_type() {
            return Some(Report::Failed(StreamError::new(ErrorKind::ContentType { found })));
        }
        if let Some(found) = response.encoding() {
            return Some(Report::Failed(StreamError::new(ErrorKind::ContentEncoding { found })));
        }
        *self = Self::Open(response.body);
        Some(Report::Opened)
    }
}

impl Refusal {
    /// Reads the body, as far as it is wanted and comes in time.
    fn poll(&mut self, cx: &mut Context<'_>, now: Duration) -> Poll<StreamError> {
        while self.read.len() < REFUSAL {
            match Pin::new(&mut self.body).poll_next(cx) {
                Poll::Ready(Some(Ok(bytes))) => {
                    let wanted = bytes.len().min(REFUSAL - self.read.len());
                    self.read.extend_from_slice(&bytes[..wanted]);
                }
                Poll::Ready(Some(Err(_)) | None) => break,
                Poll::Pending if now < self.until => return Poll::Pending,
                Poll::Pending => break,
            }
        }
        Poll::Ready(StreamError::new(ErrorKind::Refused {
            status: self.status,
            retry_after: self.retry_after,
            body: std::mem::take(&mut self.read).into(),
        }))
    }
}

fn disconnected() -> StreamError {
    StreamError::new(ErrorKind::Disconnected)
}

//! Bodies of answers that a recorder sees while they pass.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::Body as HttpBody;
use http_body_util::BodyExt;
use http_body_util::combinators::{BoxBody, UnsyncBoxBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::Instant;

use super::recorder::{Head, Started};

/// The part of a body that was seen.
pub(super) struct Seen {
    /// Chunks with the time since the head of the answer.
    pub(super) chunks: Vec<(Duration, Bytes)>,
    pub(super) size: u64,
    /// `false` if chunks were left out because the body was too large.
    pub(super) is_whole: bool,
    /// `true` if the body came to its end.
    pub(super) ended: bool,
}

/// Records the body of one answer, for an implementation of [`RecordableBody`]: the exchange is written when it is dropped.
pub struct BodyWatch {
    limit: usize,
    start: Instant,
    seen: Seen,
    exchange: Option<(Started, Head)>,
}

impl std::fmt::Debug for BodyWatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BodyWatch").field("size", &self.seen.size).finish_non_exhaustive()
    }
}

impl BodyWatch {
    pub(super) fn new(limit: usize, started: Started, head: Head) -> Self {
        let seen = Seen { chunks: Vec::new(), size: 0, is_whole: true, ended: false };
        Self { limit, start: Instant::now(), seen, exchange: Some((started, head)) }
    }

    /// Takes note of a chunk of the body.
    pub fn chunk(&mut self, chunk: &Bytes) {
        self.seen.size = self.seen.size.saturating_add(chunk.len() as u64);
        if self.seen.size > self.limit as u64 {
            self.seen.is_whole = false;
        }
        if self.seen.is_whole {
            self.seen.chunks.push((self.start.elapsed(), chunk.clone()));
        }
    }

    /// Takes note of the end of the body. A body that is dropped before counts as broken off.
    pub fn end(&mut self) {
        self.seen.ended = true;
    }
}

impl Drop for BodyWatch {
    fn drop(&mut self) {
        if let Some((started, head)) = self.exchange.take() {
            let nothing = Seen { chunks: Vec::new(), size: 0, is_whole: true, ended: false };
            started.write(Some((head, std::mem::replace(&mut self.seen, nothing))));
        }
    }
}

/// A body of answers that a [`Recorder`](crate::Recorder) can watch while it passes.
///
/// Implemented for the boxed bodies of `http-body-util`, and with the feature `client` for those of `cc-client`. Any other body
/// becomes one with `http_body_util::BodyExt::boxed_unsync`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a body that a recorder watches",
    note = "make it one with `http_body_util::BodyExt::boxed_unsync`"
)]
pub trait RecordableBody: Sized {
    /// Returns the same body, which shows its chunks and its end to the watch.
    #[must_use]
    fn watched(self, watch: BodyWatch) -> Self;
}

impl<E: 'static> RecordableBody for UnsyncBoxBody<Bytes, E> {
    fn watched(self, watch: BodyWatch) -> Self {
        Watched::new(self, watch).boxed_unsync()
    }
}

impl<E: 'static> RecordableBody for BoxBody<Bytes, E> {
    fn watched(self, watch: BodyWatch) -> Self {
        Watched::new(self, watch).boxed()
    }
}

#[cfg(feature = "client")]
impl RecordableBody for cc_client::runtime::transport::Body {
    fn watched(self, watch: BodyWatch) -> Self {
        Self::from_stream(Watched::new(self, watch).into_data_stream())
    }
}

/// A body with its watch.
struct Watched<B> {
    body: B,
    watch: BodyWatch,
}

impl<B: HttpBody<Data = Bytes>> Watched<B> {
    fn new(body: B, mut watch: BodyWatch) -> Self {
        // Nobody reads a body that is empty.
        if body.is_end_stream() {
            watch.end();
        }
        Self { body, watch }
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Watched<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(chunk) = frame.data_ref() {
                    self.watch.chunk(chunk);
                }
                // Readers that see this do not ask for another frame.
                if self.body.is_end_stream() {
                    self.watch.end();
                }
            }
            None => self.watch.end(),
            Some(Err(_)) => {}
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

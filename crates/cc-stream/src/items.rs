//! The items of a stream, and nothing else but what must not be missed.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};

use crate::continuity::Cursor;
use crate::error::{ErrorKind, Result, StreamError};
use crate::event::{EndReason, StreamEvent};
use crate::handle::StreamHandle;
use crate::stream::EventStream;

/// The data of a stream's items.
///
/// Opens and retries are passed over; the end ends it. What must not be missed comes as an error: a gap
/// ([`ErrorKind::Gap`]), an event that cannot be read, and the failure that ends the stream. After an error that
/// [is about one event](StreamError::is_about_one_event) the next item follows.
#[derive(Debug)]
pub struct Items<T> {
    stream: EventStream<T>,
    end: Option<EndReason>,
}

impl<T> Items<T> {
    pub(crate) fn new(stream: EventStream<T>) -> Self {
        Self { stream, end: None }
    }

    /// A hand on the stream from elsewhere.
    pub fn handle(&self) -> StreamHandle {
        self.stream.handle()
    }

    /// The place of the last item given: see [`EventStream::cursor`].
    pub fn cursor(&self) -> Cursor {
        self.stream.cursor()
    }

    /// Why the stream ended, once it has.
    pub fn end_reason(&self) -> Option<&EndReason> {
        self.end.as_ref()
    }

    /// The stream with everything it tells.
    pub fn into_inner(self) -> EventStream<T> {
        self.stream
    }
}

impl<T> Stream for Items<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            return Poll::Ready(match ready!(Pin::new(&mut self.stream).poll_next(cx)) {
                Some(Ok(StreamEvent::Item(item))) => Some(Ok(item.data)),
                Some(Ok(StreamEvent::Gap(gap))) => Some(Err(StreamError::new(ErrorKind::Gap(gap)))),
                Some(Ok(StreamEvent::End(reason))) => {
                    self.end = Some(reason);
                    None
                }
                Some(Ok(StreamEvent::Open(_) | StreamEvent::Retry(_))) => continue,
                Some(Err(error)) => Some(Err(error)),
                None => None,
            });
        }
    }
}

impl<T> FusedStream for Items<T> {
    fn is_terminated(&self) -> bool {
        self.stream.is_terminated()
    }
}

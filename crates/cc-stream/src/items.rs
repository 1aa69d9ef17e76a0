//! The items of a stream, and the events that must not be missed.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};

use crate::continuity::Cursor;
use crate::error::{Result, StreamError};
use crate::event::{EndReason, Gap, StreamEvent};
use crate::handle::StreamHandle;
use crate::stream::EventStream;

/// The data of a stream's items, and the gaps and faults between them.
///
/// Opened and retried connections are skipped; the end of the stream ends it. An `Err` is the failure that
/// ends the stream, and the last element: `?` on each element is right. Everything after which the stream
/// continues is a [`Delivery`].
///
/// ```
/// # use cc_stream::{Delivery, Items, StreamError};
/// # use futures_util::StreamExt;
/// async fn print(mut lines: Items<String>) -> Result<(), StreamError> {
///     while let Some(line) = lines.next().await {
///         match line? {
///             Delivery::Item(line) => println!("{line}"),
///             Delivery::Gap(gap) => eprintln!("{gap}"),
///             Delivery::Fault(error) => eprintln!("{error}"),
///         }
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Items<T, E = StreamError> {
    stream: EventStream<T, E>,
    end: Option<EndReason>,
}

/// An item of [`Items`], or the reason why something may be missing in its place. The stream continues after each of them.
#[derive(Debug)]
pub enum Delivery<T, E = StreamError> {
    /// The data of an item.
    Item(T),
    /// Events may be missing here.
    Gap(Gap),
    /// An event that is not an item: its data cannot be read, it was too long, or it is an error reported by
    /// the server.
    Fault(E),
}

impl<T, E> Delivery<T, E> {
    /// The item, if it is one.
    pub fn item(self) -> Option<T> {
        match self {
            Self::Item(item) => Some(item),
            Self::Gap(_) | Self::Fault(_) => None,
        }
    }

    /// A reference to the item, if it is one.
    pub fn as_item(&self) -> Option<&T> {
        match self {
            Self::Item(item) => Some(item),
            Self::Gap(_) | Self::Fault(_) => None,
        }
    }
}

impl<T, E> Items<T, E> {
    pub(crate) fn new(stream: EventStream<T, E>) -> Self {
        Self { stream, end: None }
    }

    /// A handle that controls the stream from elsewhere.
    pub fn handle(&self) -> StreamHandle {
        self.stream.handle()
    }

    /// The place of the last item given: see [`EventStream::cursor`].
    pub fn cursor(&self) -> Cursor {
        self.stream.cursor()
    }

    /// Reason of the end of the stream, once it has ended.
    pub fn end_reason(&self) -> Option<&EndReason> {
        self.end.as_ref()
    }

    /// The stream with everything it tells.
    pub fn into_inner(self) -> EventStream<T, E> {
        self.stream
    }
}

impl<T, E> Stream for Items<T, E> {
    type Item = Result<Delivery<T, E>, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            return Poll::Ready(match ready!(self.stream.poll_told(cx)) {
                Some(Ok(StreamEvent::Item(item))) => Some(Ok(Delivery::Item(item.data))),
                Some(Ok(StreamEvent::Gap(gap))) => Some(Ok(Delivery::Gap(gap))),
                Some(Ok(StreamEvent::End(reason))) => {
                    self.end = Some(reason);
                    None
                }
                Some(Ok(StreamEvent::Open(_) | StreamEvent::Retry(_))) => continue,
                Some(Err(error)) if error.is_about_one_event() => {
                    Some(Ok(Delivery::Fault(self.stream.error(error))))
                }
                Some(Err(error)) => Some(Err(self.stream.error(error))),
                None => None,
            });
        }
    }
}

impl<T, E> FusedStream for Items<T, E> {
    fn is_terminated(&self) -> bool {
        self.stream.is_terminated()
    }
}

//! The stream a program reads.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::{FusedStream, Stream};

use crate::buffer::DropOldest;
use crate::callbacks::{Callbacks, Observed};
use crate::clock::Clock;
use crate::connect::{Attempt, Connect, MaybeSend, opener};
use crate::connection::Connection;
use crate::continuity::{Cursor, Tracker};
use crate::decoder::Decoder;
use crate::driver::{Driver, Told};
use crate::error::{Result, StreamError};
use crate::event::{EndReason, Gap, Item, Opened, RawEvent, StreamEvent};
use crate::format::Format;
use crate::handle::{Shared, StreamHandle};
use crate::items::Items;
use crate::local::{self, local};
use crate::machine::{Machine, State};
use crate::reader::Reader;
use crate::settings::{Overflow, Settings};

/// The most that is read ahead in one poll when the oldest items may be dropped.
const READ_AHEAD: usize = 1024;

/// A stream of server-sent events that reconnects automatically and loses nothing silently.
///
/// It starts when it is first polled, and runs only while it is polled: no task, timer or connection is left when it
/// is dropped. It is polled in a tokio runtime with a timer, else it ends with [`ErrorKind::Runtime`](crate::ErrorKind::Runtime), or in a
/// browser; with a [`Clock`] of the program's own, it is polled anywhere.
///
/// It fails with [`StreamError`], or with the error type of the program: [`map_errors`](Self::map_errors).
pub struct EventStream<T, E = StreamError> {
    driver: Driver<T>,
    limit: Option<u64>,
    delivered: u64,
    buffer: Option<DropOldest<T>>,
    callbacks: Callbacks<T>,
    done: bool,
    error: Arc<dyn Fn(StreamError) -> E + Send + Sync>,
}

/// No field is pinned.
impl<T, E> Unpin for EventStream<T, E> {}

impl<T> EventStream<T> {
    /// Opens a stream over a transport. `factory` builds the request of each attempt, so that it can be
    /// signed again and ask for the rest of a limit; the stream adds `Accept` and `Last-Event-ID`.
    ///
    /// An error of the factory ends the stream, unless it [is transient](StreamError::is_transient).
    pub fn open<C, F, Fut>(transport: C, factory: F, format: Format<T>, settings: Settings) -> Self
    where
        C: Connect,
        F: FnMut(Attempt) -> Fut + MaybeSend + 'static,
        Fut: Future<Output = Result<C::Request>> + MaybeSend + 'static,
    {
        Self::open_with_clock(transport, factory, format, settings, crate::clock::OwnClock::default())
    }

    /// [`open`](Self::open), with a clock of one's own.
    pub fn open_with_clock<C, F, Fut>(
        transport: C,
        factory: F,
        format: Format<T>,
        settings: Settings,
        clock: impl Clock,
    ) -> Self
    where
        C: Connect,
        F: FnMut(Attempt) -> Fut + MaybeSend + 'static,
        Fut: Future<Output = Result<C::Request>> + MaybeSend + 'static,
    {
        let rules = settings.rules();
        let shared = Shared::new(Machine::new(rules.clone(), settings.seed), Arc::new(clock));
        let tracker = Tracker::new(
            settings.continuity,
            settings.window,
            settings.fixed_start,
            settings.resume.as_ref(),
        );
        let delivered = settings.resume.as_ref().map_or(0, |cursor| cursor.delivered);
        shared.counts.delivered.set(delivered);
        let buffer = match settings.overflow {
            Overflow::BackPressure => None,
            Overflow::DropOldest { capacity } => Some(DropOldest::new(capacity, tracker.position().clone())),
        };
        let driver = Driver {
            shared,
            reader: Reader {
                format,
                tracker,
                raw_limit: settings.raw_limit,
                error_events: settings.error_events,
                name: None,
                told: None,
                others: 0,
                on_other: None,
            },
            decoder: Decoder::new(settings.limits),
            opener: opener(transport, factory),
            limit: settings.limit,
            rules,
            connection: Connection::None,
            connection_id: 0,
            asked: None,
            attempts: 0,
            unanswered: 0,
            is_exact: matches!(settings.overflow, Overflow::BackPressure),
            asked_for: None,
            given: 0,
            wasted: 0,
            chunk: Bytes::new(),
            decoded: 0,
            outbox: VecDeque::new(),
            place: None,
            heard: false,
            retries: 0,
            timer: None,
            followed: 0,
            waker: None,
            away: true,
            ended: false,
        };
        let mut stream = Self {
            driver,
            limit: settings.limit,
            delivered,
            buffer,
            callbacks: Callbacks::default(),
            done: false,
            error: Arc::new(std::convert::identity),
        };
        stream.close_at_limit();
        stream
    }

    /// Makes the stream fail with another error type, such as that of the program, so that `?` on its elements needs no
    /// conversion. Callbacks and [`Retrying`](crate::Retrying) keep the [`StreamError`].
    ///
    /// ```
    /// # use cc_stream::{Delivery, EventStream, StreamError};
    /// # use futures_util::TryStreamExt;
    /// enum AppError {
    ///     Log(StreamError),
    /// }
    ///
    /// async fn print(stream: EventStream<String>) -> Result<(), AppError> {
    ///     let mut lines = stream.map_errors(AppError::Log).items();
    ///     while let Some(line) = lines.try_next().await? {
    ///         if let Delivery::Item(line) = line {
    ///             println!("{line}");
    ///         }
    ///     }
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn map_errors<E>(
        self,
        error: impl Fn(StreamError) -> E + Send + Sync + 'static,
    ) -> EventStream<T, E> {
        let Self { driver, limit, delivered, buffer, callbacks, done, .. } = self;
        let error = Arc::new(error);
        EventStream { driver, limit, delivered, buffer, callbacks, done, error }
    }
}

impl<T, E> EventStream<T, E> {
    /// A handle that controls the stream from elsewhere.
    pub fn handle(&self) -> StreamHandle {
        StreamHandle { shared: Arc::clone(&self.driver.shared) }
    }

    /// State of the stream in its life cycle.
    pub fn state(&self) -> State {
        self.handle().state()
    }

    /// The place of the last item given, to go on from later: see [`Settings::resume`].
    pub fn cursor(&self) -> Cursor {
        let position = self.buffer.as_ref().map_or(self.driver.position(), |buffer| &buffer.at);
        self.driver.reader.tracker.cursor(position, self.delivered)
    }

    /// The data of the items, and what must not be missed between them: see [`Items`].
    pub fn items(self) -> Items<T, E> {
        Items::new(self)
    }

    /// Calls a function each time a connection is open. The state is then [`State::Open`], unless items may
    /// be dropped ([`Overflow::DropOldest`]), in which case it may have changed since.
    #[must_use]
    pub fn on_open(mut self, call: impl FnMut(&Opened) + MaybeSend + 'static) -> Self {
        let mut call = local(call);
        self.callbacks.open = Some(Box::new(move |opened| local::call(&mut call, opened)));
        self
    }

    /// Calls a function with each item.
    #[must_use]
    pub fn on_item(mut self, call: impl FnMut(&Item<T>) + MaybeSend + 'static) -> Self {
        let mut call = local(call);
        self.callbacks.item = Some(Box::new(move |item| local::call(&mut call, item)));
        self
    }

    /// Calls a function with each error: retried ones, those about one event, and the one that ends the
    /// stream.
    #[must_use]
    pub fn on_error(mut self, call: impl FnMut(&StreamError) + MaybeSend + 'static) -> Self {
        let mut call = local(call);
        self.callbacks.error = Some(Box::new(move |error| local::call(&mut call, error)));
        self
    }

    /// Calls a function with each gap.
    #[must_use]
    pub fn on_gap(mut self, call: impl FnMut(&Gap) + MaybeSend + 'static) -> Self {
        let mut call = local(call);
        self.callbacks.gap = Some(Box::new(move |gap| local::call(&mut call, gap)));
        self
    }

    /// Calls a function with each event whose name the [format](Format) does not know, when it is read: one that is neither
    /// accepted nor a heartbeat, an end or an error of the server.
    #[must_use]
    pub fn on_other(mut self, call: impl FnMut(&RawEvent) + MaybeSend + 'static) -> Self {
        let mut call = local(call);
        self.driver.reader.on_other = Some(Box::new(move |event| local::call(&mut call, event)));
        self
    }

    /// Calls a function with everything that the stream gives, without the data: for metrics. Functions of several calls are all
    /// called, in their order, before the callbacks. A stream that is dropped before its end gives no [`Observed::End`]: the function
    /// is dropped with it.
    #[must_use]
    pub fn observe(mut self, call: impl FnMut(Observed<'_>) + MaybeSend + 'static) -> Self {
        let mut call = local(call);
        self.callbacks.observers.push(Box::new(move |observed| local::call(&mut call, observed)));
        self
    }

    /// Reads the stream to its end, for its callbacks alone.
    ///
    /// # Errors
    /// The one that ended the stream. Errors about one event are left to the callbacks.
    pub async fn run(mut self) -> Result<EndReason, E> {
        let mut failure = None;
        loop {
            match poll_fn(|cx| self.poll_told(cx)).await {
                Some(Ok(StreamEvent::End(reason))) => return failure.map_or(Ok(reason), Err),
                Some(Err(error)) if !error.is_about_one_event() => failure = Some((self.error)(error)),
                Some(_) => {}
                // The end comes before the last poll.
                None => return failure.map_or(Ok(EndReason::Closed), Err),
            }
        }
    }

    /// Reads ahead into the buffer, and takes the oldest of it.
    fn poll_buffer(
        buffer: &mut DropOldest<T>,
        driver: &mut Driver<T>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Told<T>>> {
        if let Some(told) = buffer.due() {
            return Poll::Ready(Some(told));
        }
        let mut ended = false;
        for _ in 0..READ_AHEAD {
            if buffer.is_crowded() {
                break;
            }
            match driver.poll(cx) {
                Poll::Ready(Some(told)) => {
                    let dropped = buffer.push(told, driver.position().clone());
                    driver.shared.counts.dropped.add(dropped);
                }
                Poll::Ready(None) => {
                    ended = true;
                    break;
                }
                Poll::Pending => break,
            }
        }
        match buffer.pop() {
            None if !ended => Poll::Pending,
            told => Poll::Ready(told),
        }
    }

    fn close_at_limit(&mut self) {
        if self.limit.is_some_and(|limit| self.delivered >= limit) {
            self.driver.close(EndReason::Limit);
            if let Some(buffer) = &mut self.buffer {
                buffer.clear();
                // The end may have been read ahead, and cleared with the rest.
                if self.driver.ended {
                    let end = Ok(StreamEvent::End(EndReason::Limit));
                    buffer.push(end, self.driver.position().clone());
                }
            }
        }
    }

    /// Polls the stream, with the failure as it is.
    pub(crate) fn poll_told(&mut self, cx: &mut Context<'_>) -> Poll<Option<Told<T>>> {
        let this = self;
        if this.done {
            return Poll::Ready(None);
        }
        // Looked at in its place: an item is large, and a move of it a copy.
        let polled = match &mut this.buffer {
            None => this.driver.poll(cx),
            Some(buffer) => Self::poll_buffer(buffer, &mut this.driver, cx),
        };
        let Poll::Ready(told) = &polled else { return polled };
        this.driver.hand_out();
        match told {
            Some(Ok(StreamEvent::Item(_))) => {
                this.delivered += 1;
                this.driver.shared.counts.delivered.set(this.delivered);
                this.close_at_limit();
            }
            Some(Ok(StreamEvent::End(_))) | None => this.done = true,
            _ => {}
        }
        if let Some(told) = told {
            this.callbacks.tell(told);
        }
        polled
    }

    /// The error of the program for a failure.
    pub(crate) fn error(&self, error: StreamError) -> E {
        (self.error)(error)
    }
}

impl<T, E> Stream for EventStream<T, E> {
    type Item = Result<StreamEvent<T>, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let told = std::task::ready!(self.poll_told(cx));
        Poll::Ready(told.map(|told| told.map_err(|error| (self.error)(error))))
    }
}

impl<T, E> FusedStream for EventStream<T, E> {
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl<T, E> fmt::Debug for EventStream<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("state", &self.state())
            .field("delivered", &self.delivered)
            .finish_non_exhaustive()
    }
}

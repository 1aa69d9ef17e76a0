//! Streams as iterators.

use std::cell::Cell;
use std::fmt;
use std::future::poll_fn;
use std::iter::FusedIterator;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::Stream;

use super::background::Background;
use super::here::Here;
use super::line::Waits;
use crate::error::Result;

/// Makes an iterator of a stream: `for item in stream.blocking()?` in the place of `while let Some(item) = stream.next().await`.
///
/// It is implemented for all streams.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a stream",
    label = "`blocking` makes an iterator of a stream",
    note = "open the stream first, such as with `client.stream(…).open()`, and wait for a call with `wait`"
)]
pub trait IntoBlocking: Stream + Sized {
    /// Returns the items of the stream as an iterator that blocks the calling thread until the next one comes.
    ///
    /// The stream begins with the first item that is asked for, and runs only while one is waited for.
    ///
    /// # Errors
    /// [`ErrorKind::Unexpected`](crate::ErrorKind::Unexpected) if the background threads cannot be started.
    fn blocking(self) -> Result<Blocking<Self>>;
}

impl<S: Stream> IntoBlocking for S {
    fn blocking(self) -> Result<Blocking<S>> {
        Background::get()?;
        Ok(Blocking { stream: Some(Box::pin(self)), is_over: false, waits: Waits::new() })
    }
}

/// The items of a stream, as an iterator that waits for the next one. Dropping it closes the stream at once.
///
/// To stop it from elsewhere, close the stream by its handle, which ends the iterator, or look at a flag of the program now and
/// then with [`next_within`](Self::next_within).
pub struct Blocking<S> {
    /// `None` only once it is taken out.
    stream: Option<Pin<Box<S>>>,
    is_over: bool,
    waits: Waits,
}

/// Result of a wait for an item within a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use = "it may hold an item"]
pub enum Next<T> {
    /// The next item.
    Item(T),
    /// No item came within the time. The stream goes on.
    Quiet,
    /// The stream has ended.
    End,
}

impl<S: Stream> Blocking<S> {
    /// Waits no longer than this for the next item. [`Duration::ZERO`] takes an item that is there already.
    ///
    /// ```no_run
    /// use std::sync::atomic::{AtomicBool, Ordering};
    /// use std::time::Duration;
    ///
    /// use cc_runtime::blocking::{IntoBlocking, Next};
    /// # use futures_util::Stream;
    ///
    /// # fn example(lines: impl Stream<Item = String>, stop: &AtomicBool) -> cc_runtime::Result<()> {
    /// let mut lines = lines.blocking()?;
    /// loop {
    ///     match lines.next_within(Duration::from_millis(200)) {
    ///         Next::Item(line) => println!("{line}"),
    ///         Next::Quiet if stop.load(Ordering::Relaxed) => break,
    ///         Next::Quiet => {}
    ///         Next::End => break,
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn next_within(&mut self, time: Duration) -> Next<S::Item> {
        // A time that cannot be counted is no limit.
        let Some(deadline) = Instant::now().checked_add(time) else {
            return self.next().map_or(Next::End, Next::Item);
        };
        self.poll_until(Some(deadline))
    }

    fn poll_until(&mut self, deadline: Option<Instant>) -> Next<S::Item> {
        let Self { stream: Some(stream), is_over: false, waits } = self else { return Next::End };
        let here = match Here::enter() {
            Ok(here) => here,
            // Only while the thread ends: the runtime was there before.
            Err(error) => {
                tracing::warn!(%error, "a stream ends");
                self.is_over = true;
                return Next::End;
            }
        };
        let in_time = Cell::new(true);
        let next = poll_fn(|cx| match stream.as_mut().poll_next(cx) {
            Poll::Ready(item) => Poll::Ready(item.map_or(Next::End, Next::Item)),
            Poll::Pending if in_time.get() => Poll::Pending,
            Poll::Pending => Poll::Ready(Next::Quiet),
        });
        let next = here.drive(pin!(next), waits, deadline, || in_time.set(false));
        self.is_over = matches!(next, Next::End);
        next
    }
}

impl<S> Blocking<S> {
    /// The stream, such as for its cursor or its handle.
    #[must_use]
    pub fn get_ref(&self) -> &S {
        self.stream().get_ref()
    }

    fn stream(&self) -> Pin<&S> {
        match &self.stream {
            Some(stream) => stream.as_ref(),
            None => unreachable!("only `into_inner` takes it, with the iterator"),
        }
    }
}

impl<S: Unpin> Blocking<S> {
    /// The stream, to change it between two items.
    pub fn get_mut(&mut self) -> &mut S {
        match &mut self.stream {
            Some(stream) => stream,
            None => unreachable!("only `into_inner` takes it, with the iterator"),
        }
    }

    /// Returns the stream, still open, such as for a method that ends it. Its connection stays in the background.
    #[must_use]
    pub fn into_inner(mut self) -> S {
        match self.stream.take() {
            Some(stream) => *Pin::into_inner(stream),
            None => unreachable!("only this takes it, with the iterator"),
        }
    }
}

impl<S: Stream> Iterator for Blocking<S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        match self.poll_until(None) {
            Next::Item(item) => Some(item),
            Next::Quiet | Next::End => None,
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.is_over { (0, Some(0)) } else { self.stream().size_hint() }
    }
}

impl<S: Stream> FusedIterator for Blocking<S> {}

impl<S> Drop for Blocking<S> {
    fn drop(&mut self) {
        // It may leave work to a task, such as a request that cancels a deployment.
        let _here = Here::enter();
        drop(self.stream.take());
    }
}

impl<S: fmt::Debug> fmt::Debug for Blocking<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Blocking").field(&self.stream).finish()
    }
}

//! Futures that are made when they are first polled, so that a call takes options until then.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future on the heap.
pub(crate) type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The parts of a future, and from the first poll on the future itself.
pub(crate) enum Stage<P, F> {
    /// The parts, until the first poll.
    Ready(P),
    /// The future, from the first poll on.
    Running(F),
    /// The state while the future is made.
    Starting,
}

impl<P, F: Future + Unpin> Stage<P, F> {
    /// Returns the parts, or `None` after the first poll.
    pub(crate) fn ready(&self) -> Option<&P> {
        match self {
            Self::Ready(parts) => Some(parts),
            Self::Running(_) | Self::Starting => None,
        }
    }

    /// Polls the future, which `start` makes of the parts at the first poll.
    ///
    /// # Panics
    /// Like any future: after its end, and after a panic of `start`.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, start: impl FnOnce(P) -> F) -> Poll<F::Output> {
        if matches!(self, Self::Ready(_))
            && let Self::Ready(parts) = std::mem::replace(self, Self::Starting)
        {
            *self = Self::Running(start(parts));
        }
        match self {
            Self::Running(future) => Pin::new(future).poll(cx),
            Self::Ready(_) | Self::Starting => unreachable!("the start of this call panicked"),
        }
    }
}

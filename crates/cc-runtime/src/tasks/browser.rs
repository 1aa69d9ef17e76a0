//! Timers and tasks of a browser, whose one event loop is always there.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

pub(super) use cc_browser::task::AbortHandle;
pub use cc_browser::time::Instant;

use crate::error::Result;

/// Waits.
pub async fn sleep(duration: Duration) {
    cc_browser::time::sleep(duration).await;
}

/// Runs the future up to the deadline.
pub(super) async fn up_to<F: Future>(deadline: Instant, future: F) -> Option<F::Output> {
    let (mut future, mut sleep) = (pin!(future), pin!(cc_browser::time::sleep_until(deadline)));
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => sleep.as_mut().poll(cx).map(|()| None),
    })
    .await
}

/// Lets others go first.
pub(super) async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The event loop of the page.
#[derive(Debug, Clone)]
pub struct Home(());

impl Home {
    /// The event loop of the page.
    ///
    /// # Errors
    /// None.
    pub fn current() -> Result<Self> {
        Ok(Self(()))
    }

    /// Returns `true`: there is only one.
    pub(super) fn is_current(&self) -> bool {
        true
    }

    /// Returns `false`: nothing blocks a page.
    pub(super) fn may_stop(&self) -> bool {
        false
    }

    /// Returns `false`: nothing blocks a page.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        false
    }

    /// Returns `false`: nothing blocks a page.
    #[must_use]
    pub fn is_stopped_here(&self) -> bool {
        false
    }

    /// Polls work that began here.
    pub(super) fn serve<T>(&self, poll: impl FnOnce() -> T) -> T {
        poll()
    }

    /// Runs a future as a task that nobody waits for.
    pub fn detach(&self, future: impl Future<Output = ()> + Send + 'static) {
        drop(cc_browser::task::spawn(future));
    }

    /// Runs a future as a task.
    pub(super) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        cc_browser::task::spawn(future)
    }
}

/// Returns the outcome of the future: what may lack elsewhere is always there in a browser.
///
/// # Errors
/// The error of the future.
pub async fn guarded<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    future.await
}

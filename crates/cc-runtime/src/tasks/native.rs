//! Timers and tasks of tokio.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::runtime::{Handle, RuntimeFlavor};

pub(crate) use tokio::runtime::Id;
pub(super) use tokio::task::AbortHandle;
pub use tokio::time::Instant;

use crate::error::{Error, ErrorKind, Result};
use crate::tasks::stopped::{self, Waiter};
use crate::tasks::unusable;

/// Waits.
pub async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Lets other tasks take a turn. Unlike that of tokio, which leaves the waker to the scheduler of the thread, it comes back also while
/// a blocking wait holds up this scheduler.
pub(super) async fn yield_now() {
    let mut has_yielded = false;
    let yields = poll_fn(|cx| {
        if has_yielded {
            return Poll::Ready(());
        }
        has_yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    });
    yields.await;
}

/// Runs the future up to the deadline.
pub(super) async fn up_to<F: Future>(deadline: Instant, future: F) -> Option<F::Output> {
    tokio::time::timeout_at(deadline, future).await.ok()
}

/// The runtime that a call began in: its timers and its connections live there.
#[derive(Debug, Clone)]
pub struct Home {
    handle: Handle,
    waiter: Waiter,
}

impl Home {
    /// The runtime that polls the caller.
    ///
    /// # Errors
    /// [`ErrorKind::Unexpected`] outside of a tokio runtime.
    pub fn current() -> Result<Self> {
        let of = |handle| Self { handle, waiter: Waiter::current() };
        Handle::try_current().map(of).map_err(|cause| unusable().with_source(cause).not_sent())
    }

    /// The number of the runtime, which no other one of the process gets.
    pub(crate) fn id(&self) -> Id {
        self.handle.id()
    }

    /// Returns `true` if the caller is polled by this runtime.
    pub(super) fn is_current(&self) -> bool {
        Handle::try_current().is_ok_and(|current| current.id() == self.handle.id())
    }

    /// Returns `true` if a blocking wait can stop all of the runtime.
    pub(crate) fn may_stop(&self) -> bool {
        cfg!(feature = "blocking") && self.handle.runtime_flavor() == RuntimeFlavor::CurrentThread
    }

    /// Returns `true` if the only thread of the runtime is in a blocking wait, so that nothing of the runtime goes on.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        stopped::is_stopped(self.id())
    }

    /// Returns `true` if nothing of the runtime goes on before the work has ended that the caller does: the thread of the
    /// runtime waits for it.
    #[must_use]
    pub fn is_stopped_here(&self) -> bool {
        stopped::is_stopped_by(self.id(), Waiter::current())
    }

    /// Polls work that began here.
    pub(super) fn serve<T>(&self, poll: impl FnOnce() -> T) -> T {
        self.waiter.served(poll)
    }

    /// Runs a future as a task that nobody waits for.
    pub fn detach(&self, future: impl Future<Output = ()> + Send + 'static) {
        drop(self.handle.spawn(future));
    }

    /// Runs a future as a task of this runtime. When the runtime has ended, the future is dropped at once.
    pub(super) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        self.handle.spawn(future).abort_handle()
    }
}

/// Turns a panic of tokio, which lacks its runtime or a part of it, into an error. Any other panic goes on.
///
/// # Errors
/// The error of the future; [`ErrorKind::Unexpected`] if there is no runtime or it has no timer or no I/O;
/// [`ErrorKind::Unreachable`] if the runtime has ended.
pub async fn guarded<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let panic = match AssertUnwindSafe(future).catch_unwind().await {
        Ok(outcome) => return outcome,
        Err(panic) => panic,
    };
    // Tokio offers no way to ask beforehand.
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    match text.or_else(|| panic.downcast_ref().cloned()).filter(|text| text.contains("Tokio 1.x")) {
        Some(text) if text.contains("shutdown") => Err(Error::new(ErrorKind::Unreachable)
            .with_message("the tokio runtime ended before the call did")
            .with_source(text)),
        Some(text) => Err(unusable().with_source(text)),
        None => resume_unwind(panic),
    }
}

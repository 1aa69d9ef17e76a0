//! The runtime: the one place that knows which timer and which tasks the SDK uses.

mod work;

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use crate::error::{Error, ErrorKind, Result};

pub(crate) use tokio::runtime::Id;
pub use tokio::time::Instant;
pub use work::{Alone, Hold, Holders, Joined, Lost, Wait, Waiting, Work, alone};

/// The time that lies this far ahead; `None` when that is farther than can be counted, which is never.
#[must_use]
pub fn after(duration: Duration) -> Option<Instant> {
    Instant::now().checked_add(duration)
}

/// Waits.
pub async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Runs the future until the deadline, and returns `None` if the deadline passes first. A deadline in the
/// past does not start it. Without a deadline, returns the output of the future.
pub async fn until<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    match deadline {
        None => Some(future.await),
        Some(deadline) if deadline <= Instant::now() => None,
        Some(deadline) => tokio::time::timeout_at(deadline, future).await.ok(),
    }
}

/// Does the same as [`until`], except that work which ends at this very moment in a task of its own still gives its result:
/// tasks that the same timer wakes run in any order.
pub(crate) async fn until_settled<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    /// Number of turns that other tasks get: nested work takes one turn per level.
    const TURNS: usize = 16;
    if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
        return None;
    }
    let mut future = pin!(future);
    let mut output = until(deadline, &mut future).await;
    for _ in 0..TURNS {
        if output.is_some() {
            break;
        }
        tokio::task::yield_now().await;
        output = (&mut future).now_or_never();
    }
    output
}

/// The runtime that a call began in: its timers and its connections live there.
#[derive(Debug, Clone)]
pub struct Home(Handle);

impl Home {
    /// The runtime that polls the caller.
    ///
    /// # Errors
    /// [`ErrorKind::Unexpected`] outside of a tokio runtime.
    pub fn current() -> Result<Self> {
        Handle::try_current().map(Self).map_err(|cause| unusable().with_source(cause).not_sent())
    }

    /// The number of the runtime, which no other one of the process gets.
    pub(crate) fn id(&self) -> Id {
        self.0.id()
    }

    /// Returns `true` if the caller is polled by this runtime.
    fn is_current(&self) -> bool {
        Handle::try_current().is_ok_and(|current| current.id() == self.0.id())
    }

    /// Runs a future as a task of this runtime. When the runtime has ended, the future is dropped at once.
    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        self.0.spawn(future).abort_handle()
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
    match message(&*panic).filter(|message| message.contains("Tokio 1.x")) {
        Some(message) if message.contains("shutdown") => Err(Error::new(ErrorKind::Unreachable)
            .with_message("the tokio runtime ended before the call did")
            .with_source(message)),
        Some(message) => Err(unusable().with_source(message)),
        None => resume_unwind(panic),
    }
}

/// The text of a panic.
fn message(panic: &(dyn Any + Send)) -> Option<String> {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref().cloned())
}

#[cold]
pub(crate) fn unusable() -> Error {
    Error::new(ErrorKind::Unexpected)
        .with_message("no usable tokio runtime: await the call inside one that was built with `enable_all`")
}

/// The failure of work whose runtime has ended before it, while something polls it elsewhere.
#[cold]
pub(crate) fn ended() -> Error {
    Error::new(ErrorKind::Unreachable)
        .with_message("the tokio runtime that the call began in has ended: begin it in one that outlives it")
}

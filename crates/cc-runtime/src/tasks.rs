//! The runtime: the one place that knows which timer and which tasks the SDK uses. They are those of tokio, and in a browser its own.

mod holders;
mod places;
#[cfg(target_family = "wasm")]
#[path = "tasks/browser.rs"]
mod platform;
#[cfg(not(target_family = "wasm"))]
#[path = "tasks/native.rs"]
mod platform;
#[cfg(all(feature = "blocking", not(target_family = "wasm")))]
mod stopped;
#[cfg(not(all(feature = "blocking", not(target_family = "wasm"))))]
#[path = "tasks/unstopped.rs"]
mod stopped;
mod work;

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt;

use crate::error::{Error, ErrorKind};

pub use holders::{Hold, Holders, Wait};
pub(crate) use places::{Place, Places};
#[cfg(not(target_family = "wasm"))]
pub(crate) use platform::Id;
pub use platform::{Home, Instant, guarded, sleep};
#[cfg(all(feature = "blocking", not(target_family = "wasm")))]
pub(crate) use stopped::Stopped;
pub use work::{Alone, Joined, Lost, Waiting, Work, alone};

/// Learns that a runtime stands still or goes on, where a blocking wait holds its only thread.
#[cfg_attr(
    any(not(feature = "blocking"), target_family = "wasm"),
    allow(dead_code, reason = "nothing ever stands still there")
)]
trait Listen: Send + Sync {
    /// Looks again which runtimes stand still. The caller may hold a lock of the listener.
    fn runtimes_changed(&self);
}

/// Returns `true` if a runtime stands still, because a blocking wait holds its only thread.
#[must_use]
pub fn some_stand_still() -> bool {
    stopped::any()
}

/// Returns `true` if this runtime stands still.
#[cfg(all(feature = "blocking", not(target_family = "wasm")))]
pub(crate) fn is_stopped(runtime: Id) -> bool {
    stopped::is_stopped(runtime)
}

/// The time that lies this far ahead; `None` when that is farther than can be counted, which is never.
#[must_use]
pub fn after(duration: Duration) -> Option<Instant> {
    Instant::now().checked_add(duration)
}

/// Runs the future until the deadline, and returns `None` if the deadline passes first. A deadline in the
/// past does not start it. Without a deadline, returns the output of the future.
pub async fn until<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    match deadline {
        None => Some(future.await),
        Some(deadline) if deadline <= Instant::now() => None,
        Some(deadline) => platform::up_to(deadline, future).await,
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
        platform::yield_now().await;
        output = (&mut future).now_or_never();
    }
    output
}

#[cold]
pub(crate) fn unusable() -> Error {
    Error::new(ErrorKind::Unexpected)
        .with_message("no usable tokio runtime: await the call inside one that was built with `enable_all`")
}

/// The failure of work whose runtime has ended before it, or waits for it, while something polls it elsewhere.
#[cold]
pub(crate) fn ended() -> Error {
    Error::new(ErrorKind::Unreachable).with_message(
        "the tokio runtime that the call began in has ended or is blocked: begin it in one that goes on",
    )
}

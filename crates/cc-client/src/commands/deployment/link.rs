//! Between a wait for a deployment and who follows its log.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use cc_core::{Timestamp, runtime};
use futures_util::task::AtomicWaker;

/// What a wait for a deployment tells, and is told.
#[derive(Debug, Default)]
pub(super) struct Link {
    /// When it started, once the deployment was seen; none where the platform does not say.
    started: OnceLock<Option<Timestamp>>,
    /// How many looks have begun.
    begun: AtomicU64,
    /// The number of the last look that is over.
    over: AtomicU64,
    /// The number of the last look that saw that it goes on.
    goes_on: AtomicU64,
    /// Somebody has reason to believe that it has ended.
    wanted: AtomicBool,
    waker: AtomicWaker,
}

impl Link {
    /// The deployment was seen.
    pub(super) fn seen(&self, started: Option<Timestamp>) {
        self.started.get_or_init(|| started);
    }

    /// When it started, once it was seen.
    #[cfg(all(feature = "log", feature = "stream"))]
    pub(super) fn started(&self) -> Option<Option<Timestamp>> {
        self.started.get().copied()
    }

    /// A look begins, and has this number.
    pub(super) fn begin(&self) -> u64 {
        self.begun.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// The look of this number is over, and saw that the deployment goes on or nothing.
    pub(super) fn end(&self, look: u64, goes_on: bool) {
        if goes_on {
            self.goes_on.store(look, Ordering::Release);
        }
        self.over.store(look, Ordering::Release);
    }

    /// Whether a look is over that began after so many others.
    #[cfg(all(feature = "log", feature = "stream"))]
    pub(super) fn has_looked_after(&self, looks: u64) -> bool {
        self.over.load(Ordering::Acquire) > looks
    }

    /// How many looks have begun.
    #[cfg(all(feature = "log", feature = "stream"))]
    pub(super) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Acquire)
    }

    /// Whether a look that began after so many others saw that it goes on.
    #[cfg(all(feature = "log", feature = "stream"))]
    pub(super) fn goes_on_after(&self, looks: u64) -> bool {
        self.goes_on.load(Ordering::Acquire) > looks
    }

    /// Ends the pause between two looks.
    #[cfg(all(feature = "log", feature = "stream"))]
    pub(super) fn look(&self) {
        self.wanted.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// A pause that a wish to look ends, though not before `least`.
    pub(super) async fn pause(&self, least: Duration, time: Duration) {
        runtime::sleep(least).await;
        let mut rest = pin!(runtime::sleep(time.saturating_sub(least)));
        poll_fn(|cx| {
            self.waker.register(cx.waker());
            if self.wanted.swap(false, Ordering::Acquire) {
                return Poll::Ready(());
            }
            rest.as_mut().poll(cx)
        })
        .await;
    }
}

//! Between a wait for a deployment and who follows its log.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use cc_core::{Timestamp, runtime};
use futures_util::task::AtomicWaker;

/// What a wait for a deployment tells, and is told.
#[derive(Debug, Default)]
pub(super) struct Link {
    /// When it started, once the deployment was seen; none where the platform does not say.
    started: OnceLock<Option<Timestamp>>,
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

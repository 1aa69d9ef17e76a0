//! Work that many wait for and that is done once.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cc_core::runtime::Instant;
use futures_util::FutureExt;
use futures_util::future::{Shared, WeakShared};

/// Who comes this shortly after the start comes in time: nobody knows of a thing so soon after it was made that a request
/// that was sent before does not find it.
const IN_TIME: Duration = Duration::from_millis(2);

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Work that is done once for all who want it while it is not done. It goes on as long as one of them waits: it is no one's
/// in particular, so that any of them may give up.
pub(super) struct Flight<T: Clone>(Mutex<Option<Flying<T>>>);

struct Flying<T: Clone> {
    work: WeakShared<Work<T>>,
    started: Instant,
}

impl<T: Clone> Default for Flight<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone + Send + Sync + 'static> Flight<T> {
    /// The work that is under way, or else this; and whether it had started before.
    pub(super) fn join(&self, work: impl FnOnce() -> Work<T>) -> (Shared<Work<T>>, bool) {
        let mut flying = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Flying { work, started }) = &*flying
            && let Some(work) = work.upgrade().filter(|work| work.peek().is_none())
        {
            return (work, started.elapsed() > IN_TIME);
        }
        let started = Instant::now();
        let work = work();
        let work = work.shared();
        // Of work that is new, there is always a weak handle.
        *flying = work.downgrade().map(|work| Flying { work, started });
        (work, false)
    }
}

impl<T: Clone> fmt::Debug for Flight<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flight")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_work_goes_on_when_the_one_who_started_it_gives_up() {
        let (flight, done) = (Flight::default(), Arc::new(AtomicU32::new(0)));
        let work = || -> Work<u32> {
            let done = done.clone();
            Box::pin(async move {
                tokio::time::sleep(Duration::from_secs(2)).await;
                done.fetch_add(1, Ordering::Relaxed) + 1
            })
        };
        let (leader, late) = flight.join(work);
        assert!(!late);
        assert!(tokio::time::timeout(Duration::from_secs(1), leader.clone()).await.is_err());
        let (follower, late) = flight.join(work);
        assert!(late);
        drop(leader);
        assert_eq!(follower.await, 1);
        assert_eq!(flight.join(work).0.await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_nobody_waits_for_is_dropped() {
        let flight = Flight::default();
        let work = |value: u32| {
            move || -> Work<u32> {
                Box::pin(async move {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    value
                })
            }
        };
        let (first, _) = flight.join(work(1));
        assert!(tokio::time::timeout(Duration::from_millis(1), first).await.is_err());
        assert_eq!(flight.join(work(2)).0.await, 2);
    }
}

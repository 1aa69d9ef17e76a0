//! Work that many wait for and that is done once.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use futures_util::FutureExt;
use futures_util::future::{Shared, WeakShared};

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Work that is done once for all who want it while it is not done. It goes on as long as one of them waits: it is no one's
/// in particular, so that any of them may give up.
pub(super) struct Flight<T: Clone>(Mutex<Option<Flying<T>>>);

struct Flying<T: Clone> {
    work: WeakShared<Work<T>>,
    started: Arc<AtomicBool>,
}

impl<T: Clone> Default for Flight<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone + Send + Sync + 'static> Flight<T> {
    /// The work that is under way, or else this; and whether it had started before. All who come in the same turn of the
    /// executor come before it starts.
    pub(super) fn join(&self, work: impl FnOnce() -> Work<T>) -> (Shared<Work<T>>, bool) {
        let mut flying = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Flying { work, started }) = &*flying
            && let Some(work) = work.upgrade().filter(|work| work.peek().is_none())
        {
            return (work, started.load(Ordering::Acquire));
        }
        let started = Arc::new(AtomicBool::new(false));
        let starts = started.clone();
        let work = work();
        let work: Work<T> = Box::pin(async move {
            one_turn().await;
            starts.store(true, Ordering::Release);
            work.await
        });
        let work = work.shared();
        // Of work that is new, there is always a weak handle.
        *flying = work.downgrade().map(|work| Flying { work, started });
        (work, false)
    }
}

/// Lets the executor run what is ready.
async fn one_turn() {
    let mut waited = false;
    poll_fn(|cx| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl<T: Clone> fmt::Debug for Flight<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flight")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;
    use std::time::Duration;

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

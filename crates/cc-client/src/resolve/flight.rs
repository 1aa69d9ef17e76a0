//! Work that many callers wait for and that is done once.

use std::fmt;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cc_runtime::Result;
use cc_runtime::tasks::{Home, Instant, Waiting, Work};

/// A caller who joins this shortly after the start joins in time: no one can know about a resource so soon
/// after its creation that the request misses it.
const IN_TIME: Duration = Duration::from_millis(2);

/// Work that is done once for all concurrent callers. It continues as long as one of them waits, whether or
/// not that caller is polled, so any of them may give up.
pub(super) struct Flight<T>(Mutex<Option<Flying<T>>>);

struct Flying<T> {
    work: Work<T>,
    started: Instant,
}

impl<T> Default for Flight<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone + Send + 'static> Flight<T> {
    /// Joins the work in progress, or starts this work. The second value is `true` if the work had already
    /// started.
    ///
    /// # Errors
    /// [`ErrorKind::Unexpected`](cc_runtime::ErrorKind::Unexpected) outside of a tokio runtime.
    pub(super) fn join<F>(&self, work: impl FnOnce() -> F) -> Result<(Waiting<T>, bool)>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let home = Home::current()?;
        let (joined, late) = {
            let mut flying = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let under_way =
                flying.as_ref().and_then(|flying| Some((flying.work.join()?, flying.started.elapsed())));
            let Some((joined, elapsed)) = under_way else {
                let started = Instant::now();
                let waiting = Work::begin(home, |_| work());
                *flying = Some(Flying { work: waiting.work(), started });
                return Ok((waiting, false));
            };
            (joined, elapsed > IN_TIME)
        };
        Ok((joined.go_on(), late))
    }
}

impl<T> fmt::Debug for Flight<T> {
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
        let work = || {
            let done = done.clone();
            async move {
                tokio::time::sleep(Duration::from_secs(2)).await;
                done.fetch_add(1, Ordering::Relaxed) + 1
            }
        };
        let (mut leader, late) = flight.join(work).unwrap();
        assert!(!late);
        assert!(tokio::time::timeout(Duration::from_secs(1), &mut leader).await.is_err());
        let (follower, late) = flight.join(work).unwrap();
        assert!(late);
        drop(leader);
        assert_eq!(follower.await, Ok(1));
        assert_eq!(flight.join(work).unwrap().0.await, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn work_without_waiters_is_dropped() {
        let flight = Flight::default();
        let work = |value: u32| {
            move || async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                value
            }
        };
        let (first, _) = flight.join(work(1)).unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(1), first).await.is_err());
        assert_eq!(flight.join(work(2)).unwrap().0.await, Ok(2));
    }

    #[test]
    fn those_that_wait_learn_that_the_runtime_of_the_work_has_ended() {
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (flight, first, second) = (Arc::new(Flight::default()), runtime(), runtime());
        let leader = first.spawn({
            let flight = flight.clone();
            async move { flight.join(std::future::pending::<u32>).unwrap().0.await }
        });
        first.block_on(tokio::task::yield_now());
        second.block_on(async {
            let (follower, _) = flight.join(std::future::pending).unwrap();
            let follower = tokio::spawn(follower);
            tokio::task::yield_now().await;
            std::thread::spawn(move || drop((first, leader))).join().unwrap();
            assert_eq!(follower.await.unwrap(), Err(cc_runtime::tasks::Lost));
            assert_eq!(flight.join(|| async { 7 }).unwrap().0.await, Ok(7));
        });
    }
}

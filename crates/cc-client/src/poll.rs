//! Polls until a condition holds, with a deadline.

use std::future::IntoFuture;
use std::time::Duration;

use cc_runtime::tasks::{self, Instant};
use cc_runtime::{Error, ErrorKind, Result};

/// Polls until a result is available, or the time is over.
///
/// ```
/// # use std::time::Duration;
/// # use cc_client::poll::Polling;
/// # async fn example() -> cc_client::Result<()> {
/// let mut looks = 0;
/// let value = Polling::new(Duration::from_secs(1), Duration::from_secs(30))
///     .run(|| {
///         looks += 1;
///         let there = (looks == 3).then_some("it");
///         async move { Ok(there) }
///     })
///     .await?;
/// assert_eq!(value, "it");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Polling {
    every: Duration,
    at_most: Duration,
}

impl Polling {
    /// Looks `every` so often, counted from the end of one look to the start of the next, for at most this long.
    #[must_use]
    pub fn new(every: Duration, at_most: Duration) -> Self {
        Self { every, at_most }
    }

    /// Looks at once, and then again and again until a look gives something. Dropping the future ends it.
    ///
    /// # Errors
    /// [`ErrorKind::DeadlineExceeded`] when the time is over, even in the midst of a look; the first error of a look;
    /// [`ErrorKind::Unexpected`] outside of a tokio runtime with a timer.
    pub async fn run<T, F>(self, mut look: impl FnMut() -> F) -> Result<T>
    where
        F: IntoFuture<Output = Result<Option<T>>>,
    {
        let deadline = Instant::now().checked_add(self.at_most);
        let found = tasks::until(deadline, async {
            loop {
                if let Some(found) = look().await? {
                    return Ok(found);
                }
                tasks::sleep(self.every).await;
            }
        });
        let late = || {
            Err(Error::new(ErrorKind::DeadlineExceeded)
                .with_message(format!("not found within {:?}", self.at_most)))
        };
        tasks::guarded(async { found.await.unwrap_or_else(late) }).await
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::future::pending;
    use std::rc::Rc;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn half_a_minute() -> Polling {
        Polling::new(SECOND, 30 * SECOND)
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_look_is_at_once_and_the_next_a_delay_after_the_end_of_the_one_before() {
        let start = Instant::now();
        let looks = RefCell::new(Vec::new());
        let found = half_a_minute()
            .run(|| async {
                looks.borrow_mut().push(start.elapsed().as_secs());
                tasks::sleep(2 * SECOND).await;
                Ok((looks.borrow().len() == 3).then_some("found"))
            })
            .await;
        assert_eq!((found.unwrap(), looks.into_inner()), ("found", vec![0, 3, 6]));
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_at_the_deadline() {
        let start = Instant::now();
        let looks = Cell::new(0);
        let error = half_a_minute()
            .run(|| async {
                looks.set(looks.get() + 1);
                Ok(None::<()>)
            })
            .await
            .unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::DeadlineExceeded, "DEADLINE_EXCEEDED"));
        assert_eq!((start.elapsed(), looks.get()), (30 * SECOND, 31));
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_that_hangs_does_not_escape_the_deadline() {
        let start = Instant::now();
        let error = half_a_minute().run(pending::<Result<Option<()>>>).await.unwrap_err();
        assert_eq!((error.kind(), start.elapsed()), (ErrorKind::DeadlineExceeded, 30 * SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn the_error_of_a_look_reaches_the_caller_at_once() {
        let start = Instant::now();
        let look = || async { Err::<Option<()>, _>(Error::new(ErrorKind::Unreachable)) };
        let error = half_a_minute().run(look).await.unwrap_err();
        assert_eq!((error.kind(), start.elapsed()), (ErrorKind::Unreachable, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn dropping_it_ends_the_looks() {
        let looks = Rc::new(Cell::new(0));
        let counted = looks.clone();
        let polling = half_a_minute().run(move || {
            counted.set(counted.get() + 1);
            async { Ok(None::<()>) }
        });
        assert!(tokio::time::timeout(2 * SECOND + SECOND / 2, polling).await.is_err());
        tasks::sleep(10 * SECOND).await;
        assert_eq!((looks.get(), Rc::strong_count(&looks)), (3, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn two_runs_of_one_polling_know_nothing_of_each_other() {
        let polling = half_a_minute();
        let run = |name, seconds| {
            polling.run(move || async move {
                tasks::sleep(seconds * SECOND).await;
                Ok(Some(name))
            })
        };
        let given_up = tokio::time::timeout(SECOND, run("first", 5)).await;
        assert!(given_up.is_err());
        let (second, third) = tokio::join!(run("second", 10), run("third", 2));
        assert_eq!((second.unwrap(), third.unwrap()), ("second", "third"));
    }

    #[tokio::test(start_paused = true)]
    async fn an_infinite_duration_does_not_overflow() {
        let found = Polling::new(SECOND, Duration::MAX).run(|| async { Ok(Some(1)) }).await;
        assert_eq!(found.unwrap(), 1);
    }
}

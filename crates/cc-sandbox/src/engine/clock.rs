//! The platform's time: driven by hand, or following real time at some speed.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

/// Passage of time in a sandbox.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// The time stands still until [`Sandbox::advance`](crate::Sandbox::advance) moves it.
    Manual,
    /// The time follows real time (the time of `tokio`, which a test may pause) multiplied by this factor.
    /// [`Sandbox::advance`](crate::Sandbox::advance) still jumps ahead.
    Speed(f64),
}

/// The clock of one sandbox.
#[derive(Debug)]
pub(crate) struct Clock {
    pace: Pace,
    time: Mutex<Time>,
    jumps: watch::Sender<()>,
}

#[derive(Debug, Clone, Copy)]
struct Time {
    start: Timestamp,
    /// Sandbox time at an instant, from which the present follows.
    base: Timestamp,
    at: Instant,
}

impl Clock {
    pub(crate) fn new(start: Timestamp, pace: Pace) -> Self {
        let time = Time { start, base: start, at: Instant::now() };
        Self { pace, time: Mutex::new(time), jumps: watch::Sender::new(()) }
    }

    /// Start of the sandbox, in sandbox time.
    pub(crate) fn start(&self) -> Timestamp {
        self.time().start
    }

    /// Passage of time.
    pub(crate) fn pace(&self) -> Pace {
        self.pace
    }

    /// Current sandbox time.
    pub(crate) fn now(&self) -> Timestamp {
        let Time { base, at, .. } = *self.time();
        match self.pace {
            Pace::Manual => base,
            Pace::Speed(factor) => after(base, scaled(at.elapsed(), factor)),
        }
    }

    /// Jumps ahead.
    pub(crate) fn advance(&self, by: Duration) {
        let mut time = self.time();
        time.base = after(time.base, by);
        drop(time);
        self.jumps.send_replace(());
    }

    /// Goes to the time of another sandbox.
    pub(crate) fn restore(&self, start: Timestamp, now: Timestamp) {
        *self.time() = Time { start, base: now, at: Instant::now() };
        self.jumps.send_replace(());
    }

    /// Waits until a time of this clock.
    pub(crate) async fn sleep_until(&self, time: Timestamp) {
        let mut jumps = self.jumps.subscribe();
        loop {
            let left = Duration::try_from(time.duration_since(self.now())).unwrap_or_default();
            if left.is_zero() {
                return;
            }
            match self.pace {
                Pace::Manual | Pace::Speed(..=0.0) => _ = jumps.changed().await,
                Pace::Speed(factor) => {
                    // A little over, for what rounding takes away.
                    let real = scaled(left, 1.0 / factor) + Duration::from_micros(1);
                    _ = tokio::time::timeout(real, jumps.changed()).await;
                }
            }
        }
    }

    fn time(&self) -> MutexGuard<'_, Time> {
        self.time.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds a duration to a time; saturates at the last representable time.
pub(crate) fn after(time: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| time.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}

fn scaled(duration: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Timestamp {
        "2026-01-01T00:00:00Z".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_manual_clock_moves_by_hand_only() {
        let clock = Clock::new(start(), Pace::Manual);
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(clock.now(), start());
        clock.advance(Duration::from_secs(5));
        assert_eq!(clock.now().to_string(), "2026-01-01T00:00:05Z");
    }

    #[tokio::test(start_paused = true)]
    async fn a_running_clock_is_faster_than_real_time_by_its_factor() {
        let clock = Clock::new(start(), Pace::Speed(20.0));
        let before = Instant::now();
        clock.sleep_until(after(start(), Duration::from_secs(40))).await;
        assert_eq!(before.elapsed().as_secs(), 2);
        assert_eq!(clock.now().as_second(), start().as_second() + 40);
    }

    #[tokio::test(start_paused = true)]
    async fn a_jump_wakes_those_who_wait_for_a_time() {
        let clock = Clock::new(start(), Pace::Manual);
        let wake = clock.sleep_until(after(start(), Duration::from_secs(40)));
        let jump = async {
            tokio::task::yield_now().await;
            clock.advance(Duration::from_secs(40));
        };
        tokio::join!(wake, jump);
    }
}

//! A clock, and waits.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use send_wrapper::SendWrapper;

/// A moment of a clock that never goes back: `performance.now`.
pub use web_time::Instant;

/// Longest wait of one `setTimeout`, in milliseconds. Source: the HTML standard keeps the delay in 32 bits with a sign, and fires at once
/// after an overflow.
const LONGEST: u128 = i32::MAX as u128;

/// A wait, which ends at the moment or soon after. Dropping it gives it up.
///
/// A browser fires the timers of a page in the background rarely (about once a minute), and those of a page that it froze, or of a machine
/// that slept, afterwards.
#[derive(Debug)]
#[must_use = "a wait does nothing unless it is awaited"]
pub struct Sleep {
    until: Instant,
    timer: Option<SendWrapper<Timer>>,
}

struct Timer(TimeoutFuture);

impl std::fmt::Debug for Timer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Timer")
    }
}

/// Waits until this moment.
pub fn sleep_until(until: Instant) -> Sleep {
    Sleep { until, timer: None }
}

/// Waits. A time too long to be counted is a wait of a century.
pub fn sleep(time: Duration) -> Sleep {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3_600);
    let now = Instant::now();
    sleep_until(now.checked_add(time).unwrap_or_else(|| now + CENTURY))
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if let Some(timer) = &mut self.timer {
                std::task::ready!(Pin::new(&mut timer.0).poll(cx));
                self.timer = None;
            }
            let left = self.until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Poll::Ready(());
            }
            // Whole milliseconds, rounded up: a wait never ends early.
            let millis = left.as_nanos().div_ceil(1_000_000).min(LONGEST);
            let millis = u32::try_from(millis).unwrap_or(i32::MAX as u32);
            self.timer = Some(SendWrapper::new(Timer(TimeoutFuture::new(millis))));
        }
    }
}

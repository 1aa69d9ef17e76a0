//! Time, behind a trait: a stream asks it for the hour and for a wake-up, and nothing else.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A wait.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A clock that only goes forward.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a clock",
    label = "`Clock` is not implemented",
    note = "implement `cc_stream::Clock`, or leave the clock of the runtime"
)]
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time, counted from any fixed moment.
    fn now(&self) -> Duration;

    /// A future that is done at that time, or soon after. Dropping it gives up the wait.
    fn sleep_until(&self, time: Duration) -> Sleep;
}

/// The clock of the tokio runtime that polls the stream, which needs its timer (`enable_time`). It follows `tokio::time::pause`.
#[cfg(not(target_family = "wasm"))]
#[derive(Debug, Clone)]
pub struct TokioClock {
    origin: tokio::time::Instant,
}

#[cfg(not(target_family = "wasm"))]
impl Default for TokioClock {
    fn default() -> Self {
        Self { origin: tokio::time::Instant::now() }
    }
}

#[cfg(not(target_family = "wasm"))]
impl Clock for TokioClock {
    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    fn sleep_until(&self, time: Duration) -> Sleep {
        // A time too far to be said is a wait of a year: the stream looks again, and waits on.
        const FAR: Duration = Duration::from_secs(365 * 24 * 3600);
        let time = self.origin.checked_add(time).unwrap_or_else(|| tokio::time::Instant::now() + FAR);
        Box::pin(tokio::time::sleep_until(time))
    }
}

/// The clock of the page: `performance.now` and `setTimeout`. A page in the background is woken about once a minute, and one that the
/// browser froze when it is shown again: the stream then looks at what came, and at the time.
#[cfg(target_family = "wasm")]
#[derive(Debug, Clone)]
pub struct BrowserClock {
    origin: cc_browser::time::Instant,
}

#[cfg(target_family = "wasm")]
impl Default for BrowserClock {
    fn default() -> Self {
        Self { origin: cc_browser::time::Instant::now() }
    }
}

#[cfg(target_family = "wasm")]
impl Clock for BrowserClock {
    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    fn sleep_until(&self, time: Duration) -> Sleep {
        Box::pin(cc_browser::time::sleep(time.saturating_sub(self.now())))
    }
}

/// The clock of streams that are given none.
#[cfg(not(target_family = "wasm"))]
pub(crate) type OwnClock = TokioClock;
/// The clock of streams that are given none.
#[cfg(target_family = "wasm")]
pub(crate) type OwnClock = BrowserClock;

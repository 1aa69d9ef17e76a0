//! Time, behind a trait: a stream asks it for the hour and for a wake-up, and nothing else.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A wait.
#[cfg(not(target_arch = "wasm32"))]
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;
/// A wait.
#[cfg(target_arch = "wasm32")]
pub type Sleep = Pin<Box<dyn Future<Output = ()>>>;

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
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug, Clone)]
pub struct TokioClock {
    origin: tokio::time::Instant,
}

#[cfg(not(target_arch = "wasm32"))]
impl Default for TokioClock {
    fn default() -> Self {
        Self { origin: tokio::time::Instant::now() }
    }
}

#[cfg(not(target_arch = "wasm32"))]
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

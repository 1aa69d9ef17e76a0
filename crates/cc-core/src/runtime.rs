//! The clock: the one place that knows which timer the SDK runs on.

use std::future::Future;
use std::time::Duration;

pub use tokio::time::Instant;

/// The time that lies this far ahead; `None` when that is farther than can be counted, which is never.
#[must_use]
pub fn after(duration: Duration) -> Option<Instant> {
    Instant::now().checked_add(duration)
}

/// Waits.
pub async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// What the future gives, or `None` when the deadline passes first: one that has passed does not even start it. Without a
/// deadline, whatever the future gives.
pub async fn until<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    match deadline {
        None => Some(future.await),
        Some(deadline) if deadline <= Instant::now() => None,
        Some(deadline) => tokio::time::timeout_at(deadline, future).await.ok(),
    }
}

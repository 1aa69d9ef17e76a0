//! The clock: the one place that knows which timer the SDK runs on.

use std::future::Future;
use std::time::Duration;

pub use tokio::time::Instant;

/// Waits.
pub async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// What the future gives, or `None` when the deadline passes first. Without a deadline, whatever the future gives.
pub async fn until<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    match deadline {
        None => Some(future.await),
        Some(deadline) => tokio::time::timeout_at(deadline, future).await.ok(),
    }
}

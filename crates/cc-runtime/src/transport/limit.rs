//! Bounds how many requests are in flight.

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::tasks::{Hold, Holders};
use crate::transport::flight::Flight;

/// Limits the number of concurrent attempts.
#[derive(Debug)]
pub(crate) struct Limit {
    permits: Semaphore,
    /// The flights that have a permit. None of them waits for its caller to be polled once another one waits for a permit.
    holders: Holders,
}

/// The permit of one attempt.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    _permit: SemaphorePermit<'a>,
    _hold: Option<Hold<'a>>,
}

impl Limit {
    pub(crate) fn new(requests: usize) -> Self {
        let permits = Semaphore::new(requests.clamp(1, Semaphore::MAX_PERMITS));
        Self { permits, holders: Holders::default() }
    }

    /// Waits for a permit, in the order of the calls. `waiting` makes a guard that is dropped when the wait is over.
    pub(crate) async fn permit<W>(&self, flight: &Flight, waiting: impl FnOnce() -> W) -> Permit<'_> {
        if let Ok(permit) = self.permits.try_acquire() {
            return Permit { _permit: permit, _hold: Some(self.holders.hold(flight)) };
        }
        let _wait = (self.holders.wait(flight), waiting());
        let permit = self.permits.acquire().await.expect("the semaphore is never closed");
        Permit { _permit: permit, _hold: None }
    }
}

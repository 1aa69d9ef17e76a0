//! Bounds how many requests are in flight.

use crate::tasks::{Place, Places};
use crate::transport::flight::Flight;

/// Limits the number of concurrent attempts.
#[derive(Debug)]
pub(crate) struct Limit(Places);

/// The permit of one attempt.
pub(crate) type Permit<'a> = Place<'a>;

impl Limit {
    pub(crate) fn new(requests: usize) -> Self {
        Self(Places::new(requests.max(1)))
    }

    /// Waits for a permit, in the order of the calls. `waiting` makes a guard that is dropped when the wait is over.
    pub(crate) async fn permit<W>(&self, flight: &Flight, waiting: impl FnOnce() -> W) -> Permit<'_> {
        self.0.take(flight, waiting).await
    }
}

//! What one call may ask for, over what the transport does by default.

use std::time::Duration;

/// Options of one call. What is not set is as the transport says.
#[derive(Debug, Clone, Default)]
pub struct CallOptions {
    /// Longest time of the whole call, retries and reading the body included.
    pub(crate) timeout: Option<Duration>,
}

//! Cache policy of a call.

use std::time::Duration;

/// Cache policy of a call: whether cached answers are used, and for how long its own is kept.
///
/// Only successful answers to GET are kept, only within one transport and one identity, and never those of an operation
/// whose answer belongs to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CachePolicy {
    /// How long the answer stays. Zero: it is not kept.
    pub ttl: Duration,
    /// Whether what is kept is used.
    pub mode: CacheMode,
}

/// Use of cached answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum CacheMode {
    /// A kept answer is used; else the platform is asked and its answer kept.
    #[default]
    Default,
    /// The platform is asked, and its answer replaces what is kept.
    Reload,
    /// The cache is left alone.
    Off,
}

impl CachePolicy {
    /// Uses what is kept, and keeps answers for this long.
    #[must_use]
    pub fn ttl(ttl: Duration) -> Self {
        Self { ttl, mode: CacheMode::Default }
    }

    /// Asks the platform, and keeps its answer for this long; with zero, what was kept is dropped.
    #[must_use]
    pub fn reload(ttl: Duration) -> Self {
        Self { ttl, mode: CacheMode::Reload }
    }

    /// Leaves the cache alone.
    #[must_use]
    pub const fn off() -> Self {
        Self { ttl: Duration::ZERO, mode: CacheMode::Off }
    }
}

//! Cache policy of a call.

use std::time::Duration;

/// Cache policy of a call: whether cached answers are used, and for how long its own is kept.
///
/// Only successful answers to GET are cached, within one transport and one identity, and never those of an
/// operation whose answer belongs to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CachePolicy {
    /// Lifetime of the answer in the cache. Zero: not cached.
    pub ttl: Duration,
    /// Use of cached answers.
    pub mode: CacheMode,
}

/// Use of cached answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum CacheMode {
    /// A cached answer is used; otherwise the request is sent and its answer cached.
    #[default]
    Default,
    /// Sends the request, and replaces the cached answer.
    Reload,
    /// The cache is left alone.
    Off,
}

impl CachePolicy {
    /// Uses cached answers, and caches answers for this time.
    #[must_use]
    pub fn ttl(ttl: Duration) -> Self {
        Self { ttl, mode: CacheMode::Default }
    }

    /// Sends the request, and caches the answer for this time; with zero, the cached answer is dropped.
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

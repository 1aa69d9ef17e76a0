//! When a request is sent again, and after how long.

use std::time::Duration;

/// How often, and after how long, a request that failed for a while is sent again.
///
/// An idempotent request is repeated after 408, 429, 500, 502, 503, 504, and when no complete answer came; any other only
/// when it is certain that nothing reached the platform. Between two attempts lies a random time, up to a bound that
/// doubles at each attempt; what the platform asks for with `Retry-After` is respected.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) base: Duration,
    pub(crate) cap: Duration,
    pub(crate) max_retry_after: Duration,
}

impl Default for RetryPolicy {
    /// 3 attempts; waits of up to 200 ms, then 400 ms and so on up to 5 s; a `Retry-After` of up to 30 s.
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base: Duration::from_millis(200),
            cap: Duration::from_secs(5),
            max_retry_after: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// One attempt.
    #[must_use]
    pub fn none() -> Self {
        Self::default().max_attempts(1)
    }

    /// How many times a request is sent at most, the first one included; 0 is read as 1. Default: 3.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The bound of the first wait, which doubles at each attempt, and the bound of all waits. Default: 200 ms and 5 s.
    #[must_use]
    pub fn backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base;
        self.cap = cap;
        self
    }

    /// The longest `Retry-After` that is waited for; a longer one ends the call with the platform's error, whose
    /// [`retry_after`](crate::Error::retry_after) tells it. Default: 30 s.
    #[must_use]
    pub fn max_retry_after(mut self, longest: Duration) -> Self {
        self.max_retry_after = longest;
        self
    }

    /// How long to wait after this many attempts, of which the last failed for a while: what the platform asked for, and
    /// else the part `share` (0 to 1) of the bound. `None`: there is to be no other.
    #[must_use]
    pub fn wait(&self, attempts: u32, asked: Option<Duration>, share: f64) -> Option<Duration> {
        let asked = asked.unwrap_or_default();
        (attempts < self.max_attempts && asked <= self.max_retry_after)
            .then(|| self.bound(attempts).mul_f64(share.clamp(0.0, 1.0)).max(asked))
    }

    /// The policy of who goes on after this many attempts.
    #[must_use]
    pub fn after(self, attempts: u32) -> Self {
        let left = self.max_attempts.saturating_sub(attempts);
        self.max_attempts(left)
    }

    /// The bound of the wait after this many attempts.
    fn bound(&self, attempts: u32) -> Duration {
        let doubled = 2_u32.checked_pow(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
        self.base.saturating_mul(doubled).min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_doubles_up_to_its_cap_and_never_overflows() {
        let policy = RetryPolicy::default();
        let bounds: Vec<u128> =
            [1, 2, 3, 5, 6, 66, u32::MAX].map(|attempts| policy.bound(attempts).as_millis()).to_vec();
        assert_eq!(bounds, [200, 400, 800, 3_200, 5_000, 5_000, 5_000]);
    }
    #[test]
    fn there_is_no_wait_after_the_last_attempt_or_for_longer_than_is_accepted() {
        let policy = RetryPolicy::default();
        let seconds = Duration::from_secs;
        assert_eq!(policy.wait(1, None, 0.5), Some(Duration::from_millis(100)));
        assert_eq!(policy.wait(2, Some(seconds(2)), 1.0), Some(seconds(2)));
        assert_eq!(policy.wait(1, Some(seconds(31)), 1.0), None);
        assert_eq!(policy.wait(3, None, 1.0), None);
        assert_eq!(policy.clone().after(2), RetryPolicy::none());
        assert_eq!(RetryPolicy::none().wait(1, None, 1.0), None);
    }
}

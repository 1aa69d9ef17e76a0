//! Retry policy: conditions, delays and number of attempts.

use std::time::Duration;

use crate::defaults::Defaults;
use crate::error::Error;

/// Number and delays of the retries of a request that failed for a transient reason.
///
/// An idempotent request is repeated after 408, 429, 500, 502, 503, 504, and when no complete answer came. Any other is
/// repeated only when it is certain that the platform did not process it: nothing reached the platform, or the platform
/// answered 429 with a `Retry-After`.
///
/// The delay between two attempts is random (full jitter) up to a bound that doubles at each attempt. The
/// first bound depends on the failure: 50 ms after a transient failure such as a lost connection, and 1 s if
/// the platform [throttles](Error::is_throttled). The delay is at least the platform's `Retry-After`, up to
/// [`max_retry_after`](Self::max_retry_after).
///
/// The figures are the defaults of the AWS SDKs since November 2026.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) base: Duration,
    pub(crate) throttled_base: Duration,
    pub(crate) cap: Duration,
    pub(crate) max_retry_after: Duration,
}

impl Default for RetryPolicy {
    /// 3 attempts; waits of up to 50 ms, or 1 s when throttled, doubling up to 20 s; a `Retry-After` of up to 30 s.
    fn default() -> Self {
        Defaults::v2026_12().retry
    }
}

impl RetryPolicy {
    /// One attempt.
    #[must_use]
    pub fn none() -> Self {
        Self::default().max_attempts(1)
    }

    /// The largest number of attempts, the first one included; 0 is read as 1. Default: 3.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the bound of the first delay after a transient failure, which doubles at each attempt, and the
    /// bound of all delays. Default: 50 ms and 20 s.
    #[must_use]
    pub fn backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base;
        self.cap = cap;
        self
    }

    /// The bound of the first wait when the platform [throttles](Error::is_throttled), which doubles at each attempt up to the
    /// bound of all waits. Default: 1 s.
    #[must_use]
    pub fn throttled_backoff(mut self, base: Duration) -> Self {
        self.throttled_base = base;
        self
    }

    /// The longest time that a `Retry-After` may ask for; a longer one counts as this. The error that ends the call still
    /// tells the whole time ([`retry_after`](Error::retry_after)). Default: 30 s.
    #[must_use]
    pub fn max_retry_after(mut self, longest: Duration) -> Self {
        self.max_retry_after = longest;
        self
    }

    /// Delay after this many attempts, the last of which failed with `failure`: the fraction `share` (0 to 1)
    /// of the bound, and at least the time that the platform asks for. `None` if the policy allows no further
    /// attempt.
    #[must_use]
    pub fn wait(&self, attempts: u32, failure: &Error, share: f64) -> Option<Duration> {
        if attempts >= self.max_attempts {
            return None;
        }
        let base = if failure.is_throttled() { self.throttled_base } else { self.base };
        let bound = self.bound(base, attempts);
        let share = if share.is_nan() { 1.0 } else { share.clamp(0.0, 1.0) };
        // A bound near the largest duration does not survive the way through a float.
        let drawn =
            Duration::try_from_secs_f64(bound.as_secs_f64() * share).map_or(bound, |drawn| drawn.min(bound));
        Some(drawn.max(failure.retry_after().unwrap_or_default().min(self.max_retry_after)))
    }

    /// The policy of a call that goes on after this many attempts.
    #[must_use]
    pub fn after(self, attempts: u32) -> Self {
        let left = self.max_attempts.saturating_sub(attempts);
        self.max_attempts(left)
    }

    /// The bound of the wait after this many attempts.
    fn bound(&self, base: Duration, attempts: u32) -> Duration {
        let doubled = 2_u32.checked_pow(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
        base.saturating_mul(doubled).min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;
    use crate::error::ErrorKind;

    const ATTEMPTS: [u32; 7] = [1, 2, 3, 5, 6, 66, u32::MAX];

    fn refused(status: u16, retry_after: &str, body: &str) -> Error {
        let mut headers = HeaderMap::new();
        if !retry_after.is_empty() {
            headers.insert("retry-after", retry_after.parse().unwrap());
        }
        Error::from_answer(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes())
    }

    fn lost() -> Error {
        Error::new(ErrorKind::Unreachable)
    }

    /// The longest waits after each number of attempts, in milliseconds.
    fn longest(failure: &Error) -> [u128; 7] {
        let policy = RetryPolicy::default().max_attempts(u32::MAX);
        ATTEMPTS.map(|attempts| policy.wait(attempts.min(u32::MAX - 1), failure, 1.0).unwrap().as_millis())
    }

    #[test]
    fn the_bound_doubles_up_to_its_cap_and_never_overflows() {
        assert_eq!(longest(&lost()), [50, 100, 200, 800, 1_600, 20_000, 20_000]);
    }

    #[test]
    fn throttling_waits_from_a_second_and_passing_faults_from_50_ms() {
        let throttled = [
            refused(429, "", ""),
            refused(503, "0", ""),
            refused(503, "", r#"{"code":"SlowDown"}"#),
            refused(503, "", r#"{"message":"Too many requests"}"#),
            refused(503, "", "Request was throttled."),
        ];
        for failure in throttled {
            assert_eq!(longest(&failure), [1_000, 2_000, 4_000, 16_000, 20_000, 20_000, 20_000], "{failure}");
        }
        let passing = [refused(503, "", ""), refused(500, "", ""), Error::new(ErrorKind::TimedOut), lost()];
        for failure in passing {
            assert_eq!(longest(&failure)[..2], [50, 100], "{failure}");
        }
    }

    #[test]
    fn a_retry_after_is_waited_for_and_clamped() {
        let (policy, seconds) = (RetryPolicy::default(), Duration::from_secs);
        let wait = |asked: &str, share| policy.wait(1, &refused(429, asked, ""), share);
        assert_eq!(wait("2", 0.5), Some(seconds(2)));
        assert_eq!(wait("0", 0.5), Some(seconds(1) / 2), "no less than the bound of its kind draws");
        assert_eq!(wait("3600", 0.5), Some(seconds(30)), "no more than is accepted");
        assert_eq!(wait("99999999999999999999999", 0.5), Some(seconds(30)));
    }

    #[test]
    fn there_is_no_wait_after_the_last_attempt() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.wait(1, &lost(), 0.5), Some(Duration::from_millis(25)));
        assert_eq!(policy.wait(3, &lost(), 1.0), None);
        assert_eq!(policy.clone().after(2), RetryPolicy::none());
        assert_eq!(RetryPolicy::none().wait(1, &lost(), 1.0), None);
    }

    #[test]
    fn no_number_makes_a_wait_panic() {
        let longest =
            RetryPolicy::default().backoff(Duration::MAX, Duration::MAX).max_retry_after(Duration::MAX);
        for share in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, 1.0, 2.0] {
            for policy in [RetryPolicy::default(), longest.clone()] {
                let wait = policy.wait(1, &lost(), share).unwrap();
                assert!(wait <= policy.cap, "{share}: {wait:?}");
            }
        }
        assert_eq!(longest.wait(1, &lost(), 1.0), Some(Duration::MAX));
    }
}

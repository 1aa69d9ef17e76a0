//! How long to wait before the next attempt, and how often to try. Pure: chance comes in as a number.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// When a broken stream is opened again.
///
/// The wait has full jitter: for the `n`-th failure in a row it is drawn evenly between nothing and
/// `initial` × `factor`ⁿ, and cut to `cap`. Drawing comes before cutting, so that a long outage is met with waits near
/// the cap (about 130 attempts an hour with the default values) and not with half of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Retry {
    /// The widest first wait. A time the server sets with `retry:` takes its place. Default: 1 s.
    pub initial: Duration,
    /// What the widest wait is multiplied with at each failure in a row; less than 1 counts as 1. Default: 1.5.
    pub factor: f64,
    /// The longest time from one attempt that failed to open to the next, and the longest wait after a connection
    /// that was open. Default: 30 s.
    pub cap: Duration,
    /// The shortest wait, whatever chance and the server say. Default: 100 ms.
    pub floor: Duration,
    /// The longest time a server may ask for, with `Retry-After` or `retry:`; it may be beyond `cap`. Up to `initial` is
    /// added to it, so that not all clients come back at once. Default: 5 min.
    pub server_cap: Duration,
    /// Retries in a row before giving up; `None` never gives up. Default: `None`.
    pub max: Option<u32>,
    /// How long a connection must live before failures are counted from zero again; where there is a
    /// [heartbeat](crate::Settings::heartbeat), it lives as long as bytes come. Default: 10 s.
    pub healthy_after: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            initial: Duration::from_secs(1),
            factor: 1.5,
            cap: Duration::from_secs(30),
            floor: Duration::from_millis(100),
            server_cap: Duration::from_secs(300),
            max: None,
            healthy_after: Duration::from_secs(10),
        }
    }
}

/// What a server has asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wishes {
    /// `Retry-After` of the failed answer.
    pub retry_after: Option<Duration>,
    /// The last `retry:` of the stream.
    pub reconnection_time: Option<Duration>,
}

/// The widest draw, in caps: beyond it nearly every wait is the cap.
const WIDEST: f64 = 16.0;

impl Retry {
    /// The default, giving up after `max` retries in a row.
    pub fn at_most(max: u32) -> Self {
        Self { max: Some(max), ..Self::default() }
    }

    /// The wait before the retry that follows `failures` earlier ones in a row.
    ///
    /// `spent` is what the failed attempt took without opening, `chance` a number from 0 up to 1.
    pub fn delay(&self, failures: u32, wishes: Wishes, spent: Duration, chance: f64) -> Duration {
        let bounded = |wish: Duration| wish.min(self.server_cap).max(self.floor);
        let reconnection_time = wishes.reconnection_time.map(bounded);
        let asked = wishes.retry_after.map(bounded).max(reconnection_time);
        let least = asked.unwrap_or(self.floor);
        // Who is told to wait beyond the cap still does not come back together with all the others.
        let spread = asked.map_or(Duration::ZERO, |_| self.initial.min(self.cap));
        let most = self.cap.saturating_sub(spent).max(least.saturating_add(spread));

        let steps = i32::try_from(failures).unwrap_or(i32::MAX);
        let initial = reconnection_time.unwrap_or(self.initial).as_secs_f64();
        let window = (initial * self.factor.max(1.0).powi(steps)).min(self.cap.as_secs_f64() * WIDEST);
        let drawn = Duration::try_from_secs_f64(window * chance).unwrap_or(self.cap);
        least.saturating_add(drawn).min(most)
    }
}

/// Chance for the jitter. Good enough to spread clients, and for nothing else.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The same draws for the same seed; without one, draws of its own for each stream.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self(seed.unwrap_or_else(|| RandomState::new().hash_one(())))
    }

    /// A number from 0 up to 1 (SplitMix64).
    pub(crate) fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        (bits >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Wishes = Wishes { retry_after: None, reconnection_time: None };

    fn asked(retry_after: u64) -> Wishes {
        Wishes { retry_after: Some(Duration::from_secs(retry_after)), ..NOTHING }
    }

    fn set(reconnection_time: u64) -> Wishes {
        Wishes { reconnection_time: Some(Duration::from_millis(reconnection_time)), ..NOTHING }
    }

    #[test]
    fn the_widest_wait_grows_by_the_factor_up_to_the_cap() {
        let retry = Retry { factor: 2.0, floor: Duration::ZERO, ..Retry::default() };
        let widest = |failures| retry.delay(failures, NOTHING, Duration::ZERO, 1.0).as_secs();
        assert_eq!([0, 1, 2, 3, 4, 5, 66, u32::MAX].map(widest), [1, 2, 4, 8, 16, 30, 30, 30]);
    }

    #[test]
    fn jitter_is_full_and_never_below_the_floor() {
        let retry = Retry::default();
        assert_eq!(retry.delay(0, NOTHING, Duration::ZERO, 0.0), retry.floor);
        assert_eq!(retry.delay(40, NOTHING, Duration::ZERO, 0.0), retry.floor);
        let mut chance = Chance::new(Some(1));
        let draws: Vec<_> =
            (0..1000).map(|_| retry.delay(0, NOTHING, Duration::ZERO, chance.draw())).collect();
        let mean = draws.iter().sum::<Duration>() / 1000;
        assert!(mean > Duration::from_millis(570) && mean < Duration::from_millis(630), "{mean:?}");
        assert!(*draws.iter().min().unwrap() < Duration::from_millis(110));
        assert!(*draws.iter().max().unwrap() > Duration::from_millis(1090));
    }

    #[test]
    fn an_attempt_that_took_long_shortens_the_wait_but_not_below_the_floor() {
        let retry = Retry::default();
        assert_eq!(retry.delay(60, NOTHING, Duration::from_secs(10), 1.0), Duration::from_secs(20));
        assert_eq!(retry.delay(60, NOTHING, Duration::from_secs(99), 1.0), retry.floor);
    }

    #[test]
    fn the_server_is_never_disturbed_before_the_time_it_asked_for() {
        let retry = Retry::default();
        assert_eq!(retry.delay(0, asked(7), Duration::ZERO, 0.0), Duration::from_secs(7));
        assert_eq!(retry.delay(0, asked(120), Duration::ZERO, 0.0), Duration::from_secs(120));
        assert_eq!(
            retry.delay(9, asked(120), Duration::ZERO, 1.0),
            Duration::from_secs(121),
            "not all at once"
        );
        assert_eq!(retry.delay(0, set(3_000), Duration::ZERO, 0.0), Duration::from_secs(3));
        assert_eq!(retry.delay(0, set(3_000), Duration::ZERO, 1.0), Duration::from_secs(6));
    }

    #[test]
    fn what_the_server_asks_for_is_held_between_floor_and_ceiling() {
        let retry = Retry::default();
        assert_eq!(retry.delay(0, asked(0), Duration::ZERO, 0.0), retry.floor);
        assert_eq!(retry.delay(0, set(0), Duration::ZERO, 0.0), retry.floor);
        assert_eq!(retry.delay(0, asked(u64::MAX), Duration::ZERO, 0.0), retry.server_cap);
        assert_eq!(retry.delay(0, set(u64::MAX), Duration::ZERO, 0.0), retry.server_cap);
    }

    #[test]
    fn a_short_time_set_by_the_server_still_backs_off() {
        let retry = Retry::default();
        assert_eq!(retry.delay(66, set(10), Duration::ZERO, 1.0), retry.cap);
    }

    #[test]
    fn senseless_values_give_a_delay_all_the_same() {
        let retry = Retry { factor: f64::NAN, initial: Duration::MAX, ..Retry::default() };
        assert_eq!(retry.delay(3, NOTHING, Duration::ZERO, 0.5), retry.cap);
        let retry = Retry { factor: -4.0, ..Retry::default() };
        assert_eq!(retry.delay(3, NOTHING, Duration::ZERO, 0.9), Duration::from_secs(1));
    }
}

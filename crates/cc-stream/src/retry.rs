//! Delay before the next attempt, and number of attempts. Pure: randomness is an input.

use std::time::Duration;

/// Retry policy of a broken stream.
///
/// Unset values are taken from the layer below ([`or`](Self::or)), and finally from each setter's default.
///
/// The wait has full jitter: for the `n`-th failure in a row it is drawn evenly between nothing and
/// `initial` × `factor`ⁿ, and cut to `cap`. Drawing comes before cutting, so that a long outage is met with waits near
/// the cap (about 130 attempts an hour with the default values) and not with half of it.
///
/// ```
/// use cc_stream::Retry;
/// use std::time::Duration;
///
/// let retry = Retry::at_most(5).cap(Duration::from_secs(10));
/// assert_eq!(retry, Retry::at_most(5).or(&Retry::new().cap(Duration::from_secs(10)).max(None)));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use]
pub struct Retry {
    initial: Option<Duration>,
    factor: Option<f64>,
    cap: Option<Duration>,
    floor: Option<Duration>,
    server_cap: Option<Duration>,
    max: Option<Option<u32>>,
    healthy_after: Option<Duration>,
}

/// A [`Retry`] with all settings filled in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    initial: Duration,
    factor: f64,
    cap: Duration,
    floor: Duration,
    server_cap: Duration,
    pub(crate) max: Option<u32>,
    pub(crate) healthy_after: Duration,
}

/// Wishes of the server.
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
    /// Creates a policy with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives up after `max` consecutive retries: [`max`](Self::max).
    pub fn at_most(max: u32) -> Self {
        Self::new().max(max)
    }

    /// The widest first wait. A time the server sets with `retry:` takes its place. Default: 1 s.
    pub fn initial(mut self, wait: impl Into<Option<Duration>>) -> Self {
        self.initial = wait.into();
        self
    }

    /// Sets the factor of the longest wait at each consecutive failure; less than 1 counts as 1. Default: 1.5.
    pub fn factor(mut self, factor: impl Into<Option<f64>>) -> Self {
        self.factor = factor.into();
        self
    }

    /// The longest time from one attempt that failed to open to the next, and the longest wait after a connection
    /// that was open. Default: 30 s.
    pub fn cap(mut self, wait: impl Into<Option<Duration>>) -> Self {
        self.cap = wait.into();
        self
    }

    /// Sets the shortest delay, which randomness and the server cannot undercut. Default: 100 ms.
    pub fn floor(mut self, wait: impl Into<Option<Duration>>) -> Self {
        self.floor = wait.into();
        self
    }

    /// The longest time a server may ask for, with `Retry-After` or `retry:`; it may be beyond `cap`. Up to `initial` is
    /// added to it, so that not all clients come back at once. Default: 5 min.
    pub fn server_cap(mut self, wait: impl Into<Option<Duration>>) -> Self {
        self.server_cap = wait.into();
        self
    }

    /// Retries in a row before giving up; `None` never gives up. Default: `None`.
    pub fn max(mut self, retries: impl Into<Option<u32>>) -> Self {
        self.max = Some(retries.into());
        self
    }

    /// Sets the lifetime of a connection after which failures are counted from zero again; with a
    /// [heartbeat](crate::Settings::heartbeat), the lifetime lasts while bytes arrive. A connection that
    /// delivers a new event counts as healthy at once. Default: 10 s.
    pub fn healthy_after(mut self, life: impl Into<Option<Duration>>) -> Self {
        self.healthy_after = life.into();
        self
    }

    /// Fills unset values from `base`.
    pub fn or(self, base: &Self) -> Self {
        Self {
            initial: self.initial.or(base.initial),
            factor: self.factor.or(base.factor),
            cap: self.cap.or(base.cap),
            floor: self.floor.or(base.floor),
            server_cap: self.server_cap.or(base.server_cap),
            max: self.max.or(base.max),
            healthy_after: self.healthy_after.or(base.healthy_after),
        }
    }

    /// The wait before the retry that follows `failures` earlier ones in a row.
    ///
    /// `spent` is what the failed attempt took without opening, `chance` a number from 0 up to 1.
    #[must_use]
    pub fn delay(&self, failures: u32, wishes: Wishes, spent: Duration, chance: f64) -> Duration {
        self.figures().delay(failures, wishes, spent, chance)
    }

    pub(crate) fn figures(&self) -> Figures {
        Figures {
            initial: self.initial.unwrap_or(Duration::from_secs(1)),
            factor: self.factor.unwrap_or(1.5),
            cap: self.cap.unwrap_or(Duration::from_secs(30)),
            floor: self.floor.unwrap_or(Duration::from_millis(100)),
            server_cap: self.server_cap.unwrap_or(Duration::from_secs(300)),
            max: self.max.flatten(),
            healthy_after: self.healthy_after.unwrap_or(Duration::from_secs(10)),
        }
    }
}

impl Figures {
    fn delay(&self, failures: u32, wishes: Wishes, spent: Duration, chance: f64) -> Duration {
        let bounded = |wish: Duration| wish.min(self.server_cap).max(self.floor);
        let reconnection_time = wishes.reconnection_time.map(bounded);
        let asked = wishes.retry_after.map(bounded).max(reconnection_time);
        let least = asked.unwrap_or(self.floor);
        // Clients that are asked to wait beyond the cap still do not come back together.
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
    /// Sets the seed of the random waits. Default: a seed of its own for each stream.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self(seed.unwrap_or_else(crate::local::chance))
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
        let retry = Retry::new().factor(2.0).floor(Duration::ZERO);
        let widest = |failures| retry.delay(failures, NOTHING, Duration::ZERO, 1.0).as_secs();
        assert_eq!([0, 1, 2, 3, 4, 5, 66, u32::MAX].map(widest), [1, 2, 4, 8, 16, 30, 30, 30]);
    }

    #[test]
    fn jitter_is_full_and_never_below_the_floor() {
        let retry = Retry::default();
        assert_eq!(retry.delay(0, NOTHING, Duration::ZERO, 0.0), retry.figures().floor);
        assert_eq!(retry.delay(40, NOTHING, Duration::ZERO, 0.0), retry.figures().floor);
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
        assert_eq!(retry.delay(60, NOTHING, Duration::from_secs(99), 1.0), retry.figures().floor);
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
        assert_eq!(retry.delay(0, asked(0), Duration::ZERO, 0.0), retry.figures().floor);
        assert_eq!(retry.delay(0, set(0), Duration::ZERO, 0.0), retry.figures().floor);
        assert_eq!(retry.delay(0, asked(u64::MAX), Duration::ZERO, 0.0), retry.figures().server_cap);
        assert_eq!(retry.delay(0, set(u64::MAX), Duration::ZERO, 0.0), retry.figures().server_cap);
    }

    #[test]
    fn a_short_time_set_by_the_server_still_backs_off() {
        let retry = Retry::default();
        assert_eq!(retry.delay(66, set(10), Duration::ZERO, 1.0), retry.figures().cap);
    }

    #[test]
    fn layers_merge_setting_by_setting() {
        let client = Retry::new().cap(Duration::from_secs(7)).floor(Duration::from_secs(1)).max(9);
        let both = Retry::at_most(5).floor(Duration::ZERO).or(&client);
        assert_eq!(both, Retry::new().cap(Duration::from_secs(7)).floor(Duration::ZERO).max(5));
        assert_eq!(Retry::new().max(None).or(&client).figures().max, None);
    }

    #[test]
    fn senseless_values_give_a_delay_all_the_same() {
        let retry = Retry::new().factor(f64::NAN).initial(Duration::MAX);
        assert_eq!(retry.delay(3, NOTHING, Duration::ZERO, 0.5), retry.figures().cap);
        let retry = Retry::new().factor(-4.0);
        assert_eq!(retry.delay(3, NOTHING, Duration::ZERO, 0.9), Duration::from_secs(1));
    }
}

//! Instants and durations: sums and differences.

use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::time::Duration;

use super::Timestamp;

impl Timestamp {
    /// This instant moved into the future, or `None` beyond [`MAX`](Self::MAX).
    #[must_use]
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        let duration = jiff::SignedDuration::try_from(duration).ok()?;
        self.0.checked_add(duration).ok().map(Self)
    }

    /// This instant moved into the past, or `None` before [`MIN`](Self::MIN).
    #[must_use]
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        let duration = jiff::SignedDuration::try_from(duration).ok()?;
        self.0.checked_sub(duration).ok().map(Self)
    }

    /// This instant moved into the future, at most to [`MAX`](Self::MAX).
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        self.checked_add(duration).unwrap_or(Self::MAX)
    }

    /// This instant moved into the past, at most to [`MIN`](Self::MIN).
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        self.checked_sub(duration).unwrap_or(Self::MIN)
    }

    /// Duration since `earlier`; zero if `earlier` is later than this instant.
    #[must_use]
    pub fn duration_since(self, earlier: Self) -> Duration {
        self.checked_duration_since(earlier).unwrap_or_default()
    }

    /// Duration since `earlier`; `None` if `earlier` is later than this instant.
    #[must_use]
    pub fn checked_duration_since(self, earlier: Self) -> Option<Duration> {
        Duration::try_from(self.0.duration_since(earlier.0)).ok()
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    /// # Panics
    /// The sum is beyond [`Timestamp::MAX`]. [`checked_add`](Timestamp::checked_add) and
    /// [`saturating_add`](Timestamp::saturating_add) do not panic.
    fn add(self, duration: Duration) -> Self {
        self.checked_add(duration).expect("overflow when adding a duration to a timestamp")
    }
}

impl AddAssign<Duration> for Timestamp {
    /// # Panics
    /// The sum is beyond [`Timestamp::MAX`].
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    /// # Panics
    /// The difference is before [`Timestamp::MIN`]. [`checked_sub`](Timestamp::checked_sub) and
    /// [`saturating_sub`](Timestamp::saturating_sub) do not panic.
    fn sub(self, duration: Duration) -> Self {
        self.checked_sub(duration).expect("overflow when subtracting a duration from a timestamp")
    }
}

impl SubAssign<Duration> for Timestamp {
    /// # Panics
    /// The difference is before [`Timestamp::MIN`].
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

impl Sub for Timestamp {
    type Output = Duration;

    /// Like [`duration_since`](Timestamp::duration_since): zero if the other instant is later.
    fn sub(self, earlier: Self) -> Duration {
        self.duration_since(earlier)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NANOSECOND: Duration = Duration::from_nanos(1);

    #[test]
    fn sums_beyond_the_representable_years_are_none_or_the_last_instant() {
        for duration in [NANOSECOND, Duration::MAX, Duration::from_secs(u64::MAX)] {
            assert_eq!(Timestamp::MAX.checked_add(duration), None);
            assert_eq!(Timestamp::MIN.checked_sub(duration), None);
            assert_eq!(Timestamp::MAX.saturating_add(duration), Timestamp::MAX);
            assert_eq!(Timestamp::MIN.saturating_sub(duration), Timestamp::MIN);
        }
        assert_eq!(Timestamp::MIN + (Timestamp::MAX - Timestamp::MIN), Timestamp::MAX);
    }

    #[test]
    #[should_panic(expected = "overflow when adding a duration to a timestamp")]
    fn the_operator_panics_on_overflow() {
        let _ = Timestamp::MAX + NANOSECOND;
    }

    #[test]
    #[should_panic(expected = "overflow when subtracting a duration from a timestamp")]
    fn the_operator_of_differences_panics_on_overflow() {
        let _ = Timestamp::MIN - NANOSECOND;
    }

    proptest! {
        #[test]
        fn a_sum_less_its_duration_is_the_instant(millis in -200_000_000_000_000..200_000_000_000_000_i64, nanos: u64) {
            let (start, duration) = (Timestamp::from_millis(millis).unwrap(), Duration::from_nanos(nanos));
            let mut end = start + duration;
            prop_assert!(end >= start);
            prop_assert_eq!((end - start, start.duration_since(end)), (duration, Duration::ZERO.min(duration)));
            prop_assert_eq!(start.checked_duration_since(end), (nanos == 0).then_some(Duration::ZERO));
            // The text keeps every digit.
            prop_assert_eq!(end.to_string().parse::<Timestamp>().unwrap(), end);
            end -= duration;
            prop_assert_eq!(end, start);
            end += duration;
            prop_assert_eq!(end - duration, start);
        }
    }
}

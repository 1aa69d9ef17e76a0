//! Times at which keys expire, as arguments of Redis commands.

use std::time::Duration;

use cc_runtime::{Error, ErrorKind, Result, Timestamp};

/// The longest time to live, in milliseconds: until the year 9999, the server can add it to the present time.
const LONGEST: i64 = i64::MAX - 253_402_300_799_999;

/// A time as Redis takes it: in seconds if they are exact, else in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expiry {
    /// Option of `SET` and `GETEX`.
    pub(crate) option: &'static str,
    /// Command that sets this time.
    pub(crate) command: &'static str,
    pub(crate) number: i64,
}

impl Expiry {
    /// The time of a command whose inputs are alternatives; `None` if none is set.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if both are set, or the one that is set cannot be sent.
    pub(crate) fn of(ttl: Option<Duration>, expires_at: Option<Timestamp>) -> Result<Option<Self>> {
        match (ttl, expires_at) {
            (Some(_), Some(_)) => Err(contradiction("ttl", "expiresAt")),
            (Some(ttl), None) => Self::after(ttl).map(Some),
            (None, Some(expires_at)) => Self::at(expires_at).map(Some),
            (None, None) => Ok(None),
        }
    }

    fn after(ttl: Duration) -> Result<Self> {
        if ttl.is_zero() {
            return Err(invalid("`ttl` must be longer than zero: to delete the key, send `DeleteKey`"));
        }
        // Rounded up to the precision of Redis, so that a key never expires too early.
        let millis = ttl.as_nanos().div_ceil(1_000_000);
        match i64::try_from(millis).ok().filter(|millis| *millis <= LONGEST) {
            Some(millis) if millis % 1_000 == 0 => {
                Ok(Self { option: "EX", command: "EXPIRE", number: millis / 1_000 })
            }
            Some(millis) => Ok(Self { option: "PX", command: "PEXPIRE", number: millis }),
            None => Err(invalid(format!(
                "`ttl` must be at most {} s: without it, the key never expires",
                LONGEST / 1_000
            ))),
        }
    }

    fn at(expires_at: Timestamp) -> Result<Self> {
        let millis = expires_at.as_millis();
        let is_later = Timestamp::from_millis(millis).is_some_and(|rounded| expires_at > rounded);
        match millis + i64::from(is_later) {
            ..=0 => Err(invalid("`expiresAt` must be after 1970-01-01T00:00:00Z")),
            millis if millis % 1_000 == 0 => {
                Ok(Self { option: "EXAT", command: "EXPIREAT", number: millis / 1_000 })
            }
            millis => Ok(Self { option: "PXAT", command: "PEXPIREAT", number: millis }),
        }
    }

    /// The arguments of `SET` and `GETEX`.
    pub(crate) fn words(self) -> [String; 2] {
        [self.option.to_owned(), self.number.to_string()]
    }
}

/// Refuses the first two inputs that are set, of those that exclude each other.
pub(crate) fn one_of(inputs: &[(&str, bool)]) -> Result<()> {
    let mut set = inputs.iter().filter(|(_, is_set)| *is_set);
    match (set.next(), set.next()) {
        (Some((one, _)), Some((other, _))) => Err(contradiction(one, other)),
        _ => Ok(()),
    }
}

fn contradiction(one: &str, other: &str) -> Error {
    invalid(format!("`{one}` and `{other}` contradict each other: set one of them"))
}

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput).with_message(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(ttl: Duration) -> (&'static str, &'static str, i64) {
        let expiry = Expiry::of(Some(ttl), None).unwrap().unwrap();
        (expiry.option, expiry.command, expiry.number)
    }

    fn at(instant: &str) -> (&'static str, &'static str, i64) {
        let expiry = Expiry::of(None, Some(instant.parse().unwrap())).unwrap().unwrap();
        (expiry.option, expiry.command, expiry.number)
    }

    fn refused(ttl: Option<Duration>, expires_at: Option<Timestamp>) -> String {
        let error = Expiry::of(ttl, expires_at).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        error.message().unwrap().to_owned()
    }

    #[test]
    fn whole_seconds_are_sent_as_seconds_and_all_else_as_milliseconds() {
        assert_eq!(after(Duration::from_secs(60)), ("EX", "EXPIRE", 60));
        assert_eq!(after(Duration::from_millis(1_500)), ("PX", "PEXPIRE", 1_500));
        assert_eq!(after(Duration::from_millis(1)), ("PX", "PEXPIRE", 1));
        assert_eq!(at("2026-01-02T10:00:00Z"), ("EXAT", "EXPIREAT", 1_767_348_000));
        assert_eq!(at("2026-01-02T10:00:00.25Z"), ("PXAT", "PEXPIREAT", 1_767_348_000_250));
    }

    #[test]
    fn parts_below_a_millisecond_are_rounded_up_so_that_no_key_expires_too_early() {
        assert_eq!(after(Duration::from_nanos(1)), ("PX", "PEXPIRE", 1));
        assert_eq!(after(Duration::from_micros(1_500)), ("PX", "PEXPIRE", 2));
        assert_eq!(after(Duration::from_micros(999_999)), ("EX", "EXPIRE", 1));
        assert_eq!(at("1970-01-01T00:00:00.000001Z"), ("PXAT", "PEXPIREAT", 1));
        assert_eq!(at("2026-01-02T10:00:00.9995Z"), ("EXAT", "EXPIREAT", 1_767_348_001));
    }

    #[test]
    fn times_that_redis_does_not_take_are_refused() {
        assert!(refused(Some(Duration::ZERO), None).contains("`ttl` must be longer than zero"));
        assert!(refused(Some(Duration::MAX), None).contains("`ttl` must be at most"));
        let longest = Duration::from_millis(LONGEST.unsigned_abs());
        assert_eq!(after(longest).2, LONGEST);
        assert!(refused(Some(longest + Duration::from_nanos(1)), None).contains("at most"));
        for instant in ["1970-01-01T00:00:00Z", "1969-12-31T23:59:59.9999Z", "-000001-01-01T00:00:00Z"] {
            let instant: Timestamp = instant.parse().unwrap();
            assert!(refused(None, Some(instant)).contains("`expiresAt` must be after 1970"), "{instant}");
        }
        assert_eq!(at("9999-12-30T00:00:00Z").0, "EXAT");
        let both = refused(Some(Duration::from_secs(1)), Some(Timestamp::now()));
        assert_eq!(both, "`ttl` and `expiresAt` contradict each other: set one of them");
    }
}

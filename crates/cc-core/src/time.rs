//! Instants, in every form in which the platform writes them.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant.
///
/// Read from RFC 3339 (`2024-03-12T13:38:33.313Z`), from the same followed by `[UTC]` (details of add-ons), and from
/// epoch milliseconds as a number (v2). Written as RFC 3339 in UTC with milliseconds, and with more digits only where the
/// instant has them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// The present instant, by the clock of the machine.
    #[must_use]
    pub fn now() -> Self {
        Self(jiff::Timestamp::now())
    }

    /// The instant so many milliseconds after the Unix epoch; `None` outside the years −9999 to 9999.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        jiff::Timestamp::from_millisecond(millis).ok().map(Self)
    }

    /// The instant so many microseconds after the Unix epoch; `None` outside the years −9999 to 9999.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        jiff::Timestamp::from_microsecond(micros).ok().map(Self)
    }

    /// Milliseconds since the Unix epoch, rounded towards it.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Microseconds since the Unix epoch, rounded towards it.
    #[must_use]
    pub fn as_micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// This instant moved into the future; the last representable one when there is none.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        jiff::SignedDuration::try_from(duration)
            .ok()
            .and_then(|duration| self.0.checked_add(duration).ok())
            .map_or(Self(jiff::Timestamp::MAX), Self)
    }

    /// This instant moved into the past; the first representable one when there is none.
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        jiff::SignedDuration::try_from(duration)
            .ok()
            .and_then(|duration| self.0.checked_sub(duration).ok())
            .map_or(Self(jiff::Timestamp::MIN), Self)
    }

    /// How long after `earlier` this instant is; zero when it is before.
    #[must_use]
    pub fn duration_since(self, earlier: Self) -> Duration {
        Duration::try_from(self.0.duration_since(earlier.0)).unwrap_or_default()
    }
}

/// The text is not an instant in any form that the platform writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseTimestampError(String);

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a date such as 2024-03-12T13:38:33Z", self.0)
    }
}

impl std::error::Error for ParseTimestampError {}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bare = text.strip_suffix("[UTC]").unwrap_or(text);
        bare.parse().map(Self).map_err(|_| ParseTimestampError(text.chars().take(64).collect()))
    }
}

impl From<SystemTime> for Timestamp {
    /// Saturates outside the years −9999 to 9999.
    fn from(time: SystemTime) -> Self {
        let fallback =
            if time < SystemTime::UNIX_EPOCH { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        Self(jiff::Timestamp::try_from(time).unwrap_or(fallback))
    }
}

impl From<Timestamp> for SystemTime {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0.into()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.subsec_nanosecond();
        if nanos % 1_000_000 == 0 {
            write!(f, "{:.3}", self.0)
        } else if nanos % 1_000 == 0 {
            write!(f, "{:.6}", self.0)
        } else {
            write!(f, "{:.9}", self.0)
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

struct AnyForm;

impl Visitor<'_> for AnyForm {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date: RFC 3339 text or epoch milliseconds")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, millis: i64) -> Result<Timestamp, E> {
        Timestamp::from_millis(millis)
            .ok_or_else(|| E::custom(format_args!("{millis} is not a number of epoch milliseconds")))
    }

    fn visit_u64<E: de::Error>(self, millis: u64) -> Result<Timestamp, E> {
        self.visit_i64(i64::try_from(millis).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: de::Error>(self, millis: f64) -> Result<Timestamp, E> {
        // The cast saturates, and `visit_i64` refuses what is out of range.
        #[allow(clippy::cast_possible_truncation)]
        self.visit_i64(millis as i64)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyForm)
    }
}

/// A [`Timestamp`] that is written as epoch milliseconds, as v2 bodies and queries want it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct TimestampMillis(pub Timestamp);

impl From<Timestamp> for TimestampMillis {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp)
    }
}

impl From<TimestampMillis> for Timestamp {
    fn from(timestamp: TimestampMillis) -> Self {
        timestamp.0
    }
}

impl fmt::Display for TimestampMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_millis().fmt(f)
    }
}

impl fmt::Debug for TimestampMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for TimestampMillis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0.as_millis())
    }
}

#[cfg(feature = "schemars")]
mod schema {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    impl JsonSchema for super::Timestamp {
        fn schema_name() -> Cow<'static, str> {
            "Timestamp".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "type": ["string", "integer"], "format": "date-time" })
        }
    }

    impl JsonSchema for super::TimestampMillis {
        fn schema_name() -> Cow<'static, str> {
            "TimestampMillis".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "type": ["integer", "string"] })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Timestamp, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn every_form_of_one_instant_reads_alike() {
        for form in [
            r#""2024-03-12T13:38:33.313Z""#,
            r#""2024-03-12T13:38:33.313Z[UTC]""#,
            r#""2024-03-12T14:38:33.313+01:00""#,
            "1710250713313",
            "1710250713313.0",
        ] {
            assert_eq!(read(form).unwrap().to_string(), "2024-03-12T13:38:33.313Z", "{form}");
        }
    }

    #[test]
    fn an_instant_keeps_its_precision() {
        assert_eq!(read(r#""2024-03-12T13:38:33Z""#).unwrap().to_string(), "2024-03-12T13:38:33.000Z");
        assert_eq!(
            read(r#""2024-03-12T13:38:33.123456Z""#).unwrap().to_string(),
            "2024-03-12T13:38:33.123456Z"
        );
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for form in [r#""yesterday""#, r#""""#, "true", "99999999999999999", "1e300"] {
            assert!(read(form).is_err(), "{form}");
        }
    }

    #[test]
    fn milliseconds_are_written_as_a_number() {
        let millis = TimestampMillis(Timestamp::from_millis(1_710_250_713_313).unwrap());
        assert_eq!(serde_json::to_string(&millis).unwrap(), "1710250713313");
        assert_eq!(millis.to_string(), "1710250713313");
    }
}

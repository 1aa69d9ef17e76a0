//! Instants, in every form in which the platform writes them.

mod arithmetic;

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant.
///
/// Read from RFC 3339 (`2024-03-12T13:38:33.313Z`), from the same followed by `[UTC]` (details of add-ons), from a date alone
/// (`2026-01-02`, which begins in UTC), and from epoch milliseconds as a whole number (v2). An answer of the platform may also
/// hold epoch seconds and dates without a zone; in an input both are refused. Written as RFC 3339 in UTC with milliseconds, and
/// with more digits only where the instant has them.
///
/// Durations are added and subtracted as with [`SystemTime`] and [`Instant`](std::time::Instant): the operators panic beyond the
/// years −9999 to 9999, `checked_…` and `saturating_…` do not, and the difference of two instants is never negative.
///
/// ```
/// use std::time::Duration;
///
/// use cc_runtime::Timestamp;
///
/// let created: Timestamp = "2026-01-02T10:00:00Z".parse()?;
/// let expires = created + Duration::from_secs(3_600);
/// assert_eq!(expires.to_string(), "2026-01-02T11:00:00.000Z");
/// assert_eq!(expires - created, Duration::from_secs(3_600));
/// assert!(expires > created && created - expires == Duration::ZERO);
/// # Ok::<(), cc_runtime::ParseTimestampError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// The present instant, by the clock of the machine.
    #[must_use]
    pub fn now() -> Self {
        Self(jiff::Timestamp::now())
    }

    /// Creates the instant from milliseconds since the Unix epoch; `None` outside the years −9999 to 9999.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        jiff::Timestamp::from_millisecond(millis).ok().map(Self)
    }

    /// Creates the instant from microseconds since the Unix epoch; `None` outside the years −9999 to 9999.
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

    /// The first representable instant, in the year −9999.
    pub const MIN: Self = Self(jiff::Timestamp::MIN);

    /// The last representable instant, in the year 9999.
    pub const MAX: Self = Self(jiff::Timestamp::MAX);
}

/// The text is not an instant in any form that the platform writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseTimestampError(String);

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a date such as 2024-03-12T13:38:33Z", crate::one_line(&self.0, 64))
    }
}

impl std::error::Error for ParseTimestampError {}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    /// Reads RFC 3339, and a date alone (`2026-01-02`), which begins in UTC.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bare = text.strip_suffix("[UTC]").unwrap_or(text);
        let read = bare.parse().ok().map(Self).or_else(|| day(text));
        read.ok_or_else(|| ParseTimestampError(text.chars().take(64).collect()))
    }
}

/// The beginning, in UTC, of a day such as `2026-01-02`.
fn day(text: &str) -> Option<Timestamp> {
    let is_day = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day: jiff::civil::Date = text.parse().ok().filter(|_| is_day)?;
    in_utc(day.to_datetime(jiff::civil::Time::midnight()))
}

fn in_utc(time: jiff::civil::DateTime) -> Option<Timestamp> {
    jiff::tz::TimeZone::UTC.to_timestamp(time).ok().map(Timestamp)
}

/// Numbers that are seconds: as such they lie between 2001 and 5138, as milliseconds they would be days and months around 1970.
const SECONDS: std::ops::Range<i64> = 1_000_000_000..100_000_000_000;

impl Timestamp {
    /// Reads the unambiguous forms that an answer may contain beyond the spec: epoch seconds, numbers with a
    /// fraction or in text, dates without a zone, which are in UTC. Also returns whether the form is one of
    /// the spec.
    pub(crate) fn in_answer(value: &serde_json::Value) -> Option<(Self, bool)> {
        if let Some(text) = value.as_str() {
            if let Ok(instant) = text.parse() {
                return Some((instant, true));
            }
            let civil = text.parse().ok().and_then(in_utc);
            return civil
                .or_else(|| Self::of_number(&crate::de::number(text)?))
                .map(|instant| (instant, false));
        }
        let serde_json::Value::Number(number) = value else { return None };
        let is_exact = number.as_i64().is_some_and(|millis| !SECONDS.contains(&millis));
        Self::of_number(number).map(|instant| (instant, is_exact))
    }

    fn of_number(number: &serde_json::Number) -> Option<Self> {
        if let Some(number) = number.as_i64() {
            return Self::from_millis(if SECONDS.contains(&number) { number * 1_000 } else { number });
        }
        let number = number.as_f64()?;
        #[allow(clippy::cast_possible_truncation)]
        let micros = number * if SECONDS.contains(&(number as i64)) { 1e6 } else { 1e3 };
        // The cast saturates, and values out of range are refused.
        #[allow(clippy::cast_possible_truncation)]
        Self::from_micros(micros.round() as i64)
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
    /// The Unix epoch where the system cannot represent the instant: on Windows, before 1601.
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0.try_into().unwrap_or(Self::UNIX_EPOCH)
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(timestamp: jiff::Timestamp) -> Self {
        Self(timestamp)
    }
}

impl From<Timestamp> for jiff::Timestamp {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0
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

impl<'de> Visitor<'de> for AnyForm {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date: RFC 3339 text or epoch milliseconds")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, millis: i64) -> Result<Timestamp, E> {
        if SECONDS.contains(&millis) {
            return Err(E::custom(format_args!(
                "{millis} looks like epoch seconds: use milliseconds or a string"
            )));
        }
        Timestamp::from_millis(millis).ok_or_else(|| {
            E::custom(format_args!("{millis} ms after the epoch is not a date of the years −9999 to 9999"))
        })
    }

    fn visit_u64<E: de::Error>(self, millis: u64) -> Result<Timestamp, E> {
        match i64::try_from(millis) {
            Ok(millis) => self.visit_i64(millis),
            Err(_) => self.visit_f64(millis as f64),
        }
    }

    /// A whole number only: in an input, a fraction of a millisecond is a slip.
    fn visit_f64<E: de::Error>(self, millis: f64) -> Result<Timestamp, E> {
        if millis.fract() != 0.0 {
            return Err(E::custom(format_args!("{millis} is not a whole number of epoch milliseconds")));
        }
        // Beyond this no date is left, and below it the cast is exact.
        if millis.abs() >= 1e15 {
            return Err(E::custom(format_args!(
                "{millis:e} ms after the epoch is not a date of the years −9999 to 9999"
            )));
        }
        #[allow(clippy::cast_possible_truncation)]
        self.visit_i64(millis as i64)
    }

    /// Marker by which the reader of answers allows lenient dates (`crate::de`); any other deserializer ends
    /// up here.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Timestamp, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(crate::de::token::TIMESTAMP, AnyForm)
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

        // Tools that read only the property see the format.
        fn inline_schema() -> bool {
            true
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            if generator.contract().is_serialize() {
                return json_schema!({ "description": "An instant, in RFC 3339.", "type": "string", "format": "date-time" });
            }
            json_schema!({
                "description": "An instant: RFC 3339, a date alone, or epoch milliseconds.",
                "type": ["string", "integer"],
                "format": "date-time",
                "minimum": jiff::Timestamp::MIN.as_millisecond(),
                "maximum": jiff::Timestamp::MAX.as_millisecond(),
                // Seconds where milliseconds are meant.
                "not": { "type": "integer", "minimum": super::SECONDS.start, "exclusiveMaximum": super::SECONDS.end },
            })
        }
    }

    impl JsonSchema for super::TimestampMillis {
        fn schema_name() -> Cow<'static, str> {
            "TimestampMillis".into()
        }

        fn inline_schema() -> bool {
            true
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            if generator.contract().is_serialize() {
                return json_schema!({ "description": "An instant, in epoch milliseconds.", "type": "integer" });
            }
            super::Timestamp::json_schema(generator)
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
        for form in [
            r#""yesterday""#,
            r#""""#,
            "true",
            "99999999999999999",
            "1e300",
            r#""2026-01-02T10:00:00""#,
            "[1]",
        ] {
            assert!(read(form).is_err(), "{form}");
        }
    }

    #[test]
    fn a_day_begins_in_utc() {
        assert_eq!(read(r#""2026-01-02""#).unwrap().to_string(), "2026-01-02T00:00:00.000Z");
        for form in ["2026-1-2", "20260102", "2026-02-30", "2026-01-0", "2026-01-02 ", "-026-01-02"] {
            assert!(form.parse::<Timestamp>().is_err(), "{form}");
        }
    }

    #[test]
    fn a_number_that_is_no_whole_number_of_milliseconds_is_refused_as_it_was_given() {
        for (form, what) in [
            ("1.5", "1.5 is not a whole number"),
            ("-1.03e34", "-1.03e34 ms after the epoch is not a date"),
            ("1710250713", "1710250713 looks like epoch seconds"),
            ("1710250713.0", "1710250713 looks like epoch seconds"),
        ] {
            let error = read(form).unwrap_err().to_string();
            assert!(error.starts_with(what), "{form}: {error}");
        }
        assert_eq!(read("0").unwrap().as_millis(), 0);
        assert_eq!(read("2.0").unwrap().as_millis(), 2);
    }

    #[test]
    fn what_is_beyond_doubt_is_read_in_an_answer() {
        for (json, instant, is_exact) in [
            ("1710250713313", "2024-03-12T13:38:33.313Z", true),
            (r#""2024-03-12T13:38:33.313Z[UTC]""#, "2024-03-12T13:38:33.313Z", true),
            ("1710250713", "2024-03-12T13:38:33.000Z", false),
            ("1710250713.25", "2024-03-12T13:38:33.250Z", false),
            ("1710250713313.5", "2024-03-12T13:38:33.313500Z", false),
            (r#""1710250713313""#, "2024-03-12T13:38:33.313Z", false),
            (r#""1710250713""#, "2024-03-12T13:38:33.000Z", false),
            (r#""0001-01-01T00:00:00""#, "0001-01-01T00:00:00.000Z", false),
            (r#""2024-03-12 13:38:33""#, "2024-03-12T13:38:33.000Z", false),
        ] {
            let (read, exact) = Timestamp::in_answer(&serde_json::from_str(json).unwrap()).unwrap();
            assert_eq!((read.to_string().as_str(), exact), (instant, is_exact), "{json}");
        }
        for json in [r#""yesterday""#, r#""""#, "true", "null", "1e300", "{}"] {
            assert_eq!(Timestamp::in_answer(&serde_json::from_str(json).unwrap()), None, "{json}");
        }
    }

    #[test]
    fn milliseconds_are_written_as_a_number() {
        let millis = TimestampMillis(Timestamp::from_millis(1_710_250_713_313).unwrap());
        assert_eq!(serde_json::to_string(&millis).unwrap(), "1710250713313");
        assert_eq!(millis.to_string(), "1710250713313");
    }
}

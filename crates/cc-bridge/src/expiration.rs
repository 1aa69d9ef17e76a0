//! Expiration date of a token.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use cc_runtime::Timestamp;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Expiration date of a token: an instant, or a time after its creation. The platform allows at most one
/// year.
///
/// As JSON it is a date in RFC 3339, a number of epoch milliseconds, or an ISO 8601 duration such as `P30D` or `PT12H`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expiration {
    /// At this instant.
    At(Timestamp),
    /// This time after the command is sent, by the clock of this machine.
    In(Duration),
}

impl Expiration {
    /// The instant, for a token that is made now.
    pub(crate) fn instant(self) -> Timestamp {
        match self {
            Self::At(instant) => instant,
            Self::In(duration) => Timestamp::now().saturating_add(duration),
        }
    }
}

impl From<Timestamp> for Expiration {
    fn from(instant: Timestamp) -> Self {
        Self::At(instant)
    }
}

impl From<SystemTime> for Expiration {
    fn from(time: SystemTime) -> Self {
        Self::At(time.into())
    }
}

impl From<Duration> for Expiration {
    fn from(duration: Duration) -> Self {
        Self::In(duration)
    }
}

/// The text is neither a date nor a duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseExpirationError(String);

impl fmt::Display for ParseExpirationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is neither a date such as 2024-03-12T13:38:33Z nor a duration such as P30D",
            cc_runtime::one_line(&self.0, 64)
        )
    }
}

impl std::error::Error for ParseExpirationError {}

impl From<ParseExpirationError> for cc_runtime::Error {
    /// An [`ErrorKind::InvalidInput`](cc_runtime::ErrorKind::InvalidInput) with the text of the cause.
    fn from(error: ParseExpirationError) -> Self {
        Self::new(cc_runtime::ErrorKind::InvalidInput).with_message(error.to_string())
    }
}

impl FromStr for Expiration {
    type Err = ParseExpirationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let duration = || {
            let span: jiff::Span = text.starts_with(['P', 'p']).then(|| text.parse().ok())??;
            // Days of 24 hours. Months and years have no length of their own, and are refused.
            let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
            Duration::try_from(duration).ok().map(Self::In)
        };
        let date = text.parse().map(Self::At).ok();
        date.or_else(duration).ok_or_else(|| ParseExpirationError(text.chars().take(64).collect()))
    }
}

impl fmt::Display for Expiration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(instant) => instant.fmt(f),
            Self::In(duration) if duration.subsec_nanos() == 0 => write!(f, "PT{}S", duration.as_secs()),
            Self::In(duration) => write!(f, "PT{}.{:09}S", duration.as_secs(), duration.subsec_nanos()),
        }
    }
}

impl Serialize for Expiration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

struct AnyForm;

impl Visitor<'_> for AnyForm {
    type Value = Expiration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date, a number of epoch milliseconds, or a duration such as P30D")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Expiration, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, millis: i64) -> Result<Expiration, E> {
        let instant = Timestamp::from_millis(millis);
        instant.map(Expiration::At).ok_or_else(|| E::custom("not a number of epoch milliseconds"))
    }

    fn visit_u64<E: de::Error>(self, millis: u64) -> Result<Expiration, E> {
        self.visit_i64(i64::try_from(millis).unwrap_or(i64::MAX))
    }
}

impl<'de> Deserialize<'de> for Expiration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyForm)
    }
}

#[cfg(feature = "catalog")]
impl schemars::JsonSchema for Expiration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expiration".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": ["string", "integer"],
            "description": "A date in RFC 3339, epoch milliseconds, or an ISO 8601 duration such as `P30D`.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;

    #[test]
    fn a_date_a_timestamp_and_a_duration_are_all_taken() {
        let instant: Timestamp = "2026-03-12T13:38:33.313Z".parse().unwrap();
        for form in [r#""2026-03-12T13:38:33.313Z""#, "1773322713313"] {
            assert_eq!(serde_json::from_str::<Expiration>(form).unwrap(), instant.into(), "{form}");
        }
        for (form, seconds) in
            [("P30D", 30 * DAY), ("P1W", 7 * DAY), ("PT12H", 43_200), ("p1dt1m", DAY + 60), ("PT0.5S", 0)]
        {
            let Ok(Expiration::In(duration)) = form.parse() else { panic!("{form}") };
            assert_eq!(duration.as_secs(), seconds, "{form}");
        }
        assert_eq!(Expiration::from(SystemTime::UNIX_EPOCH).to_string(), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn a_text_that_is_no_expiration_is_an_invalid_input_by_the_question_mark() {
        fn read() -> cc_runtime::Result<Expiration> {
            Ok("tomorrow".parse::<Expiration>()?)
        }
        let error = read().unwrap_err();
        assert_eq!(error.kind(), cc_runtime::ErrorKind::InvalidInput);
        assert!(error.to_string().contains("`tomorrow` is neither a date"), "{error}");
    }

    #[test]
    fn what_is_written_reads_back() {
        for expiration in [
            Expiration::In(Duration::from_secs(30 * DAY)),
            Expiration::In(Duration::from_millis(1_500)),
            Timestamp::from_millis(1_773_322_713_313).unwrap().into(),
        ] {
            let json = serde_json::to_string(&expiration).unwrap();
            assert_eq!(serde_json::from_str::<Expiration>(&json).unwrap(), expiration, "{json}");
        }
    }

    #[test]
    fn an_expiration_that_is_neither_date_nor_duration_is_refused() {
        for form in
            [r#""tomorrow""#, r#""P1Y""#, r#""P1M""#, r#""-P1D""#, r#""P-1D""#, r#""""#, "true", "1e99"]
        {
            assert!(serde_json::from_str::<Expiration>(form).is_err(), "{form}");
        }
    }
}

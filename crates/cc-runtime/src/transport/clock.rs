//! Finds out whether a signature was refused because the clock of this machine is wrong.

use std::time::{Duration, SystemTime};

use http::{HeaderValue, StatusCode, header};

use crate::error::Error;
use crate::transport::HttpResponse;

/// Difference between two clocks that a delay of the request cannot explain. Servers that check the time of a
/// signature tolerate minutes.
const LARGE: Duration = Duration::from_secs(60);

/// Marks in an answer that the clocks of this machine and of the platform differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClockSkew {
    by: Duration,
    ahead: bool,
}

/// Returns `true` if the value of an `Authorization` header is a signature that carries the time of this machine.
pub(crate) fn carries_time(authorization: &HeaderValue) -> bool {
    authorization.to_str().is_ok_and(|text| text.starts_with("OAuth ") && text.contains("oauth_timestamp="))
}

/// Notes in a refusal of a signature that carries the time of this machine how wrong that time is, if it is.
pub(crate) fn note(answer: &mut HttpResponse, now: SystemTime) {
    if answer.status() != StatusCode::UNAUTHORIZED {
        return;
    }
    let date = answer.headers().get(header::DATE).and_then(|date| date.to_str().ok());
    let Some(theirs) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else { return };
    let skew = match now.duration_since(theirs) {
        Ok(by) => ClockSkew { by, ahead: true },
        Err(behind) => ClockSkew { by: behind.duration(), ahead: false },
    };
    if skew.by >= LARGE {
        answer.extensions_mut().insert(skew);
    }
}

impl ClockSkew {
    /// Adds a note about the clocks to an error.
    pub(crate) fn explain(self, error: Error) -> Error {
        let by = match self.by.as_secs() {
            seconds @ ..120 => format!("{seconds} s"),
            seconds @ 120..7_200 => format!("{} min", seconds / 60),
            seconds => format!("{} h", seconds / 3_600),
        };
        let side = if self.ahead { "ahead of" } else { "behind" };
        let hint = format!(
            "the clock of this machine is {by} {side} the platform's, and the signature carries its time: set the clock"
        );
        let message = match error.message() {
            Some(message) => format!("{message} ({hint})"),
            None => hint,
        };
        error.with_message(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::transport::Body;

    fn skew(status: u16, date: &str, now: u64) -> Option<ClockSkew> {
        let mut answer = HttpResponse::new(Body::empty());
        *answer.status_mut() = StatusCode::from_u16(status).unwrap();
        answer.headers_mut().insert("date", date.parse().unwrap());
        note(&mut answer, SystemTime::UNIX_EPOCH + Duration::from_secs(now));
        answer.extensions().get().copied()
    }

    /// 1,445,412,480 s after the epoch.
    const DATE: &str = "Wed, 21 Oct 2015 07:28:00 GMT";

    #[test]
    fn a_clock_that_is_minutes_off_is_noted_in_a_401_only() {
        let now = 1_445_412_480;
        assert_eq!(skew(401, DATE, now + 300), Some(ClockSkew { by: Duration::from_secs(300), ahead: true }));
        assert_eq!(
            skew(401, DATE, now - 300),
            Some(ClockSkew { by: Duration::from_secs(300), ahead: false })
        );
        assert_eq!((skew(401, DATE, now + 59), skew(401, DATE, now - 59)), (None, None));
        assert_eq!((skew(403, DATE, now + 300), skew(401, "yesterday", now)), (None, None));
    }

    #[test]
    fn the_difference_is_told_in_words_after_those_of_the_platform() {
        let of = |secs, ahead| {
            let skew = ClockSkew { by: Duration::from_secs(secs), ahead };
            skew.explain(Error::new(ErrorKind::Refused).with_message("bad signature"))
                .message()
                .unwrap()
                .to_owned()
        };
        assert_eq!(
            of(300, true),
            "bad signature (the clock of this machine is 5 min ahead of the platform's, and the signature carries its time: set \
             the clock)"
        );
        assert!(of(61, false).contains("61 s behind the platform's"));
        assert!(of(90_000, false).contains("25 h behind"));
    }

    #[test]
    fn only_oauth_signatures_carry_the_time() {
        let carries = |text| carries_time(&HeaderValue::from_static(text));
        assert!(carries(r#"OAuth oauth_consumer_key="k", oauth_timestamp="1", oauth_signature="s""#));
        assert!(!carries(r#"OAuth oauth_consumer_key="k", oauth_signature_method="PLAINTEXT""#));
        assert!(!carries("Bearer oauth_timestamp=1"));
    }
}

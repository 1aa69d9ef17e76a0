//! `Retry-After`, in seconds or as a date.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// How long the server asks to wait. A date is counted from the server's own `Date`, so that clocks need not agree.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let date = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    Some(until.duration_since(date.or_else(here)?).unwrap_or_default())
}

#[cfg(not(target_arch = "wasm32"))]
fn here() -> Option<SystemTime> {
    Some(SystemTime::now())
}

/// A browser has no such clock.
#[cfg(target_arch = "wasm32")]
fn here() -> Option<SystemTime> {
    None
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn seconds_are_read() {
        assert_eq!(retry_after(&headers(&[(RETRY_AFTER, "120")])), Some(Duration::from_secs(120)));
        let huge = "99999999999999999999999";
        assert_eq!(retry_after(&headers(&[(RETRY_AFTER, huge)])), Some(Duration::from_secs(u64::MAX)));
    }

    #[test]
    fn a_date_is_counted_from_the_date_of_the_server() {
        let skewed = headers(&[
            (DATE, "Wed, 21 Oct 2065 07:28:00 GMT"),
            (RETRY_AFTER, "Wed, 21 Oct 2065 07:28:30 GMT"),
        ]);
        assert_eq!(retry_after(&skewed), Some(Duration::from_secs(30)));
    }

    #[test]
    fn a_date_that_is_over_asks_for_no_wait() {
        let over = headers(&[(RETRY_AFTER, "Wed, 21 Oct 2015 07:28:00 GMT")]);
        assert_eq!(retry_after(&over), Some(Duration::ZERO));
    }

    #[test]
    fn what_is_neither_is_ignored() {
        for value in ["", "-1", "soon", "1.5"] {
            assert_eq!(retry_after(&headers(&[(RETRY_AFTER, value)])), None, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}

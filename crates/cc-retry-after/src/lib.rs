//! The HTTP header `Retry-After` in all forms that servers send.
//!
#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// Returns how long the server asks to wait: the longest time, where it gives several. `None` if it gives none that can be
/// read.
///
/// A date is relative to the server's own `Date`, so that the clocks of the server and of this machine need
/// not agree. Without one, which pages in browsers rarely see, it is relative to the clock of this machine. A date in the past means no
/// delay. Numbers of seconds above the range of [`Duration`] saturate.
///
/// ```
/// use std::time::Duration;
///
/// let mut headers = http::HeaderMap::new();
/// headers.insert("retry-after", "1.5".parse().unwrap());
/// assert_eq!(cc_retry_after::retry_after(&headers), Some(Duration::from_millis(1_500)));
/// ```
#[must_use]
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let sent = || headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    let values = headers.get_all(RETRY_AFTER).into_iter().filter_map(|value| value.to_str().ok());
    values.filter_map(|value| longest(value, sent)).max()
}

/// The longest wait in one line, which may list several.
fn longest(line: &str, sent: impl Fn() -> Option<SystemTime>) -> Option<Duration> {
    let until = |date: &str| {
        let date = httpdate::parse_http_date(date).ok()?;
        Some(date.duration_since(sent().or_else(now)?).unwrap_or_default())
    };
    let mut longest = None;
    let mut parts = line.split(',').map(|part| part.trim().trim_matches('"')).peekable();
    while let Some(part) = parts.next() {
        // A date has a comma of its own after the day of the week.
        let date = parts.peek().and_then(|rest| until(&format!("{part}, {rest}")));
        if date.is_some() {
            parts.next();
        }
        longest = longest.max(date.or_else(|| seconds(part)).or_else(|| until(part)));
    }
    longest
}

/// A number of seconds, with or without a fraction and the unit `s`.
fn seconds(text: &str) -> Option<Duration> {
    let number = text.strip_suffix(['s', 'S']).unwrap_or(text).trim_end();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if number.starts_with(|first: char| !first.is_ascii_digit())
        || whole.is_empty()
        || !digits(whole)
        || !digits(fraction)
    {
        return None;
    }
    // All are digits: what does not fit is too large.
    let whole = Duration::from_secs(whole.parse().unwrap_or(u64::MAX));
    let nanos = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    let nanos = nanos.fold(0, |nanos, digit| nanos * 10 + u32::from(digit - b'0'));
    Some(whole.saturating_add(Duration::from_nanos(nanos.into())))
}

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
fn now() -> Option<SystemTime> {
    Some(SystemTime::now())
}

/// The clock of the browser: `SystemTime::now` panics there. `None` for a time that is no date of HTTP.
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
fn now() -> Option<SystemTime> {
    let since_1970 = Duration::try_from_secs_f64(js_sys::Date::now() / 1_000.0).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(since_1970)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let values = values.iter().map(|value| (RETRY_AFTER, HeaderValue::from_str(value).unwrap()));
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            headers.append(name, value);
        }
        headers
    }

    fn read(values: &[&str]) -> Option<Duration> {
        retry_after(&headers(values))
    }

    const fn millis(millis: u64) -> Option<Duration> {
        Some(Duration::from_millis(millis))
    }

    #[test]
    fn seconds_are_read_in_every_form_that_servers_send() {
        for (value, wait) in [
            ("120", 120_000),
            ("0", 0),
            ("2.0", 2_000),
            ("1.7", 1_700),
            ("2.", 2_000),
            ("2s", 2_000),
            ("2 S", 2_000),
            (" 2 ", 2_000),
            ("\"2\"", 2_000),
            ("2, 2", 2_000),
            ("2,30, 1", 30_000),
            ("soon, 3", 3_000),
            ("0.0005", 0),
        ] {
            let wait = if value == "0.0005" { Some(Duration::from_micros(500)) } else { millis(wait) };
            assert_eq!(read(&[value]), wait, "{value}");
        }
    }

    #[test]
    fn more_seconds_than_can_be_held_are_as_many_as_can() {
        for value in ["18446744073709551615", "99999999999999999999999", "99999999999999999999999.9"] {
            assert!(read(&[value]).unwrap() >= Duration::from_secs(u64::MAX), "{value}");
        }
    }

    #[test]
    fn of_several_headers_the_longest_time_counts() {
        assert_eq!(read(&["2", "5"]), millis(5_000));
        assert_eq!(read(&["5", "2"]), millis(5_000));
        assert_eq!(read(&["soon", "2"]), millis(2_000));
    }

    #[test]
    fn a_date_is_counted_from_the_date_of_the_server() {
        let mut skewed = headers(&["Wed, 21 Oct 2065 07:28:30 GMT"]);
        skewed.insert(DATE, HeaderValue::from_static("Wed, 21 Oct 2065 07:28:00 GMT"));
        assert_eq!(retry_after(&skewed), millis(30_000));
        let mut twice = headers(&["Wed, 21 Oct 2065 07:28:30 GMT, Wed, 21 Oct 2065 07:28:40 GMT, 7"]);
        twice.insert(DATE, HeaderValue::from_static("Wed, 21 Oct 2065 07:28:00 GMT"));
        assert_eq!(retry_after(&twice), millis(40_000));
    }

    #[test]
    fn a_date_in_the_past_asks_for_no_wait() {
        assert_eq!(read(&["Wed, 21 Oct 2015 07:28:00 GMT"]), millis(0));
        assert_eq!(read(&["Sun Nov  6 08:49:37 1994"]), millis(0));
    }

    #[test]
    fn what_is_neither_a_time_nor_a_date_is_ignored() {
        for value in ["", "-1", "soon", ".5", "1e3", "1.2.3", "0x10", "inf", "NaN", "s", "2ms", ","] {
            assert_eq!(read(&[value]), None, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }

    proptest! {
        #[test]
        fn no_value_makes_it_fail(value in "[ -~]{0,40}", number in any::<u64>(), fraction in any::<u32>()) {
            let _ = read(&[&value]);
            let text = format!("{number}.{fraction}");
            prop_assert_eq!(read(&[&text]).unwrap().as_secs(), number);
        }
    }
}

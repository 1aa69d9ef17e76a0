//! Reads the digits of decimals from texts and from JSON, without a floating-point number in between.

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};

use super::Decimal;
use crate::de::token;

/// The most digits after the point.
const MOST: usize = 28;

/// The largest exponent that is written out. The numbers beyond are 0 or too large for a decimal, unless they are written with as many
/// digits as nobody writes.
const FARTHEST: i64 = 1_000;

/// A number that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) value: Decimal,
    /// `false` if the number was rounded to the digits that a decimal holds.
    pub(crate) is_exact: bool,
}

/// Reads a number as JSON writes it, also with `+` and zeros before it. `None` if the text is not a number, or is out of the range of a
/// decimal.
pub(crate) fn digits(text: &str) -> Option<Read> {
    let (is_negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, power(exponent)?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let (whole, fraction) = moved(whole, fraction, exponent);
    let whole = whole.trim_start_matches('0');
    // Zeros at the end are kept, as people write prices with them, as far as there is room.
    let needed = fraction.trim_end_matches('0').len();
    let kept = fraction.len().min(needed.max(MOST));
    let plain = |digits: usize| {
        let sign = if is_negative { "-" } else { "" };
        let zero = if whole.is_empty() { "0" } else { "" };
        let point = if digits > 0 { "." } else { "" };
        format!("{sign}{zero}{whole}{point}{}", &fraction[..digits])
    };
    let exact = |digits: usize| rust_decimal::Decimal::from_str_exact(&plain(digits)).ok();
    let (mut value, is_exact) = match exact(kept).or_else(|| exact(needed)) {
        Some(value) => (value, true),
        None => (plain(kept).parse().ok()?, false),
    };
    if value.is_zero() {
        value.set_sign_positive(true);
    }
    Some(Read { value: Decimal(value), is_exact })
}

/// The exponent of a number, at most [`FARTHEST`] in both directions.
fn power(text: &str) -> Option<i64> {
    let (is_negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let power = digits.parse().map_or(FARTHEST, |power: i64| power.min(FARTHEST));
    Some(if is_negative { -power } else { power })
}

/// Moves the point of a number by an exponent.
fn moved(whole: &str, fraction: &str, exponent: i64) -> (String, String) {
    let digits = format!("{whole}{fraction}");
    let zeros = |count: usize| "0".repeat(count);
    let by = usize::try_from(exponent.unsigned_abs()).unwrap_or_default();
    if exponent >= 0 {
        let missing = by.saturating_sub(fraction.len());
        let digits = format!("{digits}{}", zeros(missing));
        let (whole, fraction) = digits.split_at(whole.len() + by);
        (whole.to_owned(), fraction.to_owned())
    } else {
        let missing = by.saturating_sub(whole.len());
        let digits = format!("{}{digits}", zeros(missing));
        let (whole, fraction) = digits.split_at(whole.len() + missing - by);
        (whole.to_owned(), fraction.to_owned())
    }
}

/// The text of a number, or of a number in a text, as it is written.
pub(crate) fn digits_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    // `serde_json` gives the text of a number to whoever asks for a value by this name, which is that of its own type for raw JSON. Other
    // deserializers pass the name over. The feature `arbitrary_precision` would change how all other crates of a program read numbers.
    deserializer.deserialize_newtype_struct(token::NUMBER, Digits)
}

struct Digits;

impl<'de> Visitor<'de> for Digits {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number or a text with one")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }

    /// The raw JSON of `serde_json`: one entry under the name that was asked for.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
        if map.next_key::<String>()?.as_deref() != Some(token::NUMBER) {
            return Err(A::Error::invalid_type(Unexpected::Map, &self));
        }
        let raw: String = map.next_value()?;
        match raw.as_bytes().first() {
            Some(b'-' | b'0'..=b'9') => Ok(raw),
            Some(b'"') => serde_json::from_slice(raw.as_bytes()).map_err(A::Error::custom),
            Some(b't' | b'f') => Err(A::Error::invalid_type(Unexpected::Bool(raw == "true"), &self)),
            Some(b'[') => Err(A::Error::invalid_type(Unexpected::Seq, &self)),
            Some(b'{') => Err(A::Error::invalid_type(Unexpected::Map, &self)),
            _ => Err(A::Error::invalid_type(Unexpected::Unit, &self)),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<String, E> {
        Ok(text)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_i128<E: Error>(self, number: i128) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

//! Exact decimal numbers: amounts of money, and the quantities, rates and factors that go with them.

mod arithmetic;
mod read;

use std::fmt;
use std::str::FromStr;

use rust_decimal::RoundingStrategy;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use read::{Read, digits, digits_of};

/// A decimal number, such as an amount of money: 0.1 is one tenth exactly.
///
/// It has up to 28 digits, some or all of them after the point: the type is a [`rust_decimal::Decimal`], into which and from which it
/// converts. Two decimals are equal if their values are: `12.30` equals `12.3`.
///
/// As JSON it is read from a number, or from a text such as `"12.30"`, digit by digit: no digit passes through a floating-point number.
/// It is written as a number where the nearest `f64` is written with the same digits, which holds for every number of at most 15 digits,
/// and otherwise as a text, since many readers of JSON keep no more digits of a number. Both read again as the same value. A
/// [`serde_json::Value`] is such a reader: it keeps 15 digits of a number that it reads.
///
/// A number of an answer with more digits than a decimal holds is rounded, which [`Answer::drift`](crate::Answer::drift) reports. Anywhere
/// else it is an error.
///
/// The operators panic on overflow; `checked_…` do not. A product with more than 28 digits after the point is rounded.
///
/// ```
/// use cc_runtime::Decimal;
///
/// let prices: Vec<Decimal> = serde_json::from_str(r#"[0.1, 0.2, "12.30", 1e-7]"#)?;
/// assert_eq!(prices[0] + prices[1], "0.3".parse()?);
/// assert_eq!(prices.iter().sum::<Decimal>().to_string(), "12.6000001");
/// assert_eq!(serde_json::to_string(&prices[2])?, "12.3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Decimal(rust_decimal::Decimal);

impl Decimal {
    /// The number 0.
    pub const ZERO: Self = Self(rust_decimal::Decimal::ZERO);

    /// The number 1.
    pub const ONE: Self = Self(rust_decimal::Decimal::ONE);

    /// The largest number, about 7.9 × 10²⁸.
    pub const MAX: Self = Self(rust_decimal::Decimal::MAX);

    /// The smallest number, about −7.9 × 10²⁸.
    pub const MIN: Self = Self(rust_decimal::Decimal::MIN);

    /// Returns `true` for zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Returns `true` for a number below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self < Self::ZERO
    }

    /// The number without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// Rounds to this number of digits after the point, halves away from zero, as invoices do.
    #[must_use]
    pub fn round(self, digits: u32) -> Self {
        Self(self.0.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero))
    }

    /// Number of digits after the point, without the zeros at the end.
    #[must_use]
    pub fn fraction_digits(self) -> u32 {
        self.0.normalize().scale()
    }

    /// The nearest floating-point number, for charts and estimates: sums of these are not exact.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        // The text of a decimal is a number.
        self.0.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The number as an `f64`, if this is written with the same digits.
    fn as_exact_f64(self) -> Option<f64> {
        let float = self.to_f64();
        // Without an exponent, and with the fewest digits that read as this float.
        matches!(digits(&float.to_string()), Some(Read { value, is_exact: true }) if value == self)
            .then_some(float)
    }
}

/// A text or a number is not a decimal: it has another form, or more digits than a [`Decimal`] holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseDecimalError {
    pub(crate) text: String,
    pub(crate) is_number: bool,
}

impl ParseDecimalError {
    fn of(text: &str) -> Self {
        Self { text: text.chars().take(64).collect(), is_number: is_number(text) }
    }
}

/// Returns `true` for digits with a sign, a point and an exponent, however many.
fn is_number(text: &str) -> bool {
    let unsigned = |text: &str| text.strip_prefix(['-', '+']).unwrap_or(text).to_owned();
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (mantissa, exponent) = (unsigned(mantissa), unsigned(exponent));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((&mantissa, ""));
    let has_digits = !whole.is_empty() || !fraction.is_empty();
    has_digits && !exponent.is_empty() && [whole, fraction, &exponent].into_iter().all(is_digits)
}

impl fmt::Display for ParseDecimalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = crate::one_line(&self.text, 64);
        if self.is_number {
            write!(f, "`{text}` has more digits than a decimal number holds: at most 28")
        } else {
            write!(f, "`{text}` is not a decimal number such as 12.30")
        }
    }
}

impl std::error::Error for ParseDecimalError {}

impl FromStr for Decimal {
    type Err = ParseDecimalError;

    /// Reads digits with a sign, a point and an exponent, such as `-12.30` or `1e-7`.
    ///
    /// # Errors
    /// If the text is not a number, or has more digits than a decimal holds: it is never rounded.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match digits(text) {
            Some(Read { value, is_exact: true }) => Ok(value),
            _ => Err(ParseDecimalError::of(text)),
        }
    }
}

macro_rules! whole_numbers {
    ($($from:ty),+) => {$(
        impl From<$from> for Decimal {
            fn from(number: $from) -> Self {
                Self(number.into())
            }
        }
    )+};
}

whole_numbers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl TryFrom<f64> for Decimal {
    type Error = ParseDecimalError;

    /// Takes the number as it is written: `0.1_f64` is one tenth.
    ///
    /// # Errors
    /// If it is infinite, not a number, or written with more digits than a decimal holds.
    fn try_from(number: f64) -> Result<Self, Self::Error> {
        number.to_string().parse()
    }
}

impl From<rust_decimal::Decimal> for Decimal {
    fn from(decimal: rust_decimal::Decimal) -> Self {
        Self(decimal)
    }
}

impl From<Decimal> for rust_decimal::Decimal {
    fn from(decimal: Decimal) -> Self {
        decimal.0
    }
}

impl From<&Decimal> for Decimal {
    fn from(decimal: &Decimal) -> Self {
        *decimal
    }
}

impl fmt::Display for Decimal {
    /// All digits; `{:.2}` rounds to two digits after the point, halves away from zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match f.precision() {
            Some(precision) => {
                let digits = u32::try_from(precision).unwrap_or(u32::MAX);
                fmt::Display::fmt(&self.round(digits).0, f)
            }
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let whole = self.0.normalize();
        if whole.scale() == 0
            && let Ok(whole) = i64::try_from(whole)
        {
            return serializer.serialize_i64(whole);
        }
        match self.as_exact_f64() {
            Some(float) => serializer.serialize_f64(float),
            None => serializer.collect_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = digits_of(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Decimal {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Decimal".into()
    }

    // Tools that read only the property see the type.
    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": ["number", "string"],
            "format": "decimal",
            "pattern": "^[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?$",
        })
    }
}

#[cfg(test)]
mod tests;

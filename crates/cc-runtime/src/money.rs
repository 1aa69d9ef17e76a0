//! Amounts of money: an exact decimal with its currency.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;

/// The currencies of ISO 4217 without a smaller unit.
const WHOLE: [&str; 16] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
    "XPF",
];

/// An amount of money, exact to the last digit.
///
/// In Rust, `Display` writes the amount and the currency, `12.30 EUR`: with at least as many digits after the point as the currency has,
/// with all that the amount has, or rounded (`{:.2}`). `FromStr` reads that, also with the currency first. Amounts of one currency are
/// ordered; those of two currencies are neither equal nor ordered.
///
/// In Rust, the operators panic if the currencies differ or on overflow; [`checked_add`](Self::checked_add) and its siblings do not. A sum over an
/// iterator is an `Option`, as a sum of nothing has no currency.
///
/// ```
/// use cc_runtime::Money;
///
/// let lines: Vec<Money> = serde_json::from_str(
///     r#"[{ "amount": 0.1, "currency": "EUR" }, { "amount": 12.2, "currency": "EUR" }]"#,
/// )?;
/// let total: Option<Money> = lines.iter().sum();
/// assert_eq!(total, Some("12.30 EUR".parse()?));
/// assert_eq!(total.unwrap().to_string(), "12.30 EUR");
/// assert!(lines[0] < lines[1] && lines[0].checked_add(&Money::new(1, "USD")).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Money {
    /// Amount, in units of the currency.
    pub amount: Decimal,
    /// Currency as ISO 4217, such as `EUR`.
    pub currency: String,
}

impl Money {
    /// Creates the amount in this currency.
    #[must_use]
    pub fn new(amount: impl Into<Decimal>, currency: impl Into<String>) -> Self {
        Self { amount: amount.into(), currency: currency.into() }
    }

    /// The sum, or `None` if the currencies differ or the sum has too many digits.
    #[must_use]
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        self.with(other, Decimal::checked_add)
    }

    /// The difference, or `None` if the currencies differ or the difference has too many digits.
    #[must_use]
    pub fn checked_sub(&self, other: &Self) -> Option<Self> {
        self.with(other, Decimal::checked_sub)
    }

    /// This amount so many times, or `None` if that has too many digits.
    #[must_use]
    pub fn checked_mul(&self, factor: impl Into<Decimal>) -> Option<Self> {
        Some(Self::new(self.amount.checked_mul(factor.into())?, &*self.currency))
    }

    /// Rounds to this number of digits after the point, halves away from zero.
    #[must_use]
    pub fn round(&self, digits: u32) -> Self {
        Self::new(self.amount.round(digits), &*self.currency)
    }

    fn with(&self, other: &Self, combine: fn(Decimal, Decimal) -> Option<Decimal>) -> Option<Self> {
        if self.currency != other.currency {
            return None;
        }
        Some(Self::new(combine(self.amount, other.amount)?, &*self.currency))
    }

    fn expect(&self, other: &Self, outcome: Option<Self>) -> Self {
        match outcome {
            Some(money) => money,
            None if self.currency == other.currency => {
                panic!("overflow in the arithmetic of {} and {}", self, other)
            }
            None => panic!("{self} and {other} are of different currencies"),
        }
    }
}

impl PartialOrd for Money {
    /// `None` if the currencies differ.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.currency == other.currency).then(|| self.amount.cmp(&other.amount))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = if WHOLE.contains(&self.currency.as_str()) { 0 } else { 2 };
        let digits = f.precision().unwrap_or_else(|| usual.max(self.amount.fraction_digits() as usize));
        let space = if self.currency.is_empty() { "" } else { " " };
        let text = format!("{:.digits$}{space}{}", self.amount, self.currency);
        match f.width() {
            Some(_) => pad(f, &text),
            None => f.write_str(&text),
        }
    }
}

/// Writes a text in the width of a formatter, without cutting it to its precision.
fn pad(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let width = f.width().unwrap_or_default();
    match f.align() {
        Some(fmt::Alignment::Left) => write!(f, "{text:<width$}"),
        Some(fmt::Alignment::Center) => write!(f, "{text:^width$}"),
        // As numbers do.
        _ => write!(f, "{text:>width$}"),
    }
}

/// A text is not an amount of money such as `12.30 EUR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseMoneyError(String);

impl fmt::Display for ParseMoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not an amount of money such as 12.30 EUR", crate::one_line(&self.0, 64))
    }
}

impl std::error::Error for ParseMoneyError {}

impl FromStr for Money {
    type Err = ParseMoneyError;

    /// Reads an amount and the code of its currency, in either order.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (one, other) = text.trim().split_once(' ')?;
            let (amount, currency): (Decimal, &str) = match one.parse() {
                Ok(amount) => (amount, other),
                Err(_) => (other.trim_start().parse().ok()?, one),
            };
            let currency = currency.trim_start();
            let is_code = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_alphabetic());
            is_code.then(|| Self::new(amount, currency.to_ascii_uppercase()))
        };
        read().ok_or_else(|| ParseMoneyError(text.chars().take(64).collect()))
    }
}

macro_rules! operators {
    ($($operator:ident $function:ident $assign:ident $assign_function:ident $checked:ident;)+) => {$(
        impl $operator for Money {
            type Output = Self;

            /// # Panics
            /// The currencies differ, or on overflow.
            fn $function(self, other: Self) -> Self {
                self.expect(&other, self.$checked(&other))
            }
        }

        impl $operator<&Self> for Money {
            type Output = Self;

            /// # Panics
            /// The currencies differ, or on overflow.
            fn $function(self, other: &Self) -> Self {
                self.expect(other, self.$checked(other))
            }
        }

        impl $operator for &Money {
            type Output = Money;

            /// # Panics
            /// The currencies differ, or on overflow.
            fn $function(self, other: Self) -> Money {
                self.expect(other, self.$checked(other))
            }
        }

        impl $assign for Money {
            /// # Panics
            /// The currencies differ, or on overflow.
            fn $assign_function(&mut self, other: Self) {
                *self = (&*self).$function(&other);
            }
        }

        impl $assign<&Self> for Money {
            /// # Panics
            /// The currencies differ, or on overflow.
            fn $assign_function(&mut self, other: &Self) {
                *self = (&*self).$function(other);
            }
        }
    )+};
}

operators! {
    Add add AddAssign add_assign checked_add;
    Sub sub SubAssign sub_assign checked_sub;
}

impl<T: Into<Decimal>> Mul<T> for Money {
    type Output = Self;

    /// # Panics
    /// On overflow.
    fn mul(self, factor: T) -> Self {
        Self { amount: self.amount * factor.into(), ..self }
    }
}

impl<T: Into<Decimal>> Mul<T> for &Money {
    type Output = Money;

    /// # Panics
    /// On overflow.
    fn mul(self, factor: T) -> Money {
        self.clone() * factor
    }
}

impl Neg for Money {
    type Output = Self;

    fn neg(self) -> Self {
        Self { amount: -self.amount, ..self }
    }
}

impl Sum<Money> for Option<Money> {
    /// `None` if there is nothing to add.
    ///
    /// # Panics
    /// The currencies differ, or on overflow.
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Self {
        amounts.reduce(|sum, amount| sum + amount)
    }
}

impl<'a> Sum<&'a Money> for Option<Money> {
    /// `None` if there is nothing to add.
    ///
    /// # Panics
    /// The currencies differ, or on overflow.
    fn sum<I: Iterator<Item = &'a Money>>(amounts: I) -> Self {
        amounts.fold(None, |sum, amount| {
            Some(match sum {
                Some(sum) => sum + amount,
                None => amount.clone(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn an_amount_is_shown_as_people_write_it_and_reads_again() {
        for (json, text) in [
            (r#"{"amount":12.3,"currency":"EUR"}"#, "12.30 EUR"),
            (r#"{"amount":12,"currency":"EUR"}"#, "12.00 EUR"),
            (r#"{"amount":"12.3000","currency":"EUR"}"#, "12.30 EUR"),
            (r#"{"amount":0.00017,"currency":"EUR"}"#, "0.00017 EUR"),
            (r#"{"amount":1234567890.123456789,"currency":"USD"}"#, "1234567890.123456789 USD"),
            (r#"{"amount":-1,"currency":"EUR"}"#, "-1.00 EUR"),
            (r#"{"amount":1200,"currency":"JPY"}"#, "1200 JPY"),
        ] {
            let read: Money = serde_json::from_str(json).unwrap();
            assert_eq!(read.to_string(), text);
            assert_eq!(money(text), read);
            assert_eq!(serde_json::from_str::<Money>(&serde_json::to_string(&read).unwrap()).unwrap(), read);
        }
        let amount = money("EUR 2.675");
        assert_eq!(
            format!("{amount:.2}|{amount:>12.1}|{amount:<12}|"),
            "2.68 EUR|     2.7 EUR|2.675 EUR   |"
        );
        assert_eq!((money("  1 eur "), money("+1.5e1 EUR")), (Money::new(1, "EUR"), Money::new(15, "EUR")));
        for text in ["", "12.30", "EUR", "12.30 €", "12,30 EUR", "1 2 EUR", "EUR EUR", "1 EURO", "NaN EUR"]
        {
            let error = text.parse::<Money>().unwrap_err().to_string();
            assert!(error.contains("is not an amount of money such as 12.30 EUR"), "{error}");
        }
    }

    #[test]
    fn sums_are_exact_and_never_mix_currencies() {
        let lines = [money("0.1 EUR"), money("0.2 EUR"), money("12.30 EUR")];
        assert_eq!(lines.iter().sum::<Option<Money>>(), Some(money("12.60 EUR")));
        assert_eq!(lines.iter().cloned().sum::<Option<Money>>(), Some(money("12.6 EUR")));
        assert_eq!([].iter().sum::<Option<Money>>(), None);
        let mut total = &lines[0] + &lines[1];
        total += &lines[2];
        total -= money("0.60 EUR");
        assert_eq!((total.clone(), -(total.clone() - &lines[2])), (money("12 EUR"), money("0.3 EUR")));
        assert_eq!(
            (&total * 3, total.checked_mul("0.5".parse::<Decimal>().unwrap())),
            (money("36 EUR"), Some(money("6 EUR")))
        );
        let dollars = money("1 USD");
        assert_eq!((total.checked_add(&dollars), total.checked_sub(&dollars)), (None, None));
        assert_eq!((total.partial_cmp(&dollars), money("1 EUR") == dollars), (None, false));
        assert!(money("1 EUR") < money("1.01 EUR") && money("1.0 EUR") == money("1 EUR"));
        assert_eq!(Money::new(Decimal::MAX, "EUR").checked_add(&total), None);
    }

    #[test]
    #[should_panic(expected = "1.00 EUR and 1.00 USD are of different currencies")]
    fn the_operator_panics_on_two_currencies() {
        let _ = money("1 EUR") + money("1 USD");
    }

    #[test]
    fn an_amount_without_its_number_or_currency_is_an_error_not_zero() {
        for json in [r#"{"currency":"EUR"}"#, r#"{"amount":1}"#, r#"{"amount":null,"currency":"EUR"}"#, "1"] {
            assert!(serde_json::from_str::<Money>(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn every_amount_reads_again_as_it_is_shown(units: i64, scale in 0..=18_u32, currency in "[A-Z]{3}") {
            let amount = Money::new(rust_decimal::Decimal::new(units, scale), currency);
            prop_assert_eq!(amount.to_string().parse::<Money>().unwrap(), amount.clone());
            let json = serde_json::to_string(&amount).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), amount);
        }
    }
}

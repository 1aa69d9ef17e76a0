//! Sums, differences, products and quotients of decimals.

use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use super::Decimal;

impl Decimal {
    /// The sum, or `None` if it has too many digits.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` if it has too many digits.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The product, or `None` if it is too large. It is rounded to 28 digits after the point.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        self.0.checked_mul(other.0).map(Self)
    }

    /// The quotient, or `None` for the divisor 0 or a quotient that is too large. It is rounded to 28 digits after the point.
    #[must_use]
    pub fn checked_div(self, divisor: Self) -> Option<Self> {
        self.0.checked_div(divisor.0).map(Self)
    }
}

macro_rules! operators {
    ($($operator:ident $function:ident $assign:ident $assign_function:ident $checked:ident $what:literal;)+) => {$(
        impl $operator for Decimal {
            type Output = Self;

            /// # Panics
            #[doc = concat!("The ", $what, " is too large. [`", stringify!($checked), "`](Decimal::", stringify!($checked), ") does not panic.")]
            fn $function(self, other: Self) -> Self {
                self.$checked(other).expect(concat!("overflow in the ", $what, " of two decimals"))
            }
        }

        impl $assign for Decimal {
            /// # Panics
            #[doc = concat!("The ", $what, " is too large.")]
            fn $assign_function(&mut self, other: Self) {
                *self = self.$function(other);
            }
        }
    )+};
}

operators! {
    Add add AddAssign add_assign checked_add "sum";
    Sub sub SubAssign sub_assign checked_sub "difference";
    Mul mul MulAssign mul_assign checked_mul "product";
}

impl Neg for Decimal {
    type Output = Self;

    fn neg(self) -> Self {
        if self.is_zero() { self } else { Self(-self.0) }
    }
}

impl Sum for Decimal {
    /// # Panics
    /// The sum is too large.
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::ZERO, Add::add)
    }
}

impl<'a> Sum<&'a Self> for Decimal {
    /// # Panics
    /// The sum is too large.
    fn sum<I: Iterator<Item = &'a Self>>(numbers: I) -> Self {
        numbers.copied().sum()
    }
}

impl Product for Decimal {
    /// # Panics
    /// The product is too large.
    fn product<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::ONE, Mul::mul)
    }
}

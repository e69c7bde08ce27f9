//! Amounts of money: integers in minor units, never floats.

use serde::{Deserialize, Serialize};
use thiserror::Error;

mod currency;
mod text;

pub use currency::{CURRENCIES, Currency, CurrencyError, CurrencyRow};
pub use text::AmountError;

/// An amount in minor units of its currency: pesos for CLP, cents for USD, 1/10000 for CLF.
///
/// Serialized as `{"minor": 123456, "currency": "USD"}`. Amounts of two currencies have no
/// order and are never added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `minor` and `currency`")]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// How a division gives up the part that does not fit a minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest; a half goes to the even neighbour.
    HalfEven,
    /// To the nearest; a half goes away from zero.
    HalfUp,
    /// Towards zero.
    Down,
}

/// Why two amounts cannot be combined or one cannot be divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// The amounts are in different currencies.
    #[error("amounts in {left} and {right} cannot be combined", left = left.code(), right = right.code())]
    CurrencyMismatch {
        /// Currency of the amount the method was called on.
        left: Currency,
        /// Currency of the other amount.
        right: Currency,
    },
    /// The result does not fit 64 bits of minor units.
    #[error("the amount is too large")]
    Overflow,
    /// The divisor is zero.
    #[error("an amount cannot be divided by zero")]
    DivisionByZero,
}

impl Money {
    /// `minor` minor units of `currency`.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in `currency`.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The amount in minor units.
    pub const fn minor(&self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The sum of two amounts of one currency.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.with_minor(self.minor.checked_add(other.minor))
    }

    /// The difference of two amounts of one currency.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.with_minor(self.minor.checked_sub(other.minor))
    }

    /// The amount with its sign turned.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        self.with_minor(self.minor.checked_neg())
    }

    /// A `divisor`th of the amount, rounded to whole minor units as told.
    pub fn divide(self, divisor: i64, rounding: Rounding) -> Result<Self, MoneyError> {
        if divisor == 0 {
            return Err(MoneyError::DivisionByZero);
        }
        // In 128 bits neither the quotient nor twice the remainder can overflow.
        let (dividend, divisor) = (i128::from(self.minor), i128::from(divisor));
        let (quotient, remainder) = (dividend / divisor, dividend % divisor);
        let away_from_zero = if (dividend < 0) == (divisor < 0) { 1 } else { -1 };
        let rounded = match (rounding, (2 * remainder.abs()).cmp(&divisor.abs())) {
            (Rounding::HalfEven, std::cmp::Ordering::Equal) => quotient + quotient % 2,
            (Rounding::HalfUp, std::cmp::Ordering::Equal)
            | (Rounding::HalfEven | Rounding::HalfUp, std::cmp::Ordering::Greater) => {
                quotient + away_from_zero
            }
            _ => quotient,
        };
        self.with_minor(i64::try_from(rounded).ok())
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        let (left, right) = (self.currency, other.currency);
        if left == right { Ok(()) } else { Err(MoneyError::CurrencyMismatch { left, right }) }
    }

    fn with_minor(self, minor: Option<i64>) -> Result<Self, MoneyError> {
        minor.map(|minor| Self::new(minor, self.currency)).ok_or(MoneyError::Overflow)
    }
}

//! Quantities of things with more decimals than money has, such as crypto assets.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::{decimal_text, text_serde};

/// The most decimals a quantity may have: those of one wei in ether.
pub const MAX_DECIMALS: u32 = 18;

/// An exact decimal number with at most [`MAX_DECIMALS`] decimals and 28 digits in all.
///
/// `1.50` and `1.5` are the same quantity, printed and serialized as the string `1.5`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity {
    value: Decimal,
}

/// Why a text is not a quantity, or two of them have no sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum QuantityError {
    /// Not a decimal number in machine form.
    #[error("expected a quantity such as 0.015: no spaces, plus sign, exponent or separators")]
    Form,
    /// More than [`MAX_DECIMALS`] decimals.
    #[error("a quantity has at most {MAX_DECIMALS} decimals")]
    TooManyDecimals,
    /// The result needs more digits than an exact quantity holds.
    #[error("the quantity has too many digits")]
    Overflow,
}

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self { value: Decimal::ZERO };

    /// Reads the machine form: an optional `-`, digits, and optionally a point and decimals.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let parts = decimal_text::split(text).ok_or(QuantityError::Form)?;
        if parts.decimals.trim_end_matches('0').len() > MAX_DECIMALS as usize {
            return Err(QuantityError::TooManyDecimals);
        }
        let value = Decimal::from_str_exact(text).map_err(|_| QuantityError::Overflow)?;
        Ok(Self { value: value.normalize() })
    }

    /// The sum, exact or refused.
    pub fn checked_add(self, other: Self) -> Result<Self, QuantityError> {
        self.exact(other, self.value.checked_add(other.value))
    }

    /// The difference, exact or refused.
    pub fn checked_sub(self, other: Self) -> Result<Self, QuantityError> {
        self.exact(other, self.value.checked_sub(other.value))
    }

    /// The library rounds away decimals that do not fit, which shows as a smaller scale.
    fn exact(self, other: Self, result: Option<Decimal>) -> Result<Self, QuantityError> {
        let scale = self.value.scale().max(other.value.scale());
        result
            .filter(|value| value.scale() == scale)
            .map(|value| Self { value: value.normalize() })
            .ok_or(QuantityError::Overflow)
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        Self::parse(text)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value, formatter)
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Quantity({})", self.value)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_serde::deserialize(deserializer, "a quantity as a string, such as 0.015", Self::parse)
    }
}

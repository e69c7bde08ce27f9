//! Amounts as machines write them (`-1234.56`) and as Chile reads them (`-US$1.234,56`).

use thiserror::Error;

use super::{Currency, Money};
use crate::decimal_text::{self, DecimalText};

/// Bytes of the longest amount in machine form: 20 digits of 64 bits, or a zero before all decimals that
/// a currency has, with sign and point.
const LONGEST_DECIMAL: usize = 32;

/// Why a text is not an amount. No message repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AmountError {
    /// Not a decimal number in machine form.
    #[error("expected an amount such as -1234.56: no spaces, plus sign or thousands separator")]
    Form,
    /// More decimals than the currency has, even if they are zeros.
    #[error("{} amounts have at most {} decimals", currency.code(), currency.exponent())]
    TooManyDecimals {
        /// The currency that sets the limit.
        currency: Currency,
    },
    /// Does not fit 64 bits of minor units.
    #[error("the amount is too large")]
    Overflow,
}

impl Money {
    /// Reads the machine form: an optional `-`, digits without superfluous zeros in front, and
    /// optionally a point with at most as many decimals as the currency has.
    pub fn parse_decimal(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let DecimalText { negative, whole, decimals } =
            decimal_text::split(text).ok_or(AmountError::Form)?;
        let exponent = usize::from(currency.exponent());
        if decimals.len() > exponent {
            return Err(AmountError::TooManyDecimals { currency });
        }
        let padding = std::iter::repeat_n(b'0', exponent - decimals.len());
        let digits = whole.bytes().chain(decimals.bytes()).chain(padding);
        // Counted below zero, where 64 bits reach one further than above.
        let below_zero = digits
            .map(|digit| i64::from(digit - b'0'))
            .try_fold(0_i64, |sum, digit| sum.checked_mul(10)?.checked_sub(digit));
        let minor = if negative { below_zero } else { below_zero.and_then(i64::checked_neg) };
        minor.map(|minor| Self::new(minor, currency)).ok_or(AmountError::Overflow)
    }

    /// The machine form with all decimals of the currency: `1234` CLP, `1234.50` USD.
    pub fn to_decimal_string(&self) -> String {
        let exponent = usize::from(self.currency().exponent());
        let mut reversed = [0; LONGEST_DECIMAL];
        let (mut rest, mut length) = (self.minor().unsigned_abs(), 0);
        let mut push = |byte| {
            reversed[length] = byte;
            length += 1;
        };
        let mut digits = 0;
        while rest > 0 || digits <= exponent {
            if digits == exponent && exponent > 0 {
                push(b'.');
            }
            push(b'0' + u8::try_from(rest % 10).expect("a digit is below ten"));
            (rest, digits) = (rest / 10, digits + 1);
        }
        if self.minor() < 0 {
            push(b'-');
        }
        reversed[..length].iter().rev().copied().map(char::from).collect()
    }

    /// As Chile reads it, for people only: `$1.234.567`, `US$1.234,56`, `UF 1,2345`, `-$500`.
    pub fn display_chilean(&self) -> String {
        let (whole, decimals) = self.absolute_parts();
        let comma = if decimals.is_empty() { "" } else { "," };
        let symbol = self.currency().row().symbol;
        format!("{}{symbol}{}{comma}{decimals}", self.sign(), grouped(&whole))
    }

    fn sign(&self) -> &'static str {
        if self.minor() < 0 { "-" } else { "" }
    }

    /// The digits before and after the decimal mark, without sign.
    fn absolute_parts(&self) -> (String, String) {
        let exponent = usize::from(self.currency().exponent());
        let mut whole = format!("{:0width$}", self.minor().unsigned_abs(), width = exponent + 1);
        let decimals = whole.split_off(whole.len() - exponent);
        (whole, decimals)
    }
}

/// Parts digits in groups of three with dots.
fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

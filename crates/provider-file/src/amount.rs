//! Amounts as statement files write them, read into integers of minor units.

use std::fmt;

use cartola_primitives::Currency;

use crate::limits::MAX_AMOUNT_MINOR;

/// Which signs part the digits of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Separators {
    /// Chile's: dots for thousands, a comma for decimals; `1,234` and `1.5` by what they must mean.
    Chilean,
    /// Those given, and no others.
    Fixed {
        /// Before the decimals.
        decimal: u8,
        /// Between thousands.
        thousands: Option<u8>,
    },
}

/// Why a text or number is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AmountProblem {
    /// Not the form of an amount.
    Form,
    /// More decimals than the currency has.
    Decimals(Currency),
    /// Three figures behind what was said to be the decimal mark, in a currency that has fewer.
    Thousands,
    /// Beyond [`MAX_AMOUNT_MINOR`].
    TooLarge,
}

impl fmt::Display for AmountProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("expected an amount such as 1.234 or -1.234,56"),
            Self::Decimals(currency) => match currency.exponent() {
                0 => write!(f, "expected an amount in {currency} without decimals"),
                most => write!(f, "expected an amount in {currency} with at most {most} decimals"),
            },
            Self::Thousands => f.write_str(
                "expected an amount whose decimal mark is the mapping's; if that parts thousands \
                 here, name it as `thousands`",
            ),
            Self::TooLarge => {
                write!(f, "expected an amount of at most {MAX_AMOUNT_MINOR} minor units")
            }
        }
    }
}

/// Marks of a currency that may precede an amount, and the currency each one claims.
const MARKS: [(&str, Option<Currency>); 6] = [
    ("US$", Some(Currency::USD)),
    ("USD", Some(Currency::USD)),
    ("CLP", Some(Currency::CLP)),
    ("EUR", Some(Currency::EUR)),
    ("€", Some(Currency::EUR)),
    ("$", None),
];

/// Reads a text; `None` where it is blank or a lone hyphen, which banks print for nothing.
pub(crate) fn from_text(
    text: &str,
    currency: Currency,
    separators: Separators,
) -> Result<Option<i64>, AmountProblem> {
    let text = text.trim();
    if text.is_empty() || text == "-" {
        return Ok(None);
    }
    let (negative, digits) = strip_marks(text, currency)?;
    let (whole, decimals, thousands) = split(digits.as_bytes(), currency, separators);
    if matches!(separators, Separators::Fixed { .. }) && looks_grouped(whole, decimals, currency) {
        return Err(AmountProblem::Thousands);
    }
    let minor = minor_units(whole, decimals, thousands, currency)?;
    Ok(Some(if negative { -minor } else { minor }))
}

/// Reads a spreadsheet's number, which is a double: its nearest minor unit, if it is one.
pub(crate) fn from_number(number: f64, currency: Currency) -> Result<i64, AmountProblem> {
    // A double near the limit still tells apart hundredths of a minor unit.
    const TOLERANCE: f64 = 0.01;
    let scaled = number * 10_f64.powi(i32::from(currency.exponent()));
    #[allow(clippy::cast_precision_loss, reason = "the limit is below 2^53")]
    let limit = MAX_AMOUNT_MINOR as f64;
    if scaled.is_nan() || scaled.abs() > limit {
        return Err(AmountProblem::TooLarge);
    }
    let rounded = scaled.round();
    if (scaled - rounded).abs() > TOLERANCE {
        return Err(AmountProblem::Decimals(currency));
    }
    #[allow(clippy::cast_possible_truncation, reason = "whole and within the limit")]
    Ok(rounded as i64)
}

/// Takes the sign and the currency's mark off, in either order.
fn strip_marks(text: &str, currency: Currency) -> Result<(bool, &str), AmountProblem> {
    let mut rest = text;
    let (mut sign, mut mark) = (None, false);
    loop {
        if let Some(after) = rest.strip_prefix(['-', '+', '\u{2212}']) {
            if sign.replace(!rest.starts_with('+')).is_some() {
                return Err(AmountProblem::Form);
            }
            rest = after.trim_start();
        } else if let Some((text, claimed)) = MARKS.iter().find(|(text, _)| rest.starts_with(text))
        {
            if mark || claimed.is_some_and(|claimed| claimed != currency) {
                return Err(AmountProblem::Form);
            }
            mark = true;
            rest = rest[text.len()..].trim_start();
        } else {
            return Ok((sign.unwrap_or(false), rest));
        }
    }
}

/// Parts the digits at the decimal sign: whole, decimals and the thousands sign of the whole.
fn split(digits: &[u8], currency: Currency, separators: Separators) -> (&[u8], &[u8], Option<u8>) {
    let (decimal, thousands) = match separators {
        Separators::Fixed { decimal, thousands } => {
            let at = digits.iter().position(|b| *b == decimal);
            return at.map_or((digits, &[], thousands), |at| {
                (&digits[..at], &digits[at + 1..], thousands)
            });
        }
        Separators::Chilean => chilean(digits, currency),
    };
    match decimal {
        Some(at) => (&digits[..at], &digits[at + 1..], thousands),
        None => (digits, &[], thousands),
    }
}

/// Where the decimal sign is, if there is one, and which sign parts thousands.
fn chilean(digits: &[u8], currency: Currency) -> (Option<usize>, Option<u8>) {
    let last = |sign| digits.iter().rposition(|b| *b == sign);
    let after = |at: usize| digits.len() - at - 1;
    let alone = |sign| digits.split(|b| *b == sign).count() == 2;
    match (last(b'.'), last(b',')) {
        (Some(dot), Some(comma)) if comma > dot => (Some(comma), Some(b'.')),
        (Some(dot), Some(_)) => (Some(dot), Some(b',')),
        (Some(dot), None) if alone(b'.') && after(dot) != 3 => (Some(dot), None),
        (None, Some(comma)) if alone(b',') && (after(comma) != 3 || currency.exponent() >= 3) => {
            (Some(comma), None)
        }
        (None, Some(_)) => (None, Some(b',')),
        (_, None) => (None, Some(b'.')),
    }
}

/// Whether a decimal mark stands where one of thousands would: `500,000` pesos are hardly 500.
fn looks_grouped(whole: &[u8], decimals: &[u8], currency: Currency) -> bool {
    let is_group = decimals.len() == 3 && decimals.iter().all(u8::is_ascii_digit);
    is_group && currency.exponent() < 3 && whole.len() <= 3 && whole.iter().any(|b| *b != b'0')
}

fn minor_units(
    whole: &[u8],
    decimals: &[u8],
    thousands: Option<u8>,
    currency: Currency,
) -> Result<i64, AmountProblem> {
    let exponent = usize::from(currency.exponent());
    let kept = decimals.len().min(exponent);
    if decimals[kept..].iter().any(|b| *b != b'0') {
        let all_digits = decimals.iter().all(u8::is_ascii_digit);
        return Err(if all_digits {
            AmountProblem::Decimals(currency)
        } else {
            AmountProblem::Form
        });
    }
    let mut minor = push_whole(whole, thousands)?;
    for index in 0..exponent {
        minor = push_digit(minor, decimals.get(index).copied().unwrap_or(b'0'))?;
    }
    Ok(minor)
}

/// Reads the whole part: one run of digits, or groups of three.
fn push_whole(whole: &[u8], thousands: Option<u8>) -> Result<i64, AmountProblem> {
    let (mut minor, mut in_group, mut grouped) = (0, 0, false);
    for byte in whole {
        if Some(*byte) == thousands {
            if if grouped { in_group != 3 } else { !(1..=3).contains(&in_group) } {
                return Err(AmountProblem::Form);
            }
            (in_group, grouped) = (0, true);
        } else {
            minor = push_digit(minor, *byte)?;
            in_group += 1;
        }
    }
    let complete = if grouped { in_group == 3 } else { in_group > 0 };
    if complete { Ok(minor) } else { Err(AmountProblem::Form) }
}

fn push_digit(minor: i64, byte: u8) -> Result<i64, AmountProblem> {
    if !byte.is_ascii_digit() {
        return Err(AmountProblem::Form);
    }
    let minor = minor * 10 + i64::from(byte - b'0');
    if minor > MAX_AMOUNT_MINOR { Err(AmountProblem::TooLarge) } else { Ok(minor) }
}

#[cfg(test)]
mod tests;

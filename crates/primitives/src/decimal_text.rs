//! The one machine form of decimal numbers: `0`, `-12`, `1234.50`.

/// A number taken apart; both parts hold digits only.
pub(crate) struct DecimalText<'a> {
    /// Whether it began with `-`.
    pub negative: bool,
    /// At least one digit, no superfluous zero in front.
    pub whole: &'a str,
    /// The digits after the point; empty when there is none.
    pub decimals: &'a str,
}

/// `None` unless the text is `-?(0|[1-9][0-9]*)(\.[0-9]+)?`.
///
/// Zeros in front are refused because they mark fixed-width fields, whose decimals are implied.
pub(crate) fn split(text: &str) -> Option<DecimalText<'_>> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, decimals) = match unsigned.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (unsigned, None),
    };
    let well_formed = is_digits(whole)
        && decimals.is_none_or(is_digits)
        && (whole == "0" || !whole.starts_with('0'));
    well_formed.then(|| DecimalText { negative, whole, decimals: decimals.unwrap_or_default() })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

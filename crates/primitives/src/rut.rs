//! The RUT, Chile's number for people and companies.
//!
//! A body of up to eight digits and a verifier, `0` to `9` or `K`, computed modulo 11 with the
//! weights 2 to 7 from the right (Servicio de Impuestos Internos, "Algoritmo para obtener el
//! dígito verificador con módulo 11").

use std::fmt;

use thiserror::Error;

/// The longest accepted text in characters, surrounding blanks aside. Room for a fixed-width
/// field padded with zeros; the canonical dotted form has 12.
pub const MAX_LENGTH_CHARACTERS: usize = 24;

/// The largest body: eight digits.
pub const MAX_BODY: u32 = 99_999_999;

/// Where bodies of companies begin by custom; see [`Rut::is_company`].
pub const FIRST_COMPANY_BODY: u32 = 50_000_000;

/// By what the weighted sum lacks to a multiple of 11.
const VERIFIERS: [char; 11] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'K'];

const GROUP_DIGITS: usize = 3;

/// A RUT whose verifier has been checked.
///
/// It names a person, so it cannot be printed: no `Display`, `Debug` shows `Rut(…)`, and it is
/// serialized only where a field says `#[serde(with = "cartola_primitives::rut::serde_compact")]`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rut {
    body: u32,
}

/// Why a text is not a RUT. No variant or message repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RutError {
    /// Nothing but blanks.
    #[error("the RUT is empty")]
    Empty,
    /// Longer than [`MAX_LENGTH_CHARACTERS`].
    #[error("the RUT is longer than {MAX_LENGTH_CHARACTERS} characters")]
    TooLong,
    /// A character that no written form contains, such as a full-width digit or an inner space.
    #[error("the RUT contains a character that does not belong at position {position}")]
    Character {
        /// Counted in characters from 1, surrounding blanks included.
        position: usize,
    },
    /// Only digits, dots, hyphen and K, but not in the order of a RUT.
    #[error("the RUT must have a form like 11.111.111-1, 11111111-1 or 111111111")]
    Shape,
    /// The body is zero or above [`MAX_BODY`].
    #[error("the number of the RUT must lie between 1 and {MAX_BODY}")]
    OutOfRange,
    /// The verifier does not belong to the body.
    #[error("the verifier of the RUT is wrong, it should be {expected}")]
    WrongDigit {
        /// The verifier that the body calls for: `'0'` to `'9'` or `'K'`.
        expected: char,
    },
    /// The same where no hyphen says that the last digit is meant to be one.
    #[error(
        "the last digit of the RUT is read as its verifier, which should be {expected}; is the \
         verifier missing?"
    )]
    WrongLastDigit {
        /// The verifier that the digits before it call for.
        expected: char,
    },
}

impl Rut {
    /// Reads any written form: `12.345.678-5`, `12345678-5`, `123456785`, with `k` or `K`, with
    /// leading zeros, with spaces or tabs around it.
    ///
    /// Dots, where there are any, must part the body in groups of three.
    pub fn parse(text: &str) -> Result<Self, RutError> {
        let trimmed = trimmed(text)?;
        let (written_body, verifier) = split_verifier(trimmed)?;
        let rut = Self::from_body(parse_body(written_body)?)?;
        let expected = rut.verifier();
        if verifier.to_ascii_uppercase() == expected {
            Ok(rut)
        } else if trimmed.contains('-') {
            Err(RutError::WrongDigit { expected })
        } else {
            Err(RutError::WrongLastDigit { expected })
        }
    }

    /// The RUT of a body between 1 and [`MAX_BODY`]; its verifier follows.
    pub fn from_body(body: u32) -> Result<Self, RutError> {
        if (1..=MAX_BODY).contains(&body) { Ok(Self { body }) } else { Err(RutError::OutOfRange) }
    }

    /// The number without its verifier, 1 to [`MAX_BODY`].
    pub fn body(&self) -> u32 {
        self.body
    }

    /// `'0'` to `'9'` or `'K'`.
    pub fn verifier(&self) -> char {
        let mut rest = self.body;
        let mut sum = 0;
        for weight in (2..=7).cycle() {
            if rest == 0 {
                break;
            }
            sum += rest % 10 * weight;
            rest /= 10;
        }
        VERIFIERS[((11 - sum % 11) % 11) as usize]
    }

    /// The form people write: `11.111.111-1`.
    pub fn dotted(&self) -> String {
        let (millions, rest) = (self.body / 1_000_000, self.body % 1_000_000);
        let (thousands, units) = (rest / 1_000, rest % 1_000);
        let verifier = self.verifier();
        match (millions, thousands) {
            (0, 0) => format!("{units}-{verifier}"),
            (0, _) => format!("{thousands}.{units:03}-{verifier}"),
            _ => format!("{millions}.{thousands:03}.{units:03}-{verifier}"),
        }
    }

    /// The form machines exchange: `11111111-1`.
    pub fn compact(&self) -> String {
        format!("{}-{}", self.body, self.verifier())
    }

    /// Whether the body is at least [`FIRST_COMPANY_BODY`].
    ///
    /// A custom of how numbers have been given out, not a rule of law that we could verify: use
    /// it to guess a default, never to decide what somebody may do.
    pub fn is_company(&self) -> bool {
        self.body >= FIRST_COMPANY_BODY
    }
}

impl fmt::Debug for Rut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Rut(…)")
    }
}

/// Strips blanks and refuses foreign characters, so that what remains is ASCII.
fn trimmed(text: &str) -> Result<&str, RutError> {
    let blank = [' ', '\t'];
    let without_start = text.trim_start_matches(blank);
    let skipped = text.len() - without_start.len();
    let trimmed = without_start.trim_end_matches(blank);
    if trimmed.is_empty() {
        return Err(RutError::Empty);
    }
    if trimmed.chars().nth(MAX_LENGTH_CHARACTERS).is_some() {
        return Err(RutError::TooLong);
    }
    match trimmed.chars().position(|c| !matches!(c, '0'..='9' | '.' | '-' | 'k' | 'K')) {
        Some(index) => Err(RutError::Character { position: skipped + index + 1 }),
        None => Ok(trimmed),
    }
}

/// Parts `12.345.678-5` or `12.345.6785` in body and verifier.
fn split_verifier(text: &str) -> Result<(&str, char), RutError> {
    let verifier = text.chars().next_back().ok_or(RutError::Empty)?;
    let rest = &text[..text.len() - verifier.len_utf8()];
    let body = rest.strip_suffix('-').unwrap_or(rest);
    let is_verifier = matches!(verifier, '0'..='9' | 'k' | 'K');
    if is_verifier { Ok((body, verifier)) } else { Err(RutError::Shape) }
}

fn parse_body(text: &str) -> Result<u32, RutError> {
    if !is_well_grouped(text) {
        return Err(RutError::Shape);
    }
    // Zeros in front say nothing; what is left of an unreasonable number saturates.
    let digits = text.bytes().filter(u8::is_ascii_digit);
    Ok(digits
        .fold(0_u32, |body, digit| body.saturating_mul(10).saturating_add(u32::from(digit - b'0'))))
}

/// Only digits, either in one run or in groups of three parted by dots.
fn is_well_grouped(text: &str) -> bool {
    let mut groups = text.split('.');
    let first = groups.next().unwrap_or_default();
    let mut dotted = false;
    let others_are_full = groups.all(|group| {
        dotted = true;
        group.len() == GROUP_DIGITS && is_digits(group)
    });
    others_are_full && is_digits(first) && (!dotted || first.len() <= GROUP_DIGITS)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Carries a RUT as its compact form, for fields that say so with `#[serde(with = "...")]`.
///
/// Reading accepts every form of [`Rut::parse`].
pub mod serde_compact {
    use serde::{Deserializer, Serializer};

    use super::Rut;
    use crate::text_serde;

    /// Writes `11111111-1`.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde calls")]
    pub fn serialize<S: Serializer>(rut: &Rut, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&rut.compact())
    }

    /// Reads any written form.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rut, D::Error> {
        text_serde::deserialize(deserializer, "a RUT such as 11111111-1", Rut::parse)
    }
}

/// Carries a RUT that may be absent, as [`serde_compact`] does. A field that uses it says
/// `#[serde(default)]` too.
pub mod serde_compact_option {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Rut, serde_compact};

    /// Writes `11111111-1`, or null.
    pub fn serialize<S: Serializer>(rut: &Option<Rut>, serializer: S) -> Result<S::Ok, S::Error> {
        match rut {
            Some(rut) => serde_compact::serialize(rut, serializer),
            None => serializer.serialize_none(),
        }
    }

    /// Reads any written form, or null.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Rut>, D::Error> {
        #[derive(Deserialize)]
        struct Compact(#[serde(with = "serde_compact")] Rut);
        Ok(Option::<Compact>::deserialize(deserializer)?.map(|Compact(rut)| rut))
    }
}

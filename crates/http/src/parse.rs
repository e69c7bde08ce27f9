//! Values of parameters. A reader gives the value or says what was expected, never what came.

use std::borrow::Cow;

use cartola_engine::messages::EndpointId;
use cartola_model::InstitutionId;
use cartola_primitives::id::{ID_HEX_DIGITS, TypedId};
use cartola_primitives::rut::RutError;
use cartola_primitives::{Date, Rut, Timestamp};

use crate::problem::{Text, quoted};

/// Years that a day may lie in: wide enough for any statement, narrow enough to catch a slip.
pub const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

/// An id such as `acc_…`.
pub fn id<I: TypedId>(text: &str) -> Result<I, Text> {
    text.parse().map_err(|_| {
        let prefix = I::PREFIX;
        Text::new(
            format!("expected {prefix}_ and {ID_HEX_DIGITS} lower-case hexadecimal digits"),
            format!("se esperaba {prefix}_ y {ID_HEX_DIGITS} dígitos hexadecimales en minúscula"),
        )
    })
}

/// A RUT in any written form. It is told which verifier was expected, and never what came.
pub fn rut(text: &str) -> Result<Rut, Text> {
    Rut::parse(text).map_err(|error| {
        let es = match error {
            RutError::WrongDigit { expected } => {
                format!("el dígito verificador del RUT no corresponde, debería ser {expected}")
            }
            RutError::WrongLastDigit { expected } => format!(
                "el último dígito se lee como dígito verificador, que debería ser {expected}; \
                 ¿falta el verificador?"
            ),
            _ => "se esperaba un RUT como 11.111.111-1".to_owned(),
        };
        Text::new(error.to_string(), es)
    })
}

/// An institution's id.
pub fn institution(text: &str) -> Result<InstitutionId, Text> {
    InstitutionId::parse(text).map_err(|error| {
        Text::new(error.to_string(), "se esperaba el id de una institución, como `banco-chile`")
    })
}

/// A day as `YYYY-MM-DD`, of the calendar.
pub fn day(text: &str) -> Result<Date, Text> {
    civil(text).ok_or_else(|| {
        let (first, last) = (YEARS.start(), YEARS.end());
        Text::new(
            format!("expected a day of the calendar as YYYY-MM-DD, of the years {first} to {last}"),
            format!(
                "se esperaba un día del calendario como AAAA-MM-DD, de los años {first} a {last}"
            ),
        )
    })
}

/// An instant (RFC 3339), with its offset or `Z`.
pub fn instant(text: &str) -> Result<Timestamp, Text> {
    text.parse().map_err(|_| {
        Text::fixed(
            "expected an instant as 2026-03-31T14:05:09Z",
            "se esperaba un instante como 2026-03-31T14:05:09Z",
        )
    })
}

/// An endpoint's id.
pub fn endpoint(text: &str) -> Result<EndpointId, Text> {
    text.parse().map_err(|_| {
        Text::fixed(
            "expected `end_` and 64 lower-case hexadecimal digits",
            "se esperaba `end_` y 64 dígitos hexadecimales en minúscula",
        )
    })
}

fn civil(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shaped {
        return None;
    }
    let year: i16 = text[..4].parse().ok()?;
    let date = Date::new(year, text[5..7].parse().ok()?, text[8..].parse().ok()?).ok()?;
    YEARS.contains(&year).then_some(date)
}

/// A whole number within bounds, in figures alone.
pub fn whole<N>(bounds: std::ops::RangeInclusive<N>) -> impl Fn(&str) -> Result<N, Text>
where
    N: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    move |text| {
        let figures = text.strip_prefix('-').unwrap_or(text);
        let plain = !figures.is_empty() && figures.bytes().all(|byte| byte.is_ascii_digit());
        let number = plain.then(|| text.parse().ok()).flatten();
        number.filter(|number| bounds.contains(number)).ok_or_else(|| {
            let (low, high) = (bounds.start(), bounds.end());
            Text::new(
                format!("expected a whole number from {low} to {high}"),
                format!("se esperaba un número entero de {low} a {high}"),
            )
        })
    }
}

/// One of some words.
pub fn one_of<T: Copy>(words: &'static [(&'static str, T)]) -> impl Fn(&str) -> Result<T, Text> {
    move |text| {
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        found.ok_or_else(|| {
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let names = quoted(&names);
            Text::new(format!("expected one of {names}"), format!("se esperaba uno de {names}"))
        })
    }
}

/// Text of some length, without control characters.
pub fn text(max_characters: usize) -> impl Fn(&str) -> Result<String, Text> {
    move |text| {
        let length = text.chars().take(max_characters + 1).count();
        if (1..=max_characters).contains(&length) && !text.chars().any(char::is_control) {
            return Ok(text.to_owned());
        }
        Err(Text::new(
            format!("expected 1 to {max_characters} characters, none of them a control character"),
            format!("se esperaban de 1 a {max_characters} caracteres, ninguno de control"),
        ))
    }
}

/// Percent-decodes one name or value of a query.
pub(crate) fn decoded(raw: &str) -> Result<Cow<'_, str>, Text> {
    let spaced: Cow<'_, str> =
        if raw.contains('+') { raw.replace('+', " ").into() } else { raw.into() };
    if !spaced.contains('%') {
        return Ok(spaced);
    }
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8();
    decoded.map(|text| Cow::Owned(text.into_owned())).map_err(|_| {
        Text::fixed(
            "expected UTF-8 behind the percent signs",
            "se esperaba UTF-8 tras los signos de porcentaje",
        )
    })
}

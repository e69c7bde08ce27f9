//! Members of a body, read one by one: a mistake names its member and never quotes the body.

use std::fmt;

use cartola_primitives::{Rut, Secret};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Longest password, characters. No bank of the catalogue takes more than 20.
pub const MAX_PASSWORD: usize = 128;

/// A member as it came.
#[derive(Default)]
pub enum Given {
    /// It is not there, or `null`.
    #[default]
    Absent,
    /// A text.
    Text(Secret<String>),
    /// A whole number.
    Whole(i64),
    /// `true` or `false`.
    Flag(bool),
    /// Texts in a row.
    Texts(Vec<Secret<String>>),
    /// Anything else.
    Other,
}

/// What is wrong with a body, one sentence that names the member.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake(pub String);

impl Mistake {
    /// A member's.
    pub fn of(member: &str, problem: impl fmt::Display) -> Self {
        Self(format!("{member}: {problem}"))
    }

    fn missing(member: &str) -> Self {
        Self::of(member, "it is mandatory")
    }
}

impl Given {
    /// A text that may be left out. An empty one is none.
    pub fn optional_text(&self, member: &str) -> Result<Option<&str>, Mistake> {
        match self {
            Self::Absent => Ok(None),
            Self::Text(text) => Ok(Some(text.expose().as_str()).filter(|text| !text.is_empty())),
            _ => Err(Mistake::of(member, "it must be a text")),
        }
    }

    /// A text that must be there.
    pub fn text(&self, member: &str) -> Result<&str, Mistake> {
        self.optional_text(member)?.ok_or_else(|| Mistake::missing(member))
    }

    /// Texts in a row that may be left out. A row without any is none.
    pub fn optional_texts(&self, member: &str) -> Result<Option<&[Secret<String>]>, Mistake> {
        match self {
            Self::Absent => Ok(None),
            Self::Texts(texts) => Ok(Some(texts.as_slice()).filter(|texts| !texts.is_empty())),
            _ => Err(Mistake::of(member, "it must be an array of texts")),
        }
    }

    /// A RUT in any written form, its verifier checked: the mistake says which was expected.
    pub fn rut(&self, member: &str) -> Result<Rut, Mistake> {
        Rut::parse(self.text(member)?).map_err(|error| Mistake::of(member, error))
    }

    /// A password of some form.
    pub fn password(&self, member: &str) -> Result<Secret<String>, Mistake> {
        let text = self.text(member)?;
        if text.chars().count() > MAX_PASSWORD {
            return Err(Mistake::of(
                member,
                format!("it is longer than {MAX_PASSWORD} characters"),
            ));
        }
        Ok(Secret::new(text.to_owned()))
    }

    /// One of some whole numbers.
    pub fn one_of(&self, member: &str, known: &[i64]) -> Result<i64, Mistake> {
        match self {
            Self::Absent => Err(Mistake::missing(member)),
            Self::Whole(number) if known.contains(number) => Ok(*number),
            _ => {
                let known: Vec<String> = known.iter().map(ToString::to_string).collect();
                Err(Mistake::of(member, format!("it must be one of {}", known.join(" | "))))
            }
        }
    }

    /// `true` or `false`; `false` where it is left out.
    pub fn flag(&self, member: &str) -> Result<bool, Mistake> {
        match self {
            Self::Absent => Ok(false),
            Self::Flag(flag) => Ok(*flag),
            _ => Err(Mistake::of(member, "it must be true or false")),
        }
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Given;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Given, E> {
        Ok(Given::Absent)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Given, E> {
        Ok(Given::Flag(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Given, E> {
        Ok(Given::Whole(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Given, E> {
        Ok(i64::try_from(number).map_or(Given::Other, Given::Whole))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Given, E> {
        Ok(Given::Other)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Given, E> {
        Ok(Given::Text(Secret::new(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Given, A::Error> {
        let (mut texts, mut are_texts) = (Vec::new(), true);
        // Each as it is written: how deep it is nested is nobody's matter.
        while let Some(item) = items.next_element::<Box<RawValue>>()? {
            match serde_json::from_str(item.get()) {
                Ok(text) => texts.push(Secret::new(text)),
                Err(_) => are_texts = false,
            }
        }
        Ok(if are_texts { Given::Texts(texts) } else { Given::Other })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Given, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Given::Other)
    }
}

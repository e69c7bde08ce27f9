//! Sentences in both languages.

use std::borrow::Cow;

/// One sentence or more, in English and in Spanish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: Cow<'static, str>,
    /// Spanish.
    pub es: Cow<'static, str>,
}

impl Text {
    /// Fixed words.
    pub const fn fixed(en: &'static str, es: &'static str) -> Self {
        Self { en: Cow::Borrowed(en), es: Cow::Borrowed(es) }
    }

    /// Words that are put together. They must quote nothing that the caller sent.
    pub fn new(en: impl Into<Cow<'static, str>>, es: impl Into<Cow<'static, str>>) -> Self {
        Self { en: en.into(), es: es.into() }
    }
}

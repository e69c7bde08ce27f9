//! What an institution takes to let somebody in.

use std::collections::BTreeMap;
use std::fmt;

use cartola_primitives::{Rut, Secret};

/// The credentials of one person at one institution, in fields that the connector's schema names.
/// `Debug` shows the names alone.
#[derive(Default)]
pub struct Credential {
    fields: BTreeMap<String, Secret<String>>,
}

impl Credential {
    /// With one more field.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Secret<String>>) -> Self {
        self.fields.insert(name.into(), value.into());
        self
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Secret<String>> {
        self.fields.get(name)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.fields.keys()).finish()
    }
}

/// The forms of credentials that an institution takes; any one of them will do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CredentialSchema {
    /// The forms, the usual one first. No two have the same set of fields.
    pub forms: Vec<CredentialForm>,
}

/// One form: all of its fields are needed, and no other is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialForm {
    /// Its id, such as `password`.
    pub id: &'static str,
    /// Its fields.
    pub fields: Vec<CredentialField>,
    /// Whether only the person or company whose RUT it has can fill it in: a password or PIN of theirs.
    /// A client's id and secret are not: they say who asks, and the RUT is what the client writes there.
    pub signs_in_holder: bool,
}

/// One field of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialField {
    /// Its name, such as `rut`.
    pub name: &'static str,
    /// What people call it, in Spanish.
    pub label: &'static str,
    /// What it holds.
    pub kind: FieldKind,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A RUT in any written form.
    Rut,
    /// So many digits.
    Digits(usize),
    /// Printable characters, within these numbers of them.
    Printable {
        /// The fewest.
        least: usize,
        /// The most.
        most: usize,
    },
}

impl FieldKind {
    fn takes(self, value: &str) -> bool {
        match self {
            Self::Rut => Rut::parse(value).is_ok(),
            Self::Digits(count) => {
                value.len() == count && value.bytes().all(|b| b.is_ascii_digit())
            }
            Self::Printable { least, most } => {
                (least..=most).contains(&value.chars().count())
                    && !value.chars().any(char::is_control)
            }
        }
    }
}

/// Why credentials are not worth asking the institution with. Says nothing of their values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialRefusal {
    /// The fields given are those of none of the forms.
    #[error("the credentials must have the fields of one of these forms: {forms}")]
    Form {
        /// Each form's fields.
        forms: String,
    },
    /// A field's value cannot be right.
    #[error("the field `{0}` has a form that the institution does not take")]
    Value(&'static str),
    /// A field's value has more to it than a form, and a part of that cannot be right.
    #[error("the field `{field}` is wrong: {reason}")]
    Part {
        /// Which.
        field: &'static str,
        /// Why, without what stands there.
        reason: String,
    },
}

impl CredentialSchema {
    /// The form that the credentials have, if the institution could take them: what it could not
    /// take never reaches it, and costs no attempt.
    pub fn form_of(&self, credential: &Credential) -> Result<&CredentialForm, CredentialRefusal> {
        let form = self
            .forms
            .iter()
            .find(|form| form.has_fields_of(credential))
            .ok_or_else(|| CredentialRefusal::Form { forms: self.listed() })?;
        match form.fields.iter().find(|field| !field.is_filled_by(credential)) {
            Some(field) => Err(CredentialRefusal::Value(field.name)),
            None => Ok(form),
        }
    }

    fn listed(&self) -> String {
        let listed = |form: &CredentialForm| {
            form.fields.iter().map(|field| field.name).collect::<Vec<_>>().join(" + ")
        };
        self.forms.iter().map(listed).collect::<Vec<_>>().join(", ")
    }
}

impl CredentialForm {
    fn has_fields_of(&self, credential: &Credential) -> bool {
        self.fields.len() == credential.fields.len()
            && self.fields.iter().all(|field| credential.field(field.name).is_some())
    }
}

impl CredentialField {
    fn is_filled_by(&self, credential: &Credential) -> bool {
        credential.field(self.name).is_some_and(|value| self.kind.takes(value.expose()))
    }
}

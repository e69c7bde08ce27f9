//! The catalogue of institutions: rows of data, one file.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

/// An institution's id, such as `banco-chile`: lower case letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstitutionId(Arc<str>);

/// Longest institution id, in bytes.
pub const MAX_INSTITUTION_ID: usize = 40;

/// The text is no institution id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an institution id is 1 to {MAX_INSTITUTION_ID} lower-case letters, digits and hyphens")]
pub struct InstitutionIdError;

impl InstitutionId {
    /// Reads an id.
    pub fn parse(text: &str) -> Result<Self, InstitutionIdError> {
        let sound = (1..=MAX_INSTITUTION_ID).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if sound { Ok(Self(text.into())) } else { Err(InstitutionIdError) }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InstitutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for InstitutionId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for InstitutionId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// What an institution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstitutionKind {
    /// A bank under the CMF.
    Bank,
    /// A bank that exists to try the gateway with.
    Demo,
}

impl InstitutionKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Bank, Self::Demo];
}

/// One row of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Institution {
    /// Our id.
    pub id: InstitutionId,
    /// The name that people know.
    pub name: String,
    /// What it is.
    pub kind: InstitutionKind,
    /// The CMF's code, three digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cmf_code: Option<String>,
    /// What each protocol calls it.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
}

/// All institutions that this build knows.
#[derive(Debug)]
pub struct Catalogue {
    institutions: BTreeMap<InstitutionId, Institution>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    institution: Vec<Institution>,
}

impl Catalogue {
    /// The catalogue that is compiled in.
    pub fn bundled() -> &'static Self {
        static BUNDLED: LazyLock<Catalogue> = LazyLock::new(|| {
            let file: CatalogueFile = toml::from_str(include_str!("../data/institutions.toml"))
                .expect("the bundled catalogue is checked by a test");
            Catalogue {
                institutions: file
                    .institution
                    .into_iter()
                    .map(|row| (row.id.clone(), row))
                    .collect(),
            }
        });
        &BUNDLED
    }

    /// The institution of that id.
    pub fn find(&self, id: &InstitutionId) -> Option<&Institution> {
        self.institutions.get(id)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Institution> {
        self.institutions.values()
    }
}

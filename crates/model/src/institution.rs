//! The catalogue of institutions: rows of data, one file.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use cartola_primitives::Rut;
use serde::{Deserialize, Serialize};

use crate::{InstructionKind, TransferStep};

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
    /// Where a bank lets companies in. Accounts that are read there are the bank's.
    CompanyPortal,
    /// Where bills are paid.
    BillPayments,
    /// An authority, or who does its work.
    PublicService,
    /// Where crypto assets are held.
    CryptoExchange,
}

impl InstitutionKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Bank,
        Self::Demo,
        Self::CompanyPortal,
        Self::BillPayments,
        Self::PublicService,
        Self::CryptoExchange,
    ];

    /// Whether accounts of money are read there.
    pub const fn is_bank(self) -> bool {
        matches!(self, Self::Bank | Self::Demo | Self::CompanyPortal)
    }
}

/// What an institution takes as a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum PasswordSchema {
    /// Digits alone.
    Digits {
        /// So many.
        digits: usize,
    },
    /// Letters and digits of ASCII.
    Letters {
        /// At least so many characters.
        shortest: usize,
        /// At most so many.
        longest: usize,
        /// What may stand among them beside letters and digits.
        symbols: String,
    },
}

impl PasswordSchema {
    /// Whether a password could be one there. The wrong ones need not be tried.
    pub fn accepts(&self, password: &str) -> bool {
        match self {
            Self::Digits { digits } => {
                password.len() == *digits && password.bytes().all(|byte| byte.is_ascii_digit())
            }
            Self::Letters { shortest, longest, symbols } => {
                (*shortest..=*longest).contains(&password.chars().count())
                    && password
                        .chars()
                        .all(|sign| sign.is_ascii_alphanumeric() || symbols.contains(sign))
            }
        }
    }
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
    /// The bank behind a company portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<InstitutionId>,
    /// What it takes as a password; see [`Catalogue::password_schema`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordSchema>,
    /// The institution whose user names and passwords let in here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_login_as: Option<InstitutionId>,
    /// What it asks of whoever sends money, step by step; see [`Catalogue::transfer_steps`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Vec<TransferStep>>,
    /// What else it does for its customers; see [`Catalogue::instructions`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instructions: Vec<InstructionKind>,
    /// Whether what is no bank lets companies in, beside people.
    #[serde(default)]
    pub companies: bool,
    /// Whether what is no bank knows who somebody is when it lets them in: it identified them first.
    #[serde(default)]
    pub shows_identity: bool,
    /// What each protocol calls it.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
}

impl Institution {
    /// Whether people sign in there. Companies sign in at the portal of their bank, people do not.
    pub fn lets_people_in(&self) -> bool {
        self.kind != InstitutionKind::CompanyPortal
    }

    /// Whether companies sign in there.
    pub fn lets_companies_in(&self) -> bool {
        self.companies || self.kind == InstitutionKind::CompanyPortal
    }
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

    /// Whose accounts are read there: the bank behind a company portal, else the institution itself.
    pub fn holder_of_accounts<'a>(&'a self, id: &'a InstitutionId) -> &'a InstitutionId {
        self.find(id).and_then(|row| row.bank.as_ref()).unwrap_or(id)
    }

    /// Where a bank lets companies in.
    pub fn company_portal(&self, bank: &InstitutionId) -> Option<&Institution> {
        self.iter().find(|row| row.bank.as_ref() == Some(bank))
    }

    /// Where a company signs in that was looked for at its bank, where that lets people in alone.
    pub fn portal_instead(&self, id: &InstitutionId, rut: Rut) -> Option<&Institution> {
        let is_elsewhere = rut.is_company() && !self.find(id)?.lets_companies_in();
        self.company_portal(id).filter(|_| is_elsewhere)
    }

    /// What an institution takes as a password: a company portal what its bank does.
    pub fn password_schema(&self, id: &InstitutionId) -> Option<&PasswordSchema> {
        self.find(self.holder_of_accounts(id))?.password.as_ref()
    }

    /// What a bank asks of whoever sends money, one after the other: a company portal what its bank
    /// does. None where that is not known, or where no money is sent; empty where it asks for nothing.
    pub fn transfer_steps(&self, id: &InstitutionId) -> Option<&[TransferStep]> {
        self.find(self.holder_of_accounts(id))?.transfer.as_deref()
    }

    /// What a bank does for its customers beside transfers, where it is told to: a company portal what
    /// its bank does.
    pub fn instructions(&self, id: &InstitutionId) -> &[InstructionKind] {
        self.find(self.holder_of_accounts(id)).map_or(&[], |row| &row.instructions)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Institution> {
        self.institutions.values()
    }
}

#[cfg(test)]
mod tests {
    use super::{Catalogue, InstitutionId, InstitutionKind};

    #[test]
    fn every_bank_has_its_portal_and_every_portal_its_bank() {
        let catalogue = Catalogue::bundled();
        for row in catalogue.iter() {
            let is_portal = row.kind == InstitutionKind::CompanyPortal;
            assert_eq!(row.bank.is_some(), is_portal, "{}", row.id);
            let holder = catalogue.holder_of_accounts(&row.id);
            assert!(catalogue.find(holder).is_some_and(|bank| bank.bank.is_none()), "{}", row.id);
            assert!(catalogue.password_schema(&row.id).is_some(), "{}", row.id);
            let sends = catalogue.transfer_steps(&row.id).is_some();
            assert_eq!(sends, row.kind.is_bank(), "{}", row.id);
            assert!(!row.kind.is_bank() || !row.companies, "{} has a portal for that", row.id);
            if row.kind.is_bank() && !is_portal {
                let portal = catalogue.company_portal(&row.id).expect("a portal");
                assert_eq!(portal.id.as_str(), format!("{}-empresas", row.id));
            }
        }
    }

    #[test]
    fn a_password_outside_the_schema_is_told() {
        let schema =
            |id| Catalogue::bundled().password_schema(&InstitutionId::parse(id).unwrap()).unwrap();
        assert!(schema("banco-falabella").accepts("123456"));
        assert!(!schema("banco-falabella").accepts("12345a"));
        assert!(schema("servipag").accepts("abc123") && !schema("servipag").accepts("abc12"));
        assert!(!schema("servipag").accepts("abc-123"));
        assert!(schema("banco-chile-empresas").accepts("a!b@"));
    }

    #[test]
    fn who_signs_in_where() {
        let lets_in = |id| {
            let row = Catalogue::bundled().find(&InstitutionId::parse(id).unwrap()).unwrap();
            (row.lets_people_in(), row.lets_companies_in())
        };
        assert_eq!(lets_in("banco-chile"), (true, false));
        assert_eq!(lets_in("banco-chile-empresas"), (false, true));
        assert_eq!(lets_in("sii"), (true, true));
        assert_eq!(lets_in("afc"), (true, false));
    }
}

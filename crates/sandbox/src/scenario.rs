//! The named persons: one for each thing that can happen.

use cartola_primitives::Rut;
use serde::{Deserialize, Serialize};

use crate::data::{NamedRow, data};
use crate::key::BankIndex;

/// What happens to somebody. Whoever is not named is [`Scenario::Ok`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// Everything works; customer of every institution.
    Ok,
    /// The password that is listed is wrong.
    WrongPassword,
    /// Locked from the start.
    Locked,
    /// Has a mobile PIN and no password.
    PinOnly,
    /// Denies every approval.
    ApprovalDenied,
    /// Never answers an approval.
    ApprovalSilent,
    /// Has next to nothing.
    InsufficientFunds,
    /// May transfer next to nothing.
    OverLimit,
    /// Their banks answer that they are down.
    BankDown,
    /// Their banks take their time, then are right.
    BankSlow,
    /// Their banks answer nonsense.
    BankNonsense,
    /// Has accounts that nothing ever happened on.
    NoMovements,
    /// Has 50,000 movements.
    ManyMovements,
    /// Holds accounts together with somebody, one of them in dollars.
    JointUsd,
    /// A company with two signatories.
    Company,
    /// 11.111.111-1 of the demo bank.
    Demo,
}

/// One named person.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    row: &'static NamedRow,
}

impl Named {
    /// All of them, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        data().named.iter().map(|row| Self { row })
    }

    /// The named person of that RUT.
    pub fn find(rut: Rut) -> Option<Self> {
        Self::all().find(|named| named.row.body == rut.body())
    }

    /// Their RUT.
    pub fn rut(self) -> Rut {
        rut_of(self.row.body)
    }

    /// What happens to them.
    pub fn scenario(self) -> Scenario {
        self.row.scenario
    }

    /// Who holds their accounts together with them.
    pub fn co_holder(self) -> Option<Rut> {
        self.row.co_holder.map(rut_of)
    }

    /// Whose accounts somebody holds together with them.
    pub(crate) fn shared_with(co_holder: Rut) -> Option<Self> {
        Self::all().find(|named| named.co_holder() == Some(co_holder))
    }

    /// Who signs for a company.
    pub fn signatories(self) -> Vec<Rut> {
        self.row.signatories.iter().copied().map(rut_of).collect()
    }

    pub(crate) fn password(self) -> Option<&'static str> {
        self.row.password.as_deref()
    }

    pub(crate) fn banks(self) -> Vec<BankIndex> {
        if self.row.banks.iter().any(|bank| bank == "*") {
            return BankIndex::all().collect();
        }
        let known =
            |id: &String| BankIndex::find(id).expect("named persons' banks are in banks.toml");
        self.row.banks.iter().map(known).collect()
    }
}

fn rut_of(body: u32) -> Rut {
    Rut::from_body(body).expect("the table of named persons holds bodies of RUTs")
}

//! What is kept of what people do.

use std::fmt;

use cartola_primitives::{Currency, Rut, Timestamp};
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::flow::{FlowId, Side};
use crate::key::AccountKey;
use crate::month::Month;

use super::cash::CashTurn;
use super::transfer::Turn;

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum Record {
    /// The first line: which population this is about.
    Box { version: u32, seed: u64 },
    /// The box's clock is so many seconds ahead of the real one.
    Clock { offset: i64 },
    /// Money moved.
    Posted(Posting),
    /// What is known of a movement changed.
    Changed(Change),
    /// A wrong password or PIN.
    Refused(Customer),
    /// A right one, which forgives the wrong ones before it.
    LetIn(Customer),
    /// A lever opened a lock.
    Unlocked(Customer),
    /// A device that was let in for the first time.
    Device { customer: Customer, device: String },
    /// A transfer came to a stage, with the money that moved.
    Transfer(Box<Turn>),
    /// Cash that was put aside came to a stage, or somebody guessed.
    Cash(Box<CashTurn>),
    /// Somebody's Mi Pass is on another phone.
    Enrolled {
        #[serde(with = "cartola_primitives::rut::serde_compact")]
        rut: Rut,
        device: String,
        pin: Hidden,
    },
    /// Somebody's phone was lost.
    Blocked {
        #[serde(with = "cartola_primitives::rut::serde_compact")]
        rut: Rut,
    },
    /// Somebody approved a transfer that is yet to be begun.
    Pass {
        #[serde(with = "cartola_primitives::rut::serde_compact")]
        rut: Rut,
        token: Hidden,
        at: Timestamp,
    },
    /// A bank settles what is approved, or is kept from it.
    Held { institution: String, held: bool },
}

/// What a customer keeps to themselves: as it is in the file, and nowhere else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

/// Somebody at an institution.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Customer {
    /// Who.
    #[serde(with = "cartola_primitives::rut::serde_compact")]
    pub rut: Rut,
    /// Where: a bank's id, or another institution's.
    pub institution: String,
}

/// One end of a posting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Party {
    Account(AccountKey),
    System(String),
}

impl Party {
    pub(crate) fn of(side: Side) -> Self {
        match side {
            Side::Customer(key) => Self::Account(key),
            Side::System(system) => Self::System(system.to_string()),
        }
    }

    pub(crate) fn account(&self) -> Option<AccountKey> {
        match self {
            Self::Account(key) => Some(*key),
            Self::System(_) => None,
        }
    }
}

/// Money that somebody moved.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Posting {
    pub id: u32,
    pub from: Party,
    pub to: Party,
    /// Above zero, minor units.
    pub amount: i64,
    pub currency: Currency,
    pub occurred: DateTime,
    pub booked: DateTime,
    /// As the payer's bank prints it, and as the receiver's does.
    pub glosas: (String, String),
    pub document: Option<String>,
    /// What the bank calls the transfer that it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<String>,
}

impl Posting {
    /// The name of what moved. No RUT has the body 0, so that it is nobody's plan.
    pub(crate) fn flow(&self) -> FlowId {
        FlowId { plan: 0, month: Month::of(self.booked.date()), slot: self.id }
    }
}

impl fmt::Debug for Posting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Posting").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A movement that a lever amended or deleted, on both its sides.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    pub flow: FlowId,
    pub from: Party,
    pub to: Party,
    pub currency: Currency,
    pub booked: DateTime,
    /// Before any change, minor units.
    pub original: i64,
    /// Now; `None` where the movement is gone.
    pub amount: Option<i64>,
    /// The text on that account's side, where it changed.
    pub glosa: Option<(AccountKey, String)>,
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change").field("flow", &self.flow).finish_non_exhaustive()
    }
}

impl Change {
    /// What it adds to what the payer paid.
    pub(crate) fn difference(&self) -> i64 {
        self.amount.unwrap_or(0) - self.original
    }
}

//! Movements: the canonical record of money that came or went.

use cartola_primitives::id::{AccountId, MovementId};
use cartola_primitives::{Date, Money};
use serde::{Deserialize, Serialize};

use crate::{CardUse, Instalment};

/// Where a movement stands at its bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementStatus {
    /// Announced, not booked.
    Pending,
    /// Booked.
    Booked,
    /// The bank no longer has it.
    Removed,
}

impl MovementStatus {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Booked => "booked",
            Self::Removed => "removed",
        }
    }

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Pending, Self::Booked, Self::Removed].into_iter().find(|s| s.name() == name)
    }
}

/// One movement of one account. What it says is a pure function of what its sources said.
///
/// `Text` is `&str` where a movement is only looked at, in the bytes that it is stored in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement<Text = String> {
    /// Ours: stable across re-reading, other files and other providers.
    pub id: MovementId,
    /// Whose.
    pub account: AccountId,
    /// Raised by one at each change that can be seen.
    pub version: u32,
    /// The bank's booking day, in Chile.
    pub booked_on: Date,
    /// The day from which it bears interest, where given.
    pub value_on: Option<Date>,
    /// Negative is a cargo, positive an abono.
    pub amount: Money,
    /// The account's balance after it, in minor units of the same currency.
    pub balance_after: Option<i64>,
    /// Where it stands.
    pub status: MovementStatus,
    /// The text as the bank printed it.
    pub glosa: Text,
    /// What only some sources give.
    pub details: MovementDetails<Text>,
}

/// The parts of a movement that only some sources give.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MovementDetails<Text = String> {
    /// Número de documento or serie.
    pub document: Option<Text>,
    /// The bank's own reference, unique within the account.
    pub reference: Option<Text>,
    /// Canal, such as `Internet`.
    pub channel: Option<Text>,
    /// Sucursal.
    pub branch: Option<Text>,
    /// City of a card purchase.
    pub city: Option<Text>,
    /// The card it was made with.
    pub card: Option<CardUse<Text>>,
    /// Which instalment it is.
    pub instalment: Option<Instalment>,
}

impl<Text: Default + PartialEq> MovementDetails<Text> {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

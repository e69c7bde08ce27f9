//! One transfer as its bank keeps it.

use std::fmt;

use cartola_model::{EndToEndId, InstitutionId, TransferFailure};
use cartola_primitives::{Rut, SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::challenge::Step;
use crate::key::AccountKey;

use super::cash::Cash;
use super::record::{Change, Customer, Hidden, Posting};

/// An answer is taken for so long.
pub(crate) const CHALLENGE_LASTS: SignedDuration = SignedDuration::from_mins(5);
/// So many wrong answers to one challenge end a transfer.
pub(crate) const WRONG_ANSWERS: u32 = 3;
/// Characters of what a bank calls a transfer, after `tr_`.
const CODE_LENGTH: usize = 26;

/// What names a transfer: whose, and by which id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct TransferKey {
    pub customer: Customer,
    pub id: EndToEndId,
}

impl TransferKey {
    /// What the bank calls a transfer, such as `tr_…`: the same for the same one for ever.
    pub(crate) fn code(&self) -> String {
        self.code_of(&What::Transfer)
    }

    /// What the bank calls whatever is done under that id.
    pub(crate) fn code_of(&self, what: &What) -> String {
        let Customer { rut, institution } = &self.customer;
        let text = format!("{}/{institution}/{}", rut.compact(), self.id);
        let mut code = data_encoding::BASE32_NOPAD.encode(&Sha256::digest(text));
        code.truncate(CODE_LENGTH);
        format!("{}_{code}", what.prefix())
    }
}

/// What a customer told the bank to do.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub from: AccountKey,
    /// The bank of the account that is paid.
    pub to_bank: InstitutionId,
    /// Its number, as digits that tell it from others.
    pub to_account: String,
    #[serde(with = "cartola_primitives::rut::serde_compact_option")]
    pub to_rut: Option<Rut>,
    pub to_name: Option<String>,
    /// Whole pesos, above zero.
    pub amount: i64,
    pub comment: Option<String>,
    /// What it is beside a transfer.
    #[serde(default, skip_serializing_if = "What::is_transfer")]
    pub what: What,
}

/// What a customer tells their bank to do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum What {
    /// Money to an account.
    #[default]
    Transfer,
    /// Cash for somebody at an ATM.
    Withdrawal,
    /// A bill is paid.
    Bill {
        /// Who is paid, by the code that banks know them by.
        biller: String,
        /// The customer's number there.
        client_number: Hidden,
    },
    /// Somebody is added to those whom the customer transfers to, or taken away.
    Beneficiary {
        /// Whether they are taken away.
        removes: bool,
        /// What the customer calls them.
        alias: Option<Hidden>,
        /// Who is told of transfers.
        email: Option<Hidden>,
    },
}

impl What {
    fn is_transfer(&self) -> bool {
        matches!(self, Self::Transfer)
    }

    const fn prefix(&self) -> &'static str {
        match self {
            Self::Transfer => "tr",
            Self::Withdrawal => "gi",
            Self::Bill { .. } => "pc",
            Self::Beneficiary { .. } => "be",
        }
    }
}

/// Whether a code is that of a transfer.
pub(crate) fn is_of_transfer(code: &str) -> bool {
    code.starts_with("tr_")
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order").finish_non_exhaustive()
    }
}

/// Where a transfer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub(crate) enum Stage {
    /// The bank waits for an answer to one of its steps.
    Challenged { step: usize, since: Timestamp, wrong: u32 },
    /// The customer wants it; the bank has not come to it.
    Approved { at: Timestamp },
    /// Money moved, by the posting of the same record.
    Settled { at: Timestamp },
    /// No money moved.
    Failed { reason: TransferFailure, at: Timestamp },
}

/// What is kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transfer {
    /// Absent where it was withdrawn before the bank heard of it.
    pub order: Option<Order>,
    pub stage: Stage,
}

impl Transfer {
    /// What the bank waits for.
    pub(crate) fn step(&self) -> Option<Step> {
        let (order, Stage::Challenged { step, .. }) = (self.order.as_ref()?, self.stage) else {
            return None;
        };
        order.from.bank.transfer_steps().get(step).copied()
    }
}

/// A transfer turned to another stage: the decision, and the money where it moved, in one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Turn {
    #[serde(flatten)]
    pub key: TransferKey,
    /// In the first record of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    #[serde(flatten)]
    pub stage: Stage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posting: Option<Posting>,
    /// The token of Mi Pass that this used up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<Hidden>,
    /// Cash that was put aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash: Option<Cash>,
    /// What would have happened by itself, and does not any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone: Option<Change>,
}

impl Turn {
    /// To a stage at which no money moves.
    pub(crate) fn to(key: &TransferKey, stage: Stage) -> Self {
        Self {
            key: key.clone(),
            order: None,
            stage,
            posting: None,
            pass: None,
            cash: None,
            undone: None,
        }
    }
}

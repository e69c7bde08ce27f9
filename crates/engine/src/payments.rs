//! Payments: transfers that a tenant asks a customer's bank for, with the customer's credentials.
//!
//! Money moves exactly once. A payment has an end-to-end id before the bank hears of it, and a state
//! that says what the bank may have heard ([`PaymentState`]). Each step is a job of its own; a
//! payment that waits for a person, or for the bank, holds no place, but leaves its session open for
//! the next step for a while. Whoever is in doubt asks the bank, and nothing is sent twice
//! ([ADR 0017](../../../docs/adr/0017-what-a-bank-may-have-heard-is-written-down-first.md)).

mod account;
mod answer;
mod begin;
mod cancel;
mod draft;
mod jobs;
mod learnt;
mod moving;
mod order;
mod page;
mod pauses;
mod read;
mod session;
mod steps;

use std::collections::BTreeMap;

use cartola_model::{AccountNumber, InstitutionId, TransferPayee};
use cartola_primitives::{Money, Rut, Secret};

use crate::EngineError;
use crate::authorizations::{LeaveError, NoLeave};
use crate::links::LinkError;
use crate::readings::Next;
use crate::retry::MaybeConflict;

pub(crate) use account::paying_account;
pub use account::pays;
pub use answer::AnswerError;
pub(crate) use begin::{check_amount, check_case, check_comment};
pub use cancel::CancelPaymentError;
pub use cartola_connector::session::ChallengeAnswer;
pub use cartola_model::payment::Asked;
pub use cartola_model::{PaymentFailure, PaymentStanding, PaymentState};
pub use cartola_store::payments::PaymentRow;
pub(crate) use draft::{Draft, Through, Turn};
pub(crate) use jobs::handlers;
pub use learnt::PaymentEnd;
pub use order::PaymentTold;
pub use page::PAGE_LASTS;
pub use pauses::{FIRST_PAUSE, LONGEST_PAUSE};
pub(crate) use pauses::{LONGEST_OF_APP, TOLD_AFTER, pause};
pub(crate) use session::{Errand, KeptSessions, SignedIn};

/// The least that is paid, in pesos.
pub const MIN_PESOS: i64 = 1_000;

/// The most that is paid at once, in pesos. What a bank lets its customer transfer is less.
pub const MAX_PESOS: i64 = 100_000_000;

/// Longest comment, in characters: what banks print of it.
pub const MAX_COMMENT: usize = 120;

/// Longest id of a case, in bytes: an idempotency key with what its facade puts before it. What is kept of
/// it is a digest.
pub const MAX_CASE_BYTES: usize = 512;

/// A payment that is wanted.
pub struct PaymentOrder<'a> {
    /// The customer's bank.
    pub institution: InstitutionId,
    /// Who pays.
    pub rut: Rut,
    /// What the bank lets them in with, in the fields of one of its forms.
    pub fields: &'a BTreeMap<String, Secret<String>>,
    /// How much.
    pub amount: Money,
    /// From which account; absent for the first one that pays.
    pub from: Option<AccountNumber>,
    /// Who is paid; absent for the merchant of this installation.
    pub payee: Option<TransferPayee>,
    /// What both sides are told of it.
    pub comment: Option<String>,
    /// What the tenant knows it by, under the name of the facade.
    pub case: &'a str,
    /// What was asked, in a form that is equal for equal requests.
    pub request: &'a [u8],
    /// What stands for the customer's leave, without their credentials: its hash is the evidence.
    pub evidence: &'a [u8],
    /// The token of the payer's approval of exactly this payment, where they gave one on their phone.
    pub approval: Option<&'a str>,
    /// What follows once it has ended, exactly once.
    pub next: Option<Next>,
}

/// A payment as its tenant sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The row.
    pub row: PaymentRow,
    /// By what one answer is taken, where the customer is to give one: 40 hexadecimal digits, of use
    /// for [`PAGE_LASTS`].
    pub page: Option<String>,
}

impl Payment {
    /// Where it stands.
    pub const fn state(&self) -> &PaymentState {
        &self.row.standing.state
    }
}

/// Why no payment is begun.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// Less than the least.
    #[error("the least amount is {MIN_PESOS} pesos")]
    TooLittle,
    /// More than the most.
    #[error("the greatest amount is {MAX_PESOS} pesos")]
    TooMuch,
    /// Banks of Chile transfer pesos.
    #[error("payments are in CLP")]
    NotPesos,
    /// Whoever else has customers moves no money of theirs.
    #[error("the institution is no bank")]
    NoBank,
    /// The comment is too long.
    #[error("a comment has at most {MAX_COMMENT} characters")]
    Comment,
    /// The case has no id, or too long a one.
    #[error("the id of a case has 1 to {MAX_CASE_BYTES} bytes")]
    Case,
    /// Nobody is named who is paid.
    #[error(
        "no account to be paid to is configured; set institution, account, rut and name in [payments]"
    )]
    NoMerchant,
    /// Another payment was asked for under the same case.
    #[error("the key is that of another payment, and holds for as long as that is kept")]
    OtherRequest,
    /// The institution or the credentials cannot be.
    #[error(transparent)]
    Link(LinkError),
    /// The payer has not approved it, or not this.
    #[error(transparent)]
    Leave(LeaveError),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<LinkError> for PaymentError {
    fn from(error: LinkError) -> Self {
        error.into_ours().map_or_else(Self::Engine, Self::Link)
    }
}

impl From<NoLeave> for PaymentError {
    fn from(no: NoLeave) -> Self {
        match no {
            NoLeave::Refused(error) => Self::Leave(error),
            NoLeave::Engine(error) => Self::Engine(error),
        }
    }
}

impl MaybeConflict for PaymentError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

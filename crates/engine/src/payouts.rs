//! Payouts: what a tenant pays out of an account of its own, to one or to many.
//!
//! Each line is a payment ([`crate::payments`]), made with what a link keeps that was begun for it
//! ([`crate::links::NewLink::pays`]). One unit of work adds them all, so that the same case has one
//! effect. They are made one after another, in the order of the lines: a person is asked for one thing
//! at a time, and a bank that fails is not told of the rest before it says what it made of one.

mod begin;
mod ended;
mod give_up;
mod payer;
mod read;

use cartola_model::TransferPayee;
use cartola_primitives::id::{AccountId, PaymentId};
use cartola_primitives::{Money, SignedDuration};
use cartola_store::jobs::JobKind;
use serde::{Deserialize, Serialize};

use crate::EngineError;
use crate::authorizations::{LeaveError, NoLeave};
use crate::links::LinkError;
use crate::payments::{Payment, PaymentError};
use crate::retry::MaybeConflict;

pub use cartola_store::payouts::PayoutRow;
pub use ended::{EndedLine, LineEnded};
pub(crate) use payer::Payer;
pub use read::PayoutOfCase;

/// Lines of one payout at most: one unit of work adds them, and a bank asks for each by itself.
pub const MAX_LINES: usize = 100;

/// Longest reference of a line, in characters.
pub const MAX_REFERENCE: usize = 64;

/// How long the mandate of a line holds at most: longer than [`MAX_LINES`] challenges of five minutes
/// that nobody answers.
pub const LINE_MANDATE_TERM: SignedDuration = SignedDuration::from_hours(24);

/// A payout that is wanted.
pub struct PayoutOrder<'a> {
    /// In which list of its facade it is to stand.
    pub list: &'static str,
    /// The account that pays; absent where none is found, which counts once the case is new.
    pub account: Option<AccountId>,
    /// The account as the tenant named it.
    pub named: &'a str,
    /// Whether it was asked for as many, even if there is one line.
    pub is_batch: bool,
    /// Who is paid what, in the order in which they are paid.
    pub lines: Vec<PayoutLine>,
    /// What the tenant knows it by, within the list.
    pub case: &'a str,
    /// What was asked, in a form that is equal for equal requests: its hash is the evidence.
    pub request: &'a [u8],
    /// The token of an approval of exactly this payout, of whoever the account is, where they gave one
    /// on their phone.
    pub approval: Option<&'a str>,
    /// What follows once a line has ended, exactly once each: its arguments are a [`LineEnded`].
    pub next: JobKind,
}

/// One line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutLine {
    /// What the tenant knows it by, unlike any other of the payout.
    pub reference: Option<String>,
    /// Who is paid.
    pub payee: TransferPayee,
    /// How much.
    pub amount: Money,
    /// What both sides are told of it.
    pub comment: Option<String>,
}

/// A payout as its tenant sees it. Names people and their accounts: it has no `Debug`.
#[derive(Clone)]
pub struct Payout {
    /// The row.
    pub row: PayoutRow,
    /// The account that pays, as the tenant named it.
    pub account: String,
    /// Whether it was asked for as many.
    pub is_batch: bool,
    /// The lines, in their order.
    pub lines: Vec<PaidLine>,
}

/// A line and the payment that it is.
#[derive(Clone, Serialize, Deserialize)]
pub struct PaidLine {
    /// The payment.
    pub payment: PaymentId,
    /// Who is paid what.
    #[serde(flatten)]
    pub line: PayoutLine,
}

/// A payout, and how its lines stand, in their order.
#[derive(Clone)]
pub struct PayoutStanding {
    /// The payout.
    pub payout: Payout,
    /// A payment for each line.
    pub payments: Vec<Payment>,
}

/// Why no payout is begun. Nothing of it is paid then.
#[derive(Debug, thiserror::Error)]
pub enum PayoutError {
    /// The case has no id, or too long a one.
    #[error("the id of a case is too short or too long")]
    Case,
    /// Another payout was asked for under the same case.
    #[error("this case was used for another payout")]
    OtherRequest,
    /// What was begun under the case was erased with whoever paid.
    #[error("what was begun under this case was erased with whoever paid")]
    Gone,
    /// There is nothing to pay.
    #[error("there is no line to pay")]
    NoLines,
    /// There is too much to pay at once.
    #[error("a payout has at most {MAX_LINES} lines")]
    TooManyLines,
    /// A line cannot be paid.
    #[error("line {}: {error}", .index + 1)]
    Line {
        /// Which, from 0.
        index: usize,
        /// Why.
        error: PaymentError,
    },
    /// Two lines have the same reference.
    #[error("line {} has the reference of an earlier line", .index + 1)]
    SameReference {
        /// The later one, from 0.
        index: usize,
    },
    /// There is no account of the tenant's to pay from.
    #[error("there is no such account, or no consent allows it to be shown")]
    UnknownAccount,
    /// It is no account that one pays from.
    #[error("the account is none in pesos that transfers are made from")]
    NoPayingAccount,
    /// No link that told of the account may pay.
    #[error("no link that was begun for payments keeps credentials for the account")]
    NotEnabled,
    /// Such a link may not be used now.
    #[error(transparent)]
    Link(LinkError),
    /// Whoever the account is has not approved it, or not this.
    #[error(transparent)]
    Leave(LeaveError),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<LinkError> for PayoutError {
    fn from(error: LinkError) -> Self {
        error.into_ours().map_or_else(Self::Engine, Self::Link)
    }
}

impl From<NoLeave> for PayoutError {
    fn from(no: NoLeave) -> Self {
        match no {
            NoLeave::Refused(error) => Self::Leave(error),
            NoLeave::Engine(error) => Self::Engine(error),
        }
    }
}

impl MaybeConflict for PayoutError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

//! Instructions: what a tenant has a customer's bank do beside transfers. Cash for a third person at an
//! ATM (*giro sin tarjeta*), a bill that is paid, a change of those whom the customer transfers to.
//!
//! Each has one effect, and by the same means as a payment ([`crate::payments`]): an end-to-end id
//! before the bank hears of it, a state that says what the bank may have heard
//! ([`InstructionState`]), a job for each step, and the bank alone ends doubt
//! ([ADR 0017](../../../docs/adr/0017-what-a-bank-may-have-heard-is-written-down-first.md)). Cash goes
//! on after that: the bank is looked at until somebody has taken it, its time is over or it is
//! cancelled ([ADR 0024](../../../docs/adr/0024-cash-is-watched-until-it-is-gone.md)).

mod begin;
mod cancel;
mod code;
mod jobs;
mod learnt;
mod moving;
mod operation;
mod order;
mod pauses;
mod read;
mod steps;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use cartola_model::{AccountNumber, InstitutionId, Instructed};
use cartola_primitives::id::{AccountId, LinkId};
use cartola_primitives::{Currency, Money, Rut, Secret, SignedDuration};

use crate::EngineError;
use crate::authorizations::{Asking, LeaveBy, LeaveError, NoLeave};
use crate::links::LinkError;
use crate::payments::{MAX_CASE_BYTES, MAX_COMMENT};
use crate::readings::Next;
use crate::retry::MaybeConflict;

pub use cancel::CancelInstructionError;
pub use cartola_model::instruction::{BeneficiaryOrder, BillOrder, CashOrder};
pub use cartola_model::{InstructionKind, InstructionStanding, InstructionState};
pub use cartola_store::instructions::InstructionRow;
pub(crate) use jobs::handlers;
pub use learnt::InstructionEnd;
pub use pauses::LONGEST_WATCH;

/// The least cash that is asked for at once, in pesos: less than any note that an ATM has.
pub const MIN_CASH: i64 = 1_000;

/// The most, in pesos. What a bank lets its customer put aside is less.
pub const MAX_CASH: i64 = 1_000_000;

/// Longest text of an instruction, in characters: a code of a biller, a number, a name.
pub const MAX_TEXT: usize = 100;

/// How long the mandate of one holds at most: far longer than a customer has for their approval.
pub const INSTRUCTION_MANDATE_TERM: SignedDuration = SignedDuration::from_hours(24);

/// Whose bank is told.
pub enum Giver<'a> {
    /// That of an account of the tenant's: what a link keeps that was begun for payments
    /// ([`crate::links::NewLink::pays`]) signs in, and the account pays.
    Account(AccountId),
    /// That of whoever signs in through this very link, which was begun for payments: they are asked and
    /// their account pays, whoever else holds it.
    Link {
        /// The link.
        link: LinkId,
        /// Their account; absent for the first one that pays.
        from: Option<AccountNumber>,
    },
    /// That of somebody whose credentials come with the call, and are sealed until it has ended.
    Credentials {
        /// Their bank.
        institution: InstitutionId,
        /// Who they are.
        rut: Rut,
        /// What the bank lets them in with, in the fields of one of its forms.
        fields: &'a BTreeMap<String, Secret<String>>,
        /// From which account; absent for the first one that pays.
        from: Option<AccountNumber>,
    },
}

/// An instruction that is wanted.
pub struct Wanted<'a> {
    /// Whose bank is told.
    pub giver: Giver<'a>,
    /// What.
    pub what: Instructed,
    /// What the tenant knows it by, under the name of the facade.
    pub case: &'a str,
    /// What was asked, in a form that is equal for equal requests.
    pub request: &'a [u8],
    /// What stands for the customer's leave, without their credentials: its hash is the evidence.
    pub evidence: &'a [u8],
    /// On what it is given.
    pub leave: LeaveBy<'a>,
    /// Of whom an approval is asked.
    pub asking: Asking,
    /// What follows once it has ended, exactly once.
    pub next: Option<Next>,
}

/// An instruction as its tenant sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// The row.
    pub row: InstructionRow,
    /// What is to be done.
    pub what: Instructed,
    /// The account that pays, as its bank writes it; absent until it is known, and where none does.
    pub from: Option<String>,
    /// Who took the cash, as the bank says it; absent where it does not.
    pub claimed_by: Option<Rut>,
}

impl Instruction {
    /// Whether the bank says that somebody else took the cash than it was put aside for.
    pub fn is_claimed_by_other(&self) -> bool {
        match (&self.what, self.claimed_by) {
            (Instructed::Withdrawal(cash), Some(by)) => by != cash.rut,
            _ => false,
        }
    }

    /// Where it stands.
    pub const fn state(&self) -> &InstructionState {
        &self.row.standing.state
    }
}

/// Why no instruction is given.
#[derive(Debug, thiserror::Error)]
pub enum InstructionError {
    /// Less or more than is ever asked for, or in another currency.
    #[error(
        "cash is whole pesos from {MIN_CASH} to {MAX_CASH}; a bill is paid in pesos above zero"
    )]
    Amount,
    /// A text is missing or too long.
    #[error("`{0}` has 1 to {MAX_TEXT} characters")]
    Text(&'static str),
    /// The comment is too long.
    #[error("a comment has at most {MAX_COMMENT} characters")]
    Comment,
    /// The case has no id, or too long a one.
    #[error("the id of a case has 1 to {MAX_CASE_BYTES} bytes")]
    Case,
    /// The institution does no such thing.
    #[error(
        "the institution does no such thing for its customers, or this gateway does not ask it"
    )]
    NotOffered,
    /// Another instruction was given under the same case.
    #[error("the key is that of another instruction, and holds for as long as that is kept")]
    OtherRequest,
    /// There is no account of the tenant's to pay from.
    #[error("there is no such account, or no consent allows it to be shown")]
    UnknownAccount,
    /// It is no account that one pays from.
    #[error("the account is none in pesos that transfers are made from")]
    NoPayingAccount,
    /// No link that told of the account may pay.
    #[error("no link that was begun for payments keeps credentials for the account")]
    NotEnabled,
    /// The institution or the credentials cannot be.
    #[error(transparent)]
    Link(LinkError),
    /// Whose bank is told has not approved it, or not this.
    #[error(transparent)]
    Leave(LeaveError),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<LinkError> for InstructionError {
    fn from(error: LinkError) -> Self {
        error.into_ours().map_or_else(Self::Engine, Self::Link)
    }
}

impl From<NoLeave> for InstructionError {
    fn from(no: NoLeave) -> Self {
        match no {
            NoLeave::Refused(error) => Self::Leave(error),
            NoLeave::Engine(error) => Self::Engine(error),
        }
    }
}

impl MaybeConflict for InstructionError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

/// Refuses what need not be asked of anybody.
fn check(what: &Instructed) -> Result<(), InstructionError> {
    let pesos = |amount: Money, range: RangeInclusive<i64>| {
        let is_sound = amount.currency() == Currency::CLP && range.contains(&amount.minor());
        is_sound.then_some(()).ok_or(InstructionError::Amount)
    };
    let text = |name, text: &str| {
        let is_sound = (1..=MAX_TEXT).contains(&text.chars().count());
        is_sound.then_some(()).ok_or(InstructionError::Text(name))
    };
    match what {
        Instructed::Withdrawal(cash) => {
            pesos(cash.amount, MIN_CASH..=MAX_CASH)?;
            let comment = cash.comment.as_deref().unwrap_or_default();
            let is_short = comment.chars().count() <= MAX_COMMENT;
            is_short.then_some(()).ok_or(InstructionError::Comment)
        }
        Instructed::BillPayment(bill) => {
            pesos(bill.amount, 1..=crate::payments::MAX_PESOS)?;
            text("biller_code", &bill.biller_code)?;
            text("customer_number", &bill.customer_number)
        }
        Instructed::Beneficiary(beneficiary) => {
            text("name", &beneficiary.name)?;
            let optional = [("alias", &beneficiary.alias), ("email", &beneficiary.email)];
            let given =
                optional.into_iter().filter_map(|(name, each)| Some((name, each.as_ref()?)));
            given.into_iter().try_for_each(|(name, each)| text(name, each))
        }
    }
}

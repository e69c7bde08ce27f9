//! A payment: a transfer that a tenant asks a customer's bank for, and where it stands.
//!
//! The bank moves the money; this machine says what may be asked of it next. Before anything that
//! could move money leaves, the state says so ([`PaymentState::Submitting`],
//! [`PaymentState::Answering`]). Whoever finds it so and did not see the end of it is in doubt, and
//! out of doubt leads the bank's own word alone.

mod failure;
mod standing;

use cartola_primitives::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Challenge, Failure, InvalidTransition, TransferFailure, TransferState};

pub use failure::PaymentFailure;
pub use standing::PaymentStanding;

/// Where a payment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PaymentState {
    /// It is wanted. The bank has not heard of it.
    Requested,
    /// The bank is being told, or was: it may have heard of it.
    Submitting,
    /// The customer is to prove that they want it.
    Challenged(Asked),
    /// They have answered. The bank has not heard of the answer.
    Answered(Asked),
    /// The bank is being told the answer, or was.
    Answering(Asked),
    /// The bank has all it wants, as far as it has said: some say so before they have asked anybody, and
    /// ask later.
    Settling,
    /// Nobody knows what the bank has heard, and it is being asked.
    InDoubt {
        /// Since when.
        since: Timestamp,
        /// Why.
        cause: Failure,
        /// What had been asked of the customer by then.
        asked: Option<Asked>,
    },
    /// It is not wanted any more, and the bank is asked to give it up.
    Withdrawing,
    /// The money has moved, once. Final.
    Completed {
        /// When, as the bank says.
        settled_at: Timestamp,
    },
    /// No money has moved and none will. Final.
    Failed {
        /// When that was known.
        at: Timestamp,
        /// Why.
        reason: PaymentFailure,
    },
}

/// What a customer is asked for, and the how manieth thing it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// From 1. The same thing once more, as after a wrong code, is the same step.
    pub step: u32,
    /// What.
    pub challenge: Challenge,
    /// Whether it was answered before, wrongly or in vain.
    #[serde(default)]
    pub again: bool,
}

impl Asked {
    /// What is asked for next; `answered` says that what was asked for before was.
    fn after(before: Option<&Self>, challenge: Challenge, answered: bool) -> Self {
        let (step, again) = match before {
            None => (1, false),
            Some(before) if before.challenge.kind == challenge.kind => {
                (before.step, before.again || answered)
            }
            Some(before) => (before.step + 1, false),
        };
        Self { step, challenge, again }
    }
}

impl PaymentState {
    /// Its name without its data.
    pub const fn standing(&self) -> PaymentStanding {
        match self {
            Self::Requested => PaymentStanding::Requested,
            Self::Submitting => PaymentStanding::Submitting,
            Self::Challenged(_) => PaymentStanding::Challenged,
            Self::Answered(_) => PaymentStanding::Answered,
            Self::Answering(_) => PaymentStanding::Answering,
            Self::Settling => PaymentStanding::Settling,
            Self::InDoubt { .. } => PaymentStanding::InDoubt,
            Self::Withdrawing => PaymentStanding::Withdrawing,
            Self::Completed { .. } => PaymentStanding::Completed,
            Self::Failed { .. } => PaymentStanding::Failed,
        }
    }

    /// Whether it stays so whatever anybody does.
    pub const fn is_final(&self) -> bool {
        self.standing().is_final()
    }

    /// What the customer was last asked for, unless that is over.
    pub const fn asked(&self) -> Option<&Asked> {
        match self {
            Self::Challenged(asked) | Self::Answered(asked) | Self::Answering(asked) => Some(asked),
            Self::InDoubt { asked, .. } => asked.as_ref(),
            _ => None,
        }
    }

    /// The bank is about to be told.
    pub fn submit(self) -> Result<Self, InvalidTransition> {
        self.step(Self::Submitting, &[PaymentStanding::Requested])
    }

    /// The customer has answered what they were asked for.
    pub fn answer(self) -> Result<Self, InvalidTransition> {
        match self {
            // An app asks for no answer here.
            Self::Challenged(asked) if asked.challenge.kind.takes_answer() => {
                Ok(Self::Answered(asked))
            }
            other => Err(other.refused(PaymentStanding::Answered)),
        }
    }

    /// The bank is about to be told the answer.
    pub fn send_answer(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::Answered(asked) => Ok(Self::Answering(asked)),
            other => Err(other.refused(PaymentStanding::Answering)),
        }
    }

    /// The bank never heard of the answer: the customer is asked for it again.
    pub fn ask_again(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::Answered(asked) | Self::Answering(asked) => {
                Ok(Self::Challenged(Asked { again: true, ..asked }))
            }
            other => Err(other.refused(PaymentStanding::Challenged)),
        }
    }

    /// What was about to leave has not, and may another time: it is wanted as before.
    pub fn postpone(self) -> Result<Self, InvalidTransition> {
        self.step(Self::Requested, &[PaymentStanding::Submitting])
    }

    /// The bank never heard of it and never will.
    pub fn fail(self, reason: PaymentFailure, at: Timestamp) -> Result<Self, InvalidTransition> {
        let unheard = [PaymentStanding::Requested, PaymentStanding::Submitting];
        self.step(Self::Failed { at, reason }, &unheard)
    }

    /// Something that may have reached the bank ended without its word.
    pub fn doubt(self, cause: Failure, since: Timestamp) -> Result<Self, InvalidTransition> {
        let asked = self.asked().cloned();
        let sent = [PaymentStanding::Submitting, PaymentStanding::Answering];
        self.step(Self::InDoubt { since, cause, asked }, &sent)
    }

    /// It is not wanted any more. What the bank has not heard of has failed with that; about anything
    /// else the bank has the last word. Not while something is on its way to the bank, nor once the
    /// bank has all it wants.
    pub fn withdraw(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        if matches!(self, Self::Requested) {
            return self.fail(PaymentFailure::Refused(TransferFailure::Withdrawn), at);
        }
        let stopped =
            [PaymentStanding::Challenged, PaymentStanding::Answered, PaymentStanding::InDoubt];
        self.step(Self::Withdrawing, &stopped)
    }

    /// The bank says where it stands.
    pub fn told(self, told: &TransferState, at: Timestamp) -> Result<Self, InvalidTransition> {
        let next = match told {
            TransferState::Challenged(challenge) => {
                let answered = !matches!(self, Self::Challenged(_));
                Self::Challenged(Asked::after(self.asked(), challenge.clone(), answered))
            }
            TransferState::Settling => Self::Settling,
            TransferState::Completed { settled_at } => Self::Completed { settled_at: *settled_at },
            TransferState::Failed(failure) => Self::Failed { at, reason: self.reason(*failure) },
        };
        let heard = [
            PaymentStanding::Submitting,
            PaymentStanding::Challenged,
            PaymentStanding::Answering,
            PaymentStanding::Settling,
            PaymentStanding::InDoubt,
            PaymentStanding::Withdrawing,
        ];
        self.step(next, &heard)
    }

    /// What became of it is known from the bank by other means than its connection: only of what nobody
    /// knows, and only an end.
    pub fn learnt(self, told: &TransferState, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::InDoubt { .. } | Self::Withdrawing if told.is_final() => self.told(told, at),
            other => Err(other.refused(PaymentStanding::Completed)),
        }
    }

    /// What was withdrawn out of doubt failed for what led into it.
    fn reason(&self, failure: TransferFailure) -> PaymentFailure {
        match (self, failure) {
            (Self::InDoubt { cause, .. }, TransferFailure::Withdrawn) => PaymentFailure::of(*cause),
            _ => PaymentFailure::Refused(failure),
        }
    }

    fn step(self, next: Self, from: &[PaymentStanding]) -> Result<Self, InvalidTransition> {
        let (here, there) = (self.standing(), next.standing());
        if from.contains(&here) && here.may_become(there) {
            Ok(next)
        } else {
            Err(self.refused(there))
        }
    }

    const fn refused(&self, to: PaymentStanding) -> InvalidTransition {
        InvalidTransition { subject: "payment", from: self.standing().name(), to: to.name() }
    }
}

#[cfg(test)]
mod tests;

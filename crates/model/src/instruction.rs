//! An instruction: what a customer's bank is told to do for them beside transfers, and where it
//! stands. Cash for a third person at an ATM (*giro sin tarjeta*), a bill that is paid, a change of
//! those whom they transfer to.
//!
//! As with a payment ([`crate::payment`]), the bank does it and this machine says what may be asked of
//! it next: before anything leaves that could have an effect, the state says so
//! ([`InstructionState::Submitting`]). Whoever finds it so and did not see the end of it is in doubt,
//! and out of doubt leads the bank's own word alone. Cash is not done with the customer's approval:
//! the bank has it ready until somebody takes it, its time is over, or it is cancelled.

mod order;
mod standing;
mod told;

use cartola_primitives::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Challenge, Failure, InvalidTransition, PaymentFailure, TransferFailure};

pub use order::{
    BeneficiaryOrder, BillOrder, CashOrder, Instructed, InstructionKind, InstructionOrder,
};
pub use standing::InstructionStanding;
pub use told::{BankSays, InstructionTold};

/// Where an instruction stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum InstructionState {
    /// It is wanted. The bank has not heard of it.
    Requested,
    /// The bank is being told, or was: it may have heard of it.
    Submitting,
    /// The customer is to approve it in their bank's app.
    Challenged(Challenge),
    /// The bank has all it wants, and is at it.
    Settling,
    /// Cash is put aside, and whoever has the code may take it.
    Available {
        /// From then on they may not, and the money comes back.
        expires_at: Timestamp,
    },
    /// Nobody knows what the bank has heard, and it is being asked.
    InDoubt {
        /// Since when.
        since: Timestamp,
        /// Why.
        cause: Failure,
    },
    /// It is not wanted any more, and the bank is asked to give it up.
    Cancelling,
    /// It is done. Final.
    Completed {
        /// When, as the bank says.
        at: Timestamp,
    },
    /// The cash was taken, once. Final.
    Claimed {
        /// When, as the bank says.
        at: Timestamp,
    },
    /// Nobody took the cash in time, and the money came back. Final.
    Expired {
        /// When, as the bank says.
        at: Timestamp,
    },
    /// It was given up, and money that was put aside came back. Final.
    Cancelled {
        /// When that was known.
        at: Timestamp,
    },
    /// It has had no effect and will have none. Final.
    Failed {
        /// When that was known.
        at: Timestamp,
        /// Why.
        reason: PaymentFailure,
    },
}

impl InstructionState {
    /// Its name without its data.
    pub const fn standing(&self) -> InstructionStanding {
        match self {
            Self::Requested => InstructionStanding::Requested,
            Self::Submitting => InstructionStanding::Submitting,
            Self::Challenged(_) => InstructionStanding::Challenged,
            Self::Settling => InstructionStanding::Settling,
            Self::Available { .. } => InstructionStanding::Available,
            Self::InDoubt { .. } => InstructionStanding::InDoubt,
            Self::Cancelling => InstructionStanding::Cancelling,
            Self::Completed { .. } => InstructionStanding::Completed,
            Self::Claimed { .. } => InstructionStanding::Claimed,
            Self::Expired { .. } => InstructionStanding::Expired,
            Self::Cancelled { .. } => InstructionStanding::Cancelled,
            Self::Failed { .. } => InstructionStanding::Failed,
        }
    }

    /// Whether it stays so whatever anybody does.
    pub const fn is_final(&self) -> bool {
        self.standing().is_final()
    }

    /// The bank is about to be told.
    pub fn submit(self) -> Result<Self, InvalidTransition> {
        self.step(Self::Submitting, &[InstructionStanding::Requested])
    }

    /// The bank never heard of it and never will.
    pub fn fail(self, reason: PaymentFailure, at: Timestamp) -> Result<Self, InvalidTransition> {
        let unheard = [InstructionStanding::Requested, InstructionStanding::Submitting];
        self.step(Self::Failed { at, reason }, &unheard)
    }

    /// Something that may have reached the bank ended without its word.
    pub fn doubt(self, cause: Failure, since: Timestamp) -> Result<Self, InvalidTransition> {
        self.step(Self::InDoubt { since, cause }, &[InstructionStanding::Submitting])
    }

    /// It is not wanted any more. What the bank has not heard of is given up with that; about anything
    /// else the bank has the last word. Not while something is on its way to the bank, nor while the
    /// bank is at it.
    pub fn cancel(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        if matches!(self, Self::Requested) {
            return self.step(Self::Cancelled { at }, &[InstructionStanding::Requested]);
        }
        let stopped = [
            InstructionStanding::Challenged,
            InstructionStanding::Available,
            InstructionStanding::InDoubt,
        ];
        self.step(Self::Cancelling, &stopped)
    }

    /// The bank says where it stands.
    pub fn told(self, says: &BankSays, at: Timestamp) -> Result<Self, InvalidTransition> {
        let next = match says {
            BankSays::Challenged(challenge) => Self::Challenged(challenge.clone()),
            BankSays::Settling => Self::Settling,
            BankSays::Available { expires_at, .. } => Self::Available { expires_at: *expires_at },
            BankSays::Done { at } => Self::Completed { at: *at },
            BankSays::Claimed { at, .. } => Self::Claimed { at: *at },
            BankSays::Expired { at } => Self::Expired { at: *at },
            BankSays::Cancelled { at: cancelled_at } => self.given_up(*cancelled_at),
            BankSays::Failed(TransferFailure::Withdrawn) => self.given_up(at),
            BankSays::Failed(failure) => {
                Self::Failed { at, reason: PaymentFailure::Refused(*failure) }
            }
        };
        let heard = [
            InstructionStanding::Submitting,
            InstructionStanding::Challenged,
            InstructionStanding::Settling,
            InstructionStanding::Available,
            InstructionStanding::InDoubt,
            InstructionStanding::Cancelling,
        ];
        self.step(next, &heard)
    }

    /// What became of it is known from the bank by other means than its connection: only of what nobody
    /// knows, and only an end.
    pub fn learnt(self, says: &BankSays, at: Timestamp) -> Result<Self, InvalidTransition> {
        let from = self.standing().name();
        let is_unknown = matches!(self, Self::InDoubt { .. } | Self::Cancelling);
        let learnt = if is_unknown { self.told(says, at).ok() } else { None };
        learnt.filter(Self::is_final).ok_or(InvalidTransition {
            subject: "instruction",
            from,
            to: InstructionStanding::Completed.name(),
        })
    }

    /// What was given up out of doubt failed for what led into it.
    fn given_up(&self, at: Timestamp) -> Self {
        match self {
            Self::InDoubt { cause, .. } => Self::Failed { at, reason: PaymentFailure::of(*cause) },
            _ => Self::Cancelled { at },
        }
    }

    fn step(self, next: Self, from: &[InstructionStanding]) -> Result<Self, InvalidTransition> {
        let (here, there) = (self.standing(), next.standing());
        if from.contains(&here) && here.may_become(there) {
            Ok(next)
        } else {
            let (from, to) = (here.name(), there.name());
            Err(InvalidTransition { subject: "instruction", from, to })
        }
    }
}

#[cfg(test)]
mod tests;

//! An authorization: one operation that somebody approves, or does not, with their PIN on their own
//! phone, as Mi Pass has it.
//!
//! What is shown is what is approved: [`Operation`] says all that is shown, as one text, and a phone
//! signs the digest of that text. The machine knows nothing of keys and PINs; it says what may follow
//! what, so that an approval is given once, in time, and used once.

mod enrolment;
mod operation;
mod pin;
mod standing;
mod wording;

use cartola_primitives::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Failure, InvalidTransition};

pub use enrolment::{
    BlockCause, EnrolmentStanding, EnrolmentState, IdentityProof, KeyOrigin, MAX_WRONG_PINS,
    PinOutcome,
};
pub use operation::{
    Beneficiary, BeneficiaryChange, Bill, Granted, MAX_OPERATION_LINES, MAX_PRODUCTS, Operation,
    OperationError, OperationKind, Payout, PayoutLine, Signed, Transfer, Withdrawal, payee_key,
};
pub use pin::{PIN_DIGITS, Pin, PinError};
pub use standing::AuthorizationStanding;
pub use wording::{Line, MAX_VALUE, showable};

/// Where an authorization stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AuthorizationState {
    /// The person is asked.
    Pending {
        /// Until when.
        until: Timestamp,
    },
    /// They approved it. The operation may be done once.
    Approved {
        /// When they did.
        at: Timestamp,
        /// Until when it may be done.
        until: Timestamp,
    },
    /// It was approved, and the operation is done, or being done. Final.
    Used {
        /// When they approved it.
        approved_at: Timestamp,
        /// When it was used.
        at: Timestamp,
    },
    /// They said no. Final.
    Denied {
        /// When.
        at: Timestamp,
    },
    /// Nobody decided in time, or an approval was not used in time. Final.
    Expired {
        /// When that was over.
        at: Timestamp,
    },
    /// Nobody may decide it any more. Final.
    Cancelled {
        /// When.
        at: Timestamp,
        /// Why.
        cause: CancelCause,
    },
}

/// Why nobody may decide an authorization any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelCause {
    /// Whoever asked wants it no more.
    Withdrawn,
    /// Its phone was blocked from afar.
    PhoneBlocked,
    /// Another phone was enrolled.
    PhoneReplaced,
    /// Too many wrong PINs on its phone.
    WrongPin,
    /// It was approved, and what was to follow could not be begun any more, for that reason.
    NotBegun(Failure),
}

impl CancelCause {
    /// Every one; of the last one, one of each reason that there may be.
    pub const ALL: [Self; 5] = [
        Self::Withdrawn,
        Self::PhoneBlocked,
        Self::PhoneReplaced,
        Self::WrongPin,
        Self::NotBegun(Failure::Unsupported),
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::PhoneBlocked => "phone_blocked",
            Self::PhoneReplaced => "phone_replaced",
            Self::WrongPin => "wrong_pin",
            Self::NotBegun(_) => "not_begun",
        }
    }
}

impl AuthorizationState {
    /// Its name without its data.
    pub const fn standing(&self) -> AuthorizationStanding {
        match self {
            Self::Pending { .. } => AuthorizationStanding::Pending,
            Self::Approved { .. } => AuthorizationStanding::Approved,
            Self::Used { .. } => AuthorizationStanding::Used,
            Self::Denied { .. } => AuthorizationStanding::Denied,
            Self::Expired { .. } => AuthorizationStanding::Expired,
            Self::Cancelled { .. } => AuthorizationStanding::Cancelled,
        }
    }

    /// Whether it stays so whatever anybody does.
    pub const fn is_final(&self) -> bool {
        self.standing().is_final()
    }

    /// When its time is over by itself; absent where it is not.
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Pending { until } | Self::Approved { until, .. } => Some(*until),
            _ => None,
        }
    }

    /// As it stands at that instant, be it written down or not that its time has passed.
    #[must_use]
    pub fn seen_at(self, now: Timestamp) -> Self {
        self.expire(now).unwrap_or(self)
    }

    /// The person approves it, while it is pending and in time. That they are the person, that they
    /// saw what it is, and that it was on their phone is for the caller to know.
    pub fn approve(self, at: Timestamp, until: Timestamp) -> Result<Self, InvalidTransition> {
        match self.seen_at(at) {
            Self::Pending { .. } => Ok(Self::Approved { at, until }),
            other => Err(other.refused(AuthorizationStanding::Approved)),
        }
    }

    /// The person says no, while it is pending and in time.
    pub fn deny(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self.seen_at(at) {
            Self::Pending { .. } => Ok(Self::Denied { at }),
            other => Err(other.refused(AuthorizationStanding::Denied)),
        }
    }

    /// The operation is done, once, while an approval is good for it.
    pub fn use_up(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self.seen_at(at) {
            Self::Approved { at: approved_at, .. } => Ok(Self::Used { approved_at, at }),
            other => Err(other.refused(AuthorizationStanding::Used)),
        }
    }

    /// Nobody may decide it, nor do it, any more. What was used stays used.
    pub fn cancel(self, cause: CancelCause, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self.seen_at(at) {
            Self::Pending { .. } | Self::Approved { .. } => Ok(Self::Cancelled { at, cause }),
            other => Err(other.refused(AuthorizationStanding::Cancelled)),
        }
    }

    /// Its time is over.
    pub fn expire(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self.until() {
            Some(until) if now >= until => Ok(Self::Expired { at: until }),
            _ => Err(self.refused(AuthorizationStanding::Expired)),
        }
    }

    /// Why the operation is not done, in the one taxonomy; absent where it is, or may be yet.
    pub const fn failure(&self) -> Option<Failure> {
        match self {
            Self::Pending { .. } | Self::Approved { .. } | Self::Used { .. } => None,
            Self::Expired { .. } => Some(Failure::ChallengeExpired),
            Self::Cancelled { cause: CancelCause::Withdrawn, .. } => Some(Failure::ConsentRevoked),
            Self::Cancelled { cause: CancelCause::NotBegun(failure), .. } => Some(*failure),
            Self::Denied { .. } | Self::Cancelled { .. } => Some(Failure::ChallengeRejected),
        }
    }

    const fn refused(&self, to: AuthorizationStanding) -> InvalidTransition {
        let from = self.standing().name();
        InvalidTransition { subject: "authorization", from, to: to.name() }
    }
}

#[cfg(test)]
mod tests;

//! Why something is not done.

use cartola_model::authorization::{BlockCause, OperationError, PinError};
use cartola_model::{AuthorizationState, EnrolmentState, Failure, InvalidTransition};
use cartola_primitives::Timestamp;

use super::{MAX_CHANNEL, MAX_CODES, MAX_PENDING, MAX_PHONE_TEXT};
use crate::EngineError;
use crate::links::LinkError;
use crate::payments::MAX_CASE_BYTES;
use crate::retry::MaybeConflict;

/// Why no enrolment is begun.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    /// Somebody else was let in.
    #[error("it is somebody else whom the institution let in")]
    OtherPerson,
    /// The institution lets people in without having seen who they are, or these credentials are not
    /// its customer's own.
    #[error(
        "this does not show who somebody is: signing in at a bank, with ClaveÚnica or at the Registro \
         Civil does"
    )]
    NoProof,
    /// The institution cannot be asked with these credentials, or not now; or the person wants nothing
    /// done with their data ([`LinkError::Blocked`]).
    #[error(transparent)]
    Door(LinkError),
    /// The institution did not let them in.
    #[error("the institution did not let this person in: {}", .0.name())]
    NotLetIn(Failure),
    /// They were given [`MAX_CODES`] codes within a day.
    #[error(
        "{MAX_CODES} codes were given to this person within a day; the next one may be from {until}"
    )]
    TooMany {
        /// From when on.
        until: Timestamp,
    },
    /// Nothing was handed in that shows who they are.
    #[error("the evidence of the validation is empty")]
    Evidence,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<LinkError> for EnrolmentError {
    fn from(error: LinkError) -> Self {
        error.into_ours().map_or_else(Self::Engine, Self::Door)
    }
}

/// Why a phone is not enrolled, or not blocked.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// There is no such enrolment, or nobody was given that code.
    #[error("there is no such enrolment")]
    Unknown,
    /// A phone took the code, or its time is over, or another code was given out.
    #[error("the code was used, or is no more")]
    Ended(EnrolmentState),
    /// The person wants nothing done with their data for now.
    #[error("the person asked for a block of their data: no phone is enrolled while it holds")]
    Blocked,
    /// The PIN cannot be taken.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The key of the phone is none.
    #[error(transparent)]
    Key(#[from] cartola_crypto::device::DeviceKeyError),
    /// The name or the fingerprint.
    #[error("name and fingerprint of a phone have 1 to {MAX_PHONE_TEXT} printable characters")]
    Text,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Why nobody is asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The person has no phone on which they could approve.
    #[error("the person has no active phone; enrol one")]
    NoPhone,
    /// The operation cannot be shown as it is.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// Too much waits for them.
    #[error("{MAX_PENDING} operations wait for this person; none is asked until one is decided")]
    TooMany,
    /// The phone came after another one a short while ago, and this is high-risk.
    #[error(
        "the phone took another one's place a short while ago; high-risk operations wait until {until}"
    )]
    Cooling {
        /// Until when.
        until: Timestamp,
    },
    /// The name of the tenant could be taken for another one where it is shown.
    #[error("the tenant's name cannot be shown: Latin letters, digits and signs of ASCII alone")]
    Requester,
    /// The case has no id, or too long a one, or who asks has no name.
    #[error(
        "the id of a case has 1 to {MAX_CASE_BYTES} bytes, the name of a channel 1 to {MAX_CHANNEL}"
    )]
    Case,
    /// Another operation was asked for under the same case.
    #[error("the key is that of another authorization, and holds for as long as that is kept")]
    OtherRequest,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Why a decision is not taken. Nothing is approved by any of them.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// There is no such authorization.
    #[error("there is no such authorization")]
    Unknown,
    /// What was shown is not what is asked.
    #[error("what was shown is not what is asked")]
    OtherContent,
    /// The signature or the secret is not that of the phone that is asked.
    #[error("the decision is not signed by the phone that is asked")]
    OtherPhone,
    /// It was decided, or nobody can decide it any more.
    #[error("the authorization does not wait for a decision")]
    NotPending(AuthorizationState),
    /// The phone approves nothing any more.
    #[error("the phone is not active")]
    PhoneEnded(EnrolmentState),
    /// The PIN is wrong.
    #[error("the PIN is wrong")]
    WrongPin {
        /// Wrong ones that the phone still bears.
        left: u32,
    },
    /// The PIN was wrong once too often: the phone is blocked.
    #[error("the PIN was wrong too often; the phone is blocked")]
    Blocked,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Why an approval is not used.
#[derive(Debug, thiserror::Error)]
pub enum UseError {
    /// The token opens none.
    #[error("there is no such approval")]
    Unknown,
    /// The operation, or who it is of, is not what was approved.
    #[error("what was approved is another operation")]
    OtherOperation,
    /// It was used, or its time is over, or it was cancelled, or never approved.
    #[error("the authorization is not one that may be used")]
    NotUsable(AuthorizationState),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl DecideError {
    /// What a phone that is not active says.
    pub(super) const fn of_phone(state: EnrolmentState) -> Self {
        match state {
            EnrolmentState::Blocked { cause: BlockCause::WrongPin, .. } => Self::Blocked,
            state => Self::PhoneEnded(state),
        }
    }

    /// Why, as the audit trail says it; nothing where it says so already, or where it is our failure.
    pub(super) const fn cause(&self) -> Option<&'static str> {
        match self {
            Self::OtherContent => Some("digest_other"),
            Self::OtherPhone => Some("phone_other"),
            Self::NotPending(state) => Some(state.standing().name()),
            Self::PhoneEnded(state) => Some(state.standing().name()),
            Self::Blocked => Some("phone_blocked"),
            Self::Unknown | Self::WrongPin { .. } | Self::Engine(_) => None,
        }
    }
}

macro_rules! maybe_conflict {
    ($($error:ty),+) => {
        $(impl MaybeConflict for $error {
            fn is_conflict(&self) -> bool {
                matches!(self, Self::Engine(error) if error.is_conflict())
            }
        })+
    };
}

maybe_conflict!(EnrolmentError, EnrolError, AskError, DecideError, UseError);

/// A step that was looked at before it was made.
pub(super) fn looked_at(_: InvalidTransition) -> EngineError {
    EngineError::Interrupted
}

//! Links, as their tenant sees them: listed, begun with credentials, ended, and read through.

mod account_link;
mod begin;
mod end;
mod fields;
mod mandate;
mod secret;
mod standing;
pub mod wording;

use cartola_connector::ConnectorError;
use cartola_model::{Failure, InvalidTransition, Principal};
use cartola_primitives::id::LinkId;
use cartola_primitives::{Rut, Timestamp};
use cartola_store::Page;
use cartola_store::people::LinkRow;

use crate::access::Subject;
use crate::imports::ImportError;
use crate::retry::MaybeConflict;
use crate::{Engine, EngineError};

pub(crate) use begin::credential;
pub use begin::{Begun, Extent, Mandate, NewLink};
pub use cartola_connector::session::{DayRange, DayRangeError};
pub(crate) use end::resuming;
pub use secret::PaysFor;
pub(crate) use secret::SealedSecret;
pub use standing::ShownLink;

/// Why something is not done with a link.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// There is none of that id, or it is fed by files.
    #[error("there is no such link to an institution")]
    Unknown,
    /// It has ended.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// What allowed to ask the institution was withdrawn.
    #[error("the mandate of this link has ended; begin it again")]
    MandateEnded,
    /// What allowed to ask the institution has run out.
    #[error("the mandate of this link has run out; begin it again")]
    MandateExpired,
    /// Whose data it is has asked that nothing be done with it (Ley 19.628, art. 8 ter).
    #[error(
        "the person has asked that nothing be done with their data; ask again once that is over"
    )]
    Blocked,
    /// The institution refused the credentials once; they are not tried again.
    #[error("the institution refused these credentials; begin the link again with others")]
    CredentialsRefused,
    /// The institution said when it may be asked again, and that is not yet.
    #[error("the institution may not be asked before {until}")]
    Barred {
        /// From when on.
        until: Timestamp,
    },
    /// The institution was read as often as the configuration allows, or, of what was asked for in
    /// bulk, as often as leaves room for others.
    #[error("the quota of readings of the institution is used up until {until}")]
    QuotaUsed {
        /// From when on there is room again.
        until: Timestamp,
    },
    /// Too many wrong credentials of this person; the institution is not asked for a while.
    #[error("too many wrong credentials; the institution is not asked before {until}")]
    Locked {
        /// From when on it is.
        until: Timestamp,
    },
    /// The credentials sign in somebody else than the mandate names.
    #[error("the credentials are those of another RUT than the one that the mandate names")]
    OtherPerson,
    /// The institution was asked, or would have been, and it came to nothing.
    #[error(transparent)]
    Institution(#[from] ConnectorError),
    /// What the institution said cannot be taken in.
    #[error(transparent)]
    Answer(#[from] ImportError),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl LinkError {
    /// Its class in the one taxonomy.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Unknown | Self::OtherPerson => Failure::RequestInvalid,
            Self::Transition(_) | Self::MandateEnded | Self::Blocked => Failure::ConsentRevoked,
            Self::MandateExpired => Failure::ConsentExpired,
            Self::CredentialsRefused => Failure::CredentialsInvalid,
            Self::Locked { .. } => Failure::CredentialsLocked,
            Self::Barred { .. } | Self::QuotaUsed { .. } => Failure::RateLimited,
            Self::Institution(error) => error.kind.failure(),
            Self::Answer(ImportError::Engine(error)) | Self::Engine(error) => error.failure(),
            Self::Answer(_) => Failure::ProviderAnswerInvalid,
        }
    }

    /// Whether nothing was written for certain.
    pub(crate) fn is_certain(&self) -> bool {
        match self {
            Self::Answer(error) => error.is_certain(),
            Self::Engine(error) => error.is_certain(),
            _ => true,
        }
    }

    /// What went wrong with the link or the institution; a failure of ours as what it is.
    pub(crate) fn into_ours(self) -> Result<Self, EngineError> {
        match self {
            Self::Answer(ImportError::Engine(error)) | Self::Engine(error) => Err(error),
            other => Ok(other),
        }
    }
}

impl MaybeConflict for LinkError {
    fn is_conflict(&self) -> bool {
        match self {
            Self::Engine(error) => error.is_conflict(),
            Self::Answer(error) => error.is_conflict(),
            _ => false,
        }
    }
}

impl Engine {
    /// Links, by age.
    pub async fn links(
        &self,
        who: &Principal,
        after: Option<LinkId>,
        limit: usize,
    ) -> Result<Page<LinkRow, LinkId>, EngineError> {
        self.note_access(who, "link.read", Subject::list("links"));
        Ok(self.store().links(who.tenant, after, limit).await?)
    }

    /// Whose data a link reads; absent where its source names nobody.
    pub async fn rut_of_link(
        &self,
        who: &Principal,
        id: LinkId,
    ) -> Result<Option<Rut>, EngineError> {
        let Some(link) = self.link(who, id).await? else { return Ok(None) };
        match link.person {
            Some(person) => self.rut_of(who.tenant, person).await,
            None => Ok(None),
        }
    }

    /// One link.
    pub async fn link(&self, who: &Principal, id: LinkId) -> Result<Option<LinkRow>, EngineError> {
        self.note_access(who, "link.read", Subject::one(id));
        Ok(self.store().link(who.tenant, id).await?)
    }
}

//! Why a use case was not done.

use cartola_crypto::CryptoError;
use cartola_model::Failure;
use cartola_store::{StoreError, StoreErrorKind};

use crate::once::RecordedAnswer;

/// What can hinder any use case. What can hinder only one stands in that use case's own error.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A sealed value cannot be opened, or a value cannot be sealed.
    #[error("a sealed value could not be handled")]
    Crypto(#[from] CryptoError),
    /// What was opened is not what was sealed.
    #[error("a sealed value holds something unexpected")]
    Content(#[source] serde_json::Error),
    /// The work was begun by several at once too often in a row.
    #[error("others kept changing the same data; ask again")]
    Contended,
    /// Too many want the same scarce thing at once.
    #[error("too many ask for this at once; ask again in a moment")]
    Crowded,
    /// The same idempotent call was answered meanwhile; this is its answer.
    #[error("answered already")]
    Answered(RecordedAnswer),
    /// Another request was answered under the same idempotency key meanwhile.
    #[error("this idempotency key was used for another request")]
    OtherRequest,
    /// The process is shutting down, or a worker of it died.
    #[error("the work was cut short")]
    Interrupted,
}

impl EngineError {
    /// Its class in the one taxonomy.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Contended | Self::Crowded => Failure::RateLimited,
            Self::OtherRequest => Failure::RequestInvalid,
            Self::Store(error) => match error.kind {
                StoreErrorKind::Busy => Failure::RateLimited,
                StoreErrorKind::Full => Failure::LimitExceeded,
                _ => Failure::Internal,
            },
            Self::Crypto(_) | Self::Content(_) | Self::Interrupted | Self::Answered(_) => {
                Failure::Internal
            }
        }
    }

    /// Whether what is stored cannot be what was written: asking again does not help, and what belongs to
    /// others is not concerned.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Store(error) => error.kind == StoreErrorKind::Corrupt,
            // A master key that is not at hand is no damage.
            Self::Crypto(error) => !matches!(error, CryptoError::UnknownMasterKey { .. }),
            Self::Content(_) => true,
            _ => false,
        }
    }

    /// Whether the store has no time or does not answer: asking again may help, and no quota of
    /// whoever asked is to blame.
    pub fn is_store_away(&self) -> bool {
        match self {
            Self::Contended | Self::Crowded => true,
            Self::Store(error) => {
                matches!(error.kind, StoreErrorKind::Busy | StoreErrorKind::Unavailable)
            }
            _ => false,
        }
    }

    /// Whether nothing was written for certain. A commit that failed half-way may be on disk.
    pub(crate) fn is_certain(&self) -> bool {
        match self {
            Self::Store(error) => error.kind != StoreErrorKind::Unavailable,
            Self::Interrupted => false,
            _ => true,
        }
    }
}

//! Deciding again when somebody else was first.

use cartola_store::Retry;

use crate::EngineError;

/// Times that a decision is made again after a conflict, before the caller is told.
pub(crate) const MAX_ATTEMPTS: u32 = 8;

/// Runs a decision and its commit until it is not a conflict.
pub(crate) async fn until_settled<T, E>(
    mut attempt: impl AsyncFnMut() -> Result<T, E>,
) -> Result<T, E>
where
    E: From<EngineError> + MaybeConflict,
{
    for _ in 0..MAX_ATTEMPTS {
        match attempt().await {
            Err(error) if error.is_conflict() => {}
            settled => return settled,
        }
    }
    Err(EngineError::Contended.into())
}

/// An error that may be a conflict of the store.
pub(crate) trait MaybeConflict {
    /// Whether deciding again can help.
    fn is_conflict(&self) -> bool;
}

impl MaybeConflict for EngineError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(error) if error.retry() == Retry::AfterReread)
    }
}

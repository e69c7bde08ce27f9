//! Deciding again when somebody else was first.

use cartola_store::Retry;

use crate::EngineError;

/// Times that a decision is made again after a conflict, before the caller is told.
pub(crate) const MAX_ATTEMPTS: u32 = 8;

/// Runs a decision and its commit until it is not a conflict. Not an `AsyncFnMut`: the compiler
/// cannot show that the future of one may be sent to another thread, which a server must know.
pub(crate) async fn until_settled<T, E, F>(mut attempt: impl FnMut() -> F) -> Result<T, E>
where
    E: From<EngineError> + MaybeConflict,
    F: Future<Output = Result<T, E>>,
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

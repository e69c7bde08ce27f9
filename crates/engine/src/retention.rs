//! How long what has ended is kept.

use cartola_primitives::SignedDuration;

use crate::{Engine, EngineError};

/// How long a job, and a message with its attempts, is kept after it has ended: long enough to ask
/// what became of it, and to replay what was given up.
pub const ENDED_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Engine {
    /// Forgets jobs and messages that have ended longer than [`ENDED_KEPT`] ago, at most a page of
    /// them ([`cartola_store::MAX_PAGE`]), and gives their number: less than a page is the last.
    pub async fn forget_ended(&self) -> Result<usize, EngineError> {
        Ok(self.store().forget_ended(self.now() - ENDED_KEPT).await?)
    }
}

//! How long what has ended is kept.

use cartola_primitives::SignedDuration;

use crate::{Engine, EngineError};

/// How long a job, and a message with its attempts, is kept after it has ended: long enough to ask
/// what became of it, and to replay what was given up.
pub const ENDED_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Engine {
    /// Forgets jobs and messages that have ended longer than [`ENDED_KEPT`] ago, and tasks that have
    /// expired, at most a page of each ([`cartola_store::MAX_PAGE`]). Gives their number, so that the
    /// caller knows when to stop.
    pub async fn forget_ended(&self) -> Result<usize, EngineError> {
        let now = self.now();
        let jobs = self.store().forget_ended(now - ENDED_KEPT).await?;
        Ok(jobs + self.store().forget_tasks(now).await?)
    }
}

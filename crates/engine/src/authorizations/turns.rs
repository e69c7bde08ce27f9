//! Whose turn it is to have a PIN hashed. Few are at once, few wait, and none waits long.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::{HASHING_WAIT, MAX_HASHING, MAX_WAITING};
use crate::EngineError;

/// The turns of one process.
pub(crate) struct Turns {
    free: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Default for Turns {
    fn default() -> Self {
        Self { free: Arc::new(Semaphore::new(MAX_HASHING)), waiting: AtomicUsize::new(0) }
    }
}

/// One who waits, counted until they go.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Turns {
    /// A turn, held until it is dropped. Where too many wait, or it does not come in time,
    /// [`EngineError::Crowded`].
    pub async fn turn(&self) -> Result<OwnedSemaphorePermit, EngineError> {
        if let Ok(turn) = Arc::clone(&self.free).try_acquire_owned() {
            return Ok(turn);
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if before >= MAX_WAITING {
            return Err(EngineError::Crowded);
        }
        let turn = timeout(HASHING_WAIT, Arc::clone(&self.free).acquire_owned()).await;
        turn.map_err(|_| EngineError::Crowded)?.map_err(|_| EngineError::Interrupted)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::{MAX_HASHING, MAX_WAITING, Turns};
    use crate::EngineError;

    #[tokio::test(start_paused = true)]
    async fn few_wait_and_none_for_long() {
        let turns = Turns::default();
        let mut held = Vec::new();
        for _ in 0..MAX_HASHING {
            held.push(turns.turn().await.unwrap());
        }
        let mut waiting: Vec<_> = (0..MAX_WAITING).map(|_| Box::pin(turns.turn())).collect();
        assert!(waiting.iter_mut().all(|it| it.as_mut().now_or_never().is_none()));
        assert!(matches!(turns.turn().await, Err(EngineError::Crowded)), "too many wait");
        held.pop();
        let mut first = waiting.remove(0);
        held.push(first.as_mut().await.unwrap());
        drop(first);
        // Nothing else goes on, so that time runs to the end of what they wait for.
        for it in waiting {
            assert!(matches!(it.await, Err(EngineError::Crowded)));
        }
        held.clear();
        drop(turns.turn().await.unwrap());
    }
}

//! The last word before somebody is signed in.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use async_trait::async_trait;

use crate::{ConnectorError, ErrorKind};

/// Has the last word before an institution sees credentials: it writes down that they are sent, or
/// refuses them.
#[async_trait]
pub trait Doorkeeper: Send + Sync {
    /// Asked when the first request is about to leave, after every wait for a turn; and again where
    /// that request never left.
    async fn admit(&self) -> Result<(), ConnectorError>;

    /// Told how signing in ended, each time that somebody was admitted: also where whoever wanted it
    /// has gone meanwhile, since what the institution said of the credentials must not be lost, and
    /// where nothing was sent.
    async fn ended(&self, outcome: Result<(), &ConnectorError>);
}

/// A door that is passed once something has left. Whoever wanted to sign in may have gone while a
/// turn was waited for: then nobody is let in any more.
#[derive(Clone)]
pub(super) struct Door {
    keeper: Weak<dyn Doorkeeper>,
    standing: Arc<Mutex<Standing>>,
    /// One at a time asks the keeper.
    asking: Arc<tokio::sync::Mutex<()>>,
}

/// Where whoever wants to sign in stands.
#[derive(Default)]
enum Standing {
    /// Before the door.
    #[default]
    Outside,
    /// Let in, with nothing sent yet.
    Admitted(Arc<dyn Doorkeeper>),
    /// Something has left, or may have.
    Inside(Arc<dyn Doorkeeper>),
}

impl Door {
    pub(super) fn new(keeper: Weak<dyn Doorkeeper>) -> Self {
        Self { keeper, standing: Arc::default(), asking: Arc::default() }
    }

    pub(super) fn is_passed(&self) -> bool {
        !matches!(*self.standing(), Standing::Outside)
    }

    pub(super) async fn pass(&self) -> Result<(), ConnectorError> {
        let _one = self.asking.lock().await;
        if self.is_passed() {
            return Ok(());
        }
        let keeper = self.keeper.upgrade().ok_or_else(gone)?;
        keeper.admit().await?;
        *self.standing() = Standing::Admitted(keeper);
        Ok(())
    }

    /// Something has left, or may have: who is in stays in.
    pub(super) fn left(&self) {
        let mut standing = self.standing();
        *standing = match std::mem::take(&mut *standing) {
            Standing::Admitted(keeper) => Standing::Inside(keeper),
            other => other,
        };
    }

    /// What was about to leave certainly has not. Who has sent nothing yet is outside again: what they
    /// were let in for may be forbidden by the time that they try once more.
    pub(super) async fn kept(&self, error: &ConnectorError) {
        let keeper = {
            let mut standing = self.standing();
            match std::mem::take(&mut *standing) {
                Standing::Admitted(keeper) => Some(keeper),
                other => {
                    *standing = other;
                    None
                }
            }
        };
        if let Some(keeper) = keeper {
            keeper.ended(Err(error)).await;
        }
    }

    pub(super) async fn ended(&self, outcome: Result<(), &ConnectorError>) {
        let keeper = match &*self.standing() {
            Standing::Outside => None,
            Standing::Admitted(keeper) | Standing::Inside(keeper) => Some(Arc::clone(keeper)),
        };
        if let Some(keeper) = keeper {
            keeper.ended(outcome).await;
        }
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        // A standing is whole at every moment, so a panic elsewhere cannot have broken it.
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn gone() -> ConnectorError {
    let reason = "nobody waits for this session any more";
    ConnectorError::new(ErrorKind::Internal, "open", reason).before_sending()
}

impl fmt::Debug for Door {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Door").field("passed", &self.is_passed()).finish_non_exhaustive()
    }
}

//! The last word before somebody is signed in.

use std::fmt;
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use tokio::sync::OnceCell;

use crate::{ConnectorError, ErrorKind};

/// Has the last word before an institution sees credentials: it writes down that they are sent, or
/// refuses them.
#[async_trait]
pub trait Doorkeeper: Send + Sync {
    /// Asked when the first request is about to leave, after every wait for a turn.
    async fn admit(&self) -> Result<(), ConnectorError>;

    /// Told how signing in ended, once somebody was admitted: also where whoever wanted it has gone
    /// meanwhile, since what the institution said of the credentials must not be lost.
    async fn ended(&self, outcome: Result<(), &ConnectorError>);
}

/// A door that is passed once. Whoever wanted to sign in may have gone while a turn was waited for:
/// then nobody is let in any more.
#[derive(Clone)]
pub(super) struct Door {
    keeper: Weak<dyn Doorkeeper>,
    passed: Arc<OnceCell<Arc<dyn Doorkeeper>>>,
}

impl Door {
    pub(super) fn new(keeper: Weak<dyn Doorkeeper>) -> Self {
        Self { keeper, passed: Arc::default() }
    }

    pub(super) fn is_passed(&self) -> bool {
        self.passed.initialized()
    }

    pub(super) async fn pass(&self) -> Result<(), ConnectorError> {
        let admitted = self.passed.get_or_try_init(|| async {
            let keeper = self.keeper.upgrade().ok_or_else(gone)?;
            keeper.admit().await.map(|()| keeper)
        });
        admitted.await.map(drop)
    }

    pub(super) async fn ended(&self, outcome: Result<(), &ConnectorError>) {
        if let Some(keeper) = self.passed.get() {
            keeper.ended(outcome).await;
        }
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

//! The master keys of this process, and where they are read again when one is missing.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use cartola_crypto::{CryptoError, KeyRing, MasterKeyId};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};

use crate::EngineError;

/// How often the keys are read again at most: what makes it needed may come with every request.
const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(1);

/// Where the master keys of this process come from.
pub trait KeySource: Send + Sync {
    /// Reads them. Blocks, for some seconds at most.
    fn read(&self) -> Result<KeyRing, KeysUnread>;
}

/// Why they could not be read; says nothing of the keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the master keys cannot be read again: {0}")]
pub struct KeysUnread(pub String);

/// The master keys.
pub(crate) struct Masters {
    kept: Arc<Kept>,
}

struct Kept {
    ring: RwLock<Arc<KeyRing>>,
    source: Option<Arc<dyn KeySource>>,
    /// Whoever reads them again holds this; when the last reading began.
    turn: Mutex<Option<Instant>>,
}

impl Masters {
    /// These keys, and where more may come from.
    pub(crate) fn new(ring: KeyRing, source: Option<Arc<dyn KeySource>>) -> Self {
        let ring = RwLock::new(Arc::new(ring));
        Self { kept: Arc::new(Kept { ring, source, turn: Mutex::default() }) }
    }

    /// The keys at hand. The one that wraps is the one that was named first.
    pub(crate) fn ring(&self) -> Arc<KeyRing> {
        self.kept.ring()
    }

    /// Opens something. Where its master key is not at hand, the keys are read again first: the
    /// operator may have added it since.
    pub(crate) async fn opening<T>(
        &self,
        open: impl Fn(&KeyRing) -> Result<T, CryptoError> + Send + Sync,
    ) -> Result<T, EngineError> {
        let opened = open(&self.ring());
        let Err(CryptoError::UnknownMasterKey { id }) = opened else { return Ok(opened?) };
        self.read_again(Some(id)).await;
        Ok(open(&self.ring())?)
    }

    /// Reads the keys again, whether one is missing or not.
    pub(crate) async fn refresh(&self) {
        self.read_again(None).await;
    }

    /// In a task of its own, which goes on where its caller does not wait for it: others may.
    #[allow(clippy::disallowed_methods, reason = "how often a file is read is monotonic time")]
    async fn read_again(&self, missing: Option<MasterKeyId>) {
        let (kept, arrived) = (Arc::clone(&self.kept), Instant::now());
        let reading = tokio::spawn(async move { kept.read_again(arrived, missing).await }).await;
        if let Err(error) = reading {
            tracing::error!(%error, "engine.master_keys.interrupted");
        }
    }
}

impl Kept {
    fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the keys, unless somebody has begun to since the caller arrived, or has found what is
    /// missing.
    #[allow(clippy::disallowed_methods, reason = "how often a file is read is monotonic time")]
    async fn read_again(&self, arrived: Instant, missing: Option<MasterKeyId>) {
        let Some(source) = &self.source else { return };
        let mut turn = self.turn.lock().await;
        let is_found = missing.is_some_and(|id| self.ring().holds(id));
        if is_found || turn.is_some_and(|last| last >= arrived) {
            return;
        }
        if let Some(last) = *turn {
            sleep_until(last + LOOK_AGAIN_EVERY).await;
        }
        *turn = Some(Instant::now());
        let source = Arc::clone(source);
        match spawn_blocking(move || source.read()).await {
            Ok(Ok(ring)) => self.take(&ring),
            Ok(Err(error)) => tracing::warn!(%error, "engine.master_keys.unread"),
            Err(error) => tracing::error!(%error, "engine.master_keys.interrupted"),
        }
    }

    /// Takes over keys that were read. Those that were known stay: somebody may have read what they
    /// wrap a moment ago.
    fn take(&self, read: &KeyRing) {
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        *ring = Arc::new(read.and(&ring));
    }
}

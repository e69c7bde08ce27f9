//! The master keys of this process, and where they are read again when one is missing.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use cartola_crypto::{CryptoError, KeyRing};
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
    ring: RwLock<Arc<KeyRing>>,
    source: Option<Arc<dyn KeySource>>,
    /// Whoever reads them again holds this; when the last reading began.
    turn: Mutex<Option<Instant>>,
}

impl Masters {
    /// These keys, and where more may come from.
    pub(crate) fn new(ring: KeyRing, source: Option<Arc<dyn KeySource>>) -> Self {
        Self { ring: RwLock::new(Arc::new(ring)), source, turn: Mutex::default() }
    }

    /// The keys at hand. The one that wraps is the one that was named first.
    pub(crate) fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Opens something. Where its master key is not at hand, the keys are read again first: the
    /// operator may have added it since.
    pub(crate) async fn opening<T>(
        &self,
        open: impl Fn(&KeyRing) -> Result<T, CryptoError> + Send + Sync,
    ) -> Result<T, EngineError> {
        let opened = open(&self.ring());
        let Err(CryptoError::UnknownMasterKey { id }) = opened else { return Ok(opened?) };
        self.read_again(|ring| ring.holds(id)).await;
        Ok(open(&self.ring())?)
    }

    /// Reads the keys again, whether one is missing or not.
    pub(crate) async fn refresh(&self) {
        self.read_again(|_| false).await;
    }

    /// Reads the keys again, unless somebody has begun to while this waited for its turn, or has
    /// found what is needed.
    #[allow(clippy::disallowed_methods, reason = "how often a file is read is monotonic time")]
    async fn read_again(&self, is_enough: impl Fn(&KeyRing) -> bool + Send) {
        let Some(source) = &self.source else { return };
        let arrived = Instant::now();
        let mut turn = self.turn.lock().await;
        if turn.is_some_and(|last| last >= arrived) || is_enough(&self.ring()) {
            return;
        }
        if let Some(last) = *turn {
            sleep_until(last + LOOK_AGAIN_EVERY).await;
        }
        *turn = Some(Instant::now());
        let source = Arc::clone(source);
        let read = spawn_blocking(move || source.read()).await;
        match read.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic())) {
            Ok(ring) => self.take(&ring),
            Err(error) => tracing::warn!(%error, "engine.master_keys.unread"),
        }
    }

    /// Takes over keys that were read. Those that were known stay: somebody may have read what they
    /// wrap a moment ago.
    fn take(&self, read: &KeyRing) {
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        *ring = Arc::new(read.and(&ring));
    }
}

//! Where the keys of a process come from: its memory, else the store, else they are made.

use std::sync::{Arc, PoisonError, RwLock};

use cartola_crypto::jws::Algorithm;
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::signing_keys::SigningKeyRow;
use tokio::sync::{Mutex, MutexGuard};

use super::keys::{Keys, oldest};
use crate::retry::until_settled;
use crate::{Engine, EngineError};

/// How often the store is asked for keys that somebody else may have made: a `kid` can be invented
/// by anybody, at any rate.
const LOOK_AGAIN_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// The keys of this process.
pub(crate) struct TokenKeys {
    algorithm: Algorithm,
    known: RwLock<Option<Arc<Keys>>>,
    /// Whoever reads or makes keys holds this, so that an older reading never takes the place of a
    /// newer one, and those who wait find what the one before them has read.
    turn: Mutex<Looks>,
}

/// When the store was last asked once more, by business time.
#[derive(Default)]
struct Looks {
    for_unknown: Option<Timestamp>,
    to_publish: Option<Timestamp>,
}

impl TokenKeys {
    pub fn new(algorithm: Algorithm) -> Self {
        Self { algorithm, known: RwLock::default(), turn: Mutex::default() }
    }

    fn known(&self, now: Timestamp) -> Option<Arc<Keys>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        known.filter(|keys| keys.are_good(now))
    }

    fn remember(&self, keys: &Arc<Keys>) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(keys));
    }
}

impl Engine {
    /// Keys to check with: those in memory, which may lack what another process made since.
    pub(super) async fn keys_to_check(&self, now: Timestamp) -> Result<Arc<Keys>, EngineError> {
        match self.token_keys().known(now) {
            Some(keys) => Ok(keys),
            None => self.keys_in_turn(now, |_| None).await,
        }
    }

    /// The same after a `kid` that is not among them. Asks the store unless it has just been asked
    /// for another such one.
    pub(super) async fn keys_once_more(&self, now: Timestamp) -> Result<Arc<Keys>, EngineError> {
        self.keys_in_turn(now, |looks| Some(&mut looks.for_unknown)).await
    }

    /// All public keys. Counted apart, so that neither kind of caller uses up the other's turn.
    pub(super) async fn keys_to_publish(&self, now: Timestamp) -> Result<Arc<Keys>, EngineError> {
        self.keys_in_turn(now, |looks| Some(&mut looks.to_publish)).await
    }

    /// Keys with one that signs, made if there is none.
    pub(super) async fn keys_to_sign(&self, now: Timestamp) -> Result<Arc<Keys>, EngineError> {
        let signing = || self.token_keys().known(now).filter(|keys| keys.signer(now).is_some());
        if let Some(keys) = signing() {
            return Ok(keys);
        }
        let _turn = self.turn().await;
        if let Some(keys) = signing() {
            return Ok(keys);
        }
        until_settled(|| async move {
            let keys = self.read_keys(now).await?;
            if keys.signer(now).is_some() {
                return Ok(keys);
            }
            self.make_key(keys.newest(), now).await?;
            self.read_keys(now).await
        })
        .await
    }

    /// Keys from memory, or from the store where there are none or `look` says when it was last
    /// asked and that is long enough ago.
    async fn keys_in_turn(
        &self,
        now: Timestamp,
        look: impl FnOnce(&mut Looks) -> Option<&mut Option<Timestamp>>,
    ) -> Result<Arc<Keys>, EngineError> {
        let mut turn = self.turn().await;
        let ask = look(&mut turn).is_some_and(|last| is_due(last, now));
        match self.token_keys().known(now) {
            Some(keys) if !ask => Ok(keys),
            _ => self.read_keys(now).await,
        }
    }

    async fn read_keys(&self, now: Timestamp) -> Result<Arc<Keys>, EngineError> {
        let mut rows = self.store().signing_keys().await?;
        self.forget_keys(&mut rows, now).await;
        let algorithm = self.token_keys().algorithm;
        let keys = Arc::new(Keys::open(&rows, algorithm, self.vault(), now).await?);
        self.token_keys().remember(&keys);
        Ok(keys)
    }

    /// Forgets what has come to its end. Where that fails, as on a full disk, tokens are checked
    /// all the same, and the next reading tries again.
    pub(crate) async fn forget_keys(&self, rows: &mut Vec<SigningKeyRow>, now: Timestamp) {
        let oldest = oldest(now);
        if rows.iter().all(|row| row.created_at >= oldest) {
            return;
        }
        match self.store().forget_signing_keys(oldest).await {
            Ok(_) => rows.retain(|row| row.created_at >= oldest),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "engine.signing_key.forget");
            }
        }
    }

    async fn make_key(&self, newest: Option<String>, now: Timestamp) -> Result<(), EngineError> {
        let algorithm = self.token_keys().algorithm;
        let (key, wrapped) = self.vault().new_signing_key(algorithm).await?;
        let id = key.verifying().id().to_owned();
        tracing::info!(kid = id, "engine.signing_key.make");
        let algorithm = algorithm.into();
        let row = SigningKeyRow { id, algorithm, wrapped, created_at: now };
        Ok(self.store().add_signing_key(row, newest).await?)
    }

    fn token_keys(&self) -> &TokenKeys {
        &self.inner.token_keys
    }

    async fn turn(&self) -> MutexGuard<'_, Looks> {
        self.token_keys().turn.lock().await
    }
}

/// Whether it is time again; then this time counts. A clock that was set back waits for nothing.
pub(crate) fn is_due(last: &mut Option<Timestamp>, now: Timestamp) -> bool {
    let since = last.map(|last| now.duration_since(last));
    let soon = since.is_some_and(|since| !since.is_negative() && since < LOOK_AGAIN_EVERY);
    if !soon {
        *last = Some(now);
    }
    !soon
}

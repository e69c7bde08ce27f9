//! The keys that clients encrypt secrets to (RFC 7516), for facades that publish some.
//!
//! They live as the keys that sign tokens do, beside them and by age alone
//! ([ADR 0010](../../../docs/adr/0010-a-token-is-checked-against-its-client.md)): one of each algorithm
//! is published for [`SIGNING_PERIOD`](crate::tokens::SIGNING_PERIOD), then whoever is asked for keys
//! first makes the next one. What was encrypted to it is read for an hour more, for clients that kept
//! the set that long.

use std::sync::{Arc, PoisonError, RwLock};

use cartola_crypto::KeyAlgorithm;
use cartola_crypto::jwe::{Algorithm, DecryptionKeys, EncryptionJwks, JweError};
use cartola_primitives::{Secret, Timestamp};
use cartola_store::StoreError;
use cartola_store::signing_keys::SigningKeyRow;
use tokio::sync::{Mutex, MutexGuard};

use crate::retry::until_settled;
use crate::tokens::{SIGNING_PERIOD, end_of, is_due};
use crate::{Engine, EngineError};

/// The keys of this process.
#[derive(Default)]
pub(crate) struct MessageKeys {
    known: RwLock<Option<Arc<Known>>>,
    /// Whoever reads or makes keys holds this; when the store was last asked for an unknown one.
    turn: Mutex<Option<Timestamp>>,
}

/// Keys as they were read.
struct Known {
    keys: DecryptionKeys,
    made_at: Vec<Timestamp>,
    newest: Vec<(Algorithm, String)>,
}

/// Why a message is not read.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// It is none for this installation.
    #[error(transparent)]
    Message(#[from] JweError),
    /// It could not be looked at.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Known {
    /// Those of their keys that are published now.
    fn published(&self, now: Timestamp) -> EncryptionJwks {
        let young = |made: &Timestamp| now < *made + SIGNING_PERIOD;
        let keys = self.keys.iter().zip(&self.made_at).filter(|(_, made)| young(made));
        EncryptionJwks { keys: keys.map(|(key, _)| key.jwk().clone()).collect() }
    }

    fn lacks(&self, now: Timestamp) -> Option<Algorithm> {
        let published = self.published(now);
        let is_there =
            |algorithm: &Algorithm| published.keys.iter().any(|key| key.alg == algorithm.name());
        Algorithm::ALL.into_iter().find(|algorithm| !is_there(algorithm))
    }

    fn are_good(&self, now: Timestamp) -> bool {
        self.made_at.iter().all(|made| now <= end_of(*made))
    }

    fn newest(&self, algorithm: Algorithm) -> Option<String> {
        let of = self.newest.iter().rev().find(|(of, _)| *of == algorithm);
        of.map(|(_, id)| id.clone())
    }
}

impl Engine {
    /// The public keys that may be encrypted to, one of each algorithm at least. Makes those that are
    /// missing, which takes a second or so once a month.
    pub async fn encryption_keys(&self) -> Result<EncryptionJwks, EngineError> {
        let now = self.now();
        let whole = |known: &Arc<Known>| known.lacks(now).is_none();
        if let Some(known) = self.known_message_keys(now).filter(whole) {
            return Ok(known.published(now));
        }
        let _turn = self.message_turn().await;
        if let Some(known) = self.known_message_keys(now).filter(whole) {
            return Ok(known.published(now));
        }
        until_settled(|| async move {
            let mut known = self.read_message_keys(now).await?;
            while let Some(algorithm) = known.lacks(now) {
                self.make_message_key(algorithm, known.newest(algorithm), now).await?;
                known = self.read_message_keys(now).await?;
            }
            Ok(known.published(now))
        })
        .await
    }

    /// What a message holds that was encrypted to one of these keys. One that names a key that is
    /// unknown here makes the store be asked once more, at most once a second.
    pub async fn open_encrypted(&self, text: &str) -> Result<Secret<Vec<u8>>, MessageError> {
        let now = self.now();
        let randomness = self.vault().randomness();
        if let Some(known) = self.known_message_keys(now) {
            match known.keys.open(text, randomness.as_ref()) {
                Err(JweError::UnknownKey) => {}
                opened => return Ok(opened?),
            }
        }
        let mut turn = self.message_turn().await;
        let known = match self.known_message_keys(now) {
            Some(known) if !is_due(&mut turn, now) => known,
            _ => self.read_message_keys(now).await?,
        };
        Ok(known.keys.open(text, randomness.as_ref())?)
    }

    fn known_message_keys(&self, now: Timestamp) -> Option<Arc<Known>> {
        let known = &self.inner.message_keys.known;
        let known = known.read().unwrap_or_else(PoisonError::into_inner).clone();
        known.filter(|known| known.are_good(now))
    }

    async fn message_turn(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.inner.message_keys.turn.lock().await
    }

    async fn read_message_keys(&self, now: Timestamp) -> Result<Arc<Known>, EngineError> {
        let mut rows = self.store().signing_keys().await?;
        self.forget_keys(&mut rows, now).await;
        let mut known =
            Known { keys: DecryptionKeys::default(), made_at: Vec::new(), newest: Vec::new() };
        let mut keys = Vec::new();
        for row in rows {
            let KeyAlgorithm::Opens(algorithm) = row.algorithm else { continue };
            known.newest.push((algorithm, row.id.clone()));
            if end_of(row.created_at) < now {
                continue;
            }
            let key = self.vault().open_decryption_key(&row.wrapped).await?;
            if key.id() != row.id || key.algorithm() != algorithm {
                let swapped = "a key that opens messages is not the one that its row names";
                return Err(StoreError::corrupt(swapped).into());
            }
            known.made_at.push(row.created_at);
            keys.push(key);
        }
        known.keys = DecryptionKeys::new(keys);
        let known = Arc::new(known);
        let kept = &self.inner.message_keys.known;
        *kept.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&known));
        Ok(known)
    }

    async fn make_message_key(
        &self,
        algorithm: Algorithm,
        newest: Option<String>,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let (key, wrapped) = self.vault().new_decryption_key(algorithm).await?;
        let id = key.id().to_owned();
        tracing::info!(kid = id, "engine.message_key.make");
        let row = SigningKeyRow { id, algorithm: algorithm.into(), wrapped, created_at: now };
        Ok(self.store().add_signing_key(row, newest).await?)
    }
}

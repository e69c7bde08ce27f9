//! The signing keys as they were read, unwrapped and parsed.

use cartola_crypto::KeyAlgorithm;
use cartola_crypto::jws::{Algorithm, CLOCK_SKEW_SECONDS, KeySet, SigningKey};
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::StoreError;
use cartola_store::signing_keys::SigningKeyRow;

use super::{SIGNING_PERIOD, TOKEN_LIFETIME};
use crate::EngineError;
use crate::vault::Vault;

/// How far the clocks of processes that share keys may be apart.
const SKEW: SignedDuration = SignedDuration::from_secs(CLOCK_SKEW_SECONDS);

/// Keys that check tokens, and the one that signs.
#[derive(Default)]
pub struct Keys {
    set: KeySet,
    signer: Option<Signer>,
    newest: Option<String>,
    good_until: Option<Timestamp>,
}

struct Signer {
    key: SigningKey,
    made_at: Timestamp,
}

impl Keys {
    /// Those of the rows whose tokens can still be taken.
    pub async fn open(
        rows: &[SigningKeyRow],
        algorithm: Algorithm,
        vault: &Vault,
        now: Timestamp,
    ) -> Result<Self, EngineError> {
        let mut keys = Self::default();
        let mut checking = Vec::new();
        for row in rows {
            let KeyAlgorithm::Signs(signs) = row.algorithm else { continue };
            let ours = signs == algorithm;
            if ours {
                (keys.newest, keys.signer) = (Some(row.id.clone()), None);
            }
            let end = end_of(row.created_at);
            if end < now {
                continue;
            }
            let key = open(row, vault).await?;
            checking.push(key.verifying().clone());
            keys.good_until = Some(keys.good_until.map_or(end, |first| first.min(end)));
            if ours {
                keys.signer = Some(Signer { key, made_at: row.created_at });
            }
        }
        keys.set = KeySet::new(checking);
        Ok(keys)
    }

    /// What tokens are checked with.
    pub fn set(&self) -> &KeySet {
        &self.set
    }

    /// The key that signs now: the newest of our algorithm, while it is not too old. Nor was it
    /// made later than now, which a clock that ran ahead may have written: it would sign too long.
    pub fn signer(&self, now: Timestamp) -> Option<&SigningKey> {
        let signer = self.signer.as_ref()?;
        let in_time =
            signer.made_at <= later(now, SKEW) && now < later(signer.made_at, SIGNING_PERIOD);
        in_time.then_some(&signer.key)
    }

    /// The id of the newest key of our algorithm, too old ones included.
    pub fn newest(&self) -> Option<String> {
        self.newest.clone()
    }

    /// Whether none of them has come to its end since they were read.
    pub fn are_good(&self, now: Timestamp) -> bool {
        self.good_until.is_none_or(|end| now <= end)
    }
}

/// Keys made before it have come to their end.
pub fn oldest(now: Timestamp) -> Timestamp {
    now.checked_sub(whole_life()).unwrap_or(Timestamp::MIN)
}

/// When the last token that the key can have signed has expired, by the clock of any process.
pub(crate) fn end_of(made_at: Timestamp) -> Timestamp {
    later(made_at, whole_life())
}

fn whole_life() -> SignedDuration {
    SIGNING_PERIOD + TOKEN_LIFETIME + SKEW
}

fn later(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// The key of a row, which must be the one that the row says it is.
async fn open(row: &SigningKeyRow, vault: &Vault) -> Result<SigningKey, EngineError> {
    let key = vault.open_signing_key(&row.wrapped).await?;
    let verifying = key.verifying();
    if verifying.id() != row.id || KeyAlgorithm::Signs(verifying.algorithm()) != row.algorithm {
        return Err(StoreError::corrupt("a signing key is not the one that its row names").into());
    }
    Ok(key)
}

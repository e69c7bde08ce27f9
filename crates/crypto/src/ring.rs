//! The key ring: master keys, and the data keys that they wrap.
//!
//! A master key of 256 bits never encrypts anything itself. For every owner of a wrapped key it
//! gives a wrapping key by HKDF-SHA-256 (RFC 5869), and that key wraps by AES-256-GCM (NIST SP
//! 800-38D). So the 2³² messages that GCM allows with random nonces are counted per owner, never
//! per master key, and no key serves two purposes (NIST SP 800-57 part 1 §5.2).
//!
//! | step | value |
//! |---|---|
//! | salt of HKDF | `cartola/derive/v1`, unframed |
//! | info of HKDF, data key | framed under `cartola/wrap-data-key/v1`: tenant (16 bytes), subject |
//! | info of HKDF, other secrets | framed under `cartola/wrap-bytes/v1`: purpose |
//! | associated data | framed like the info, with master key id (8 bytes) and, for a data key, data key id (16 bytes) at the end |
//! | [`WrappedKey::bytes`] | nonce (12 bytes), ciphertext (32 for a data key), tag (16) |
//! | [`MasterKeyId`] | first 8 bytes of HMAC-SHA-256 of the framed label `cartola/master-key-id/v1` |

mod master;
mod wrap;

use std::fmt;
use std::sync::Arc;

pub use master::{MasterKey, MasterKeyId};
pub use wrap::WrappedKey;
pub(crate) use wrap::key_bytes;

use crate::error::CryptoError;

/// The master keys at hand: one that wraps, and others that unwrap. Cheap to clone.
#[derive(Clone)]
pub struct KeyRing {
    active: Arc<MasterKey>,
    others: Vec<Arc<MasterKey>>,
}

impl KeyRing {
    /// A ring that wraps with `active`. To rotate, the new key becomes active and the old one
    /// retired, until all it wrapped was [rewrapped](Self::rewrap).
    pub fn new(active: MasterKey, retired: Vec<MasterKey>) -> Self {
        Self { active: Arc::new(active), others: retired.into_iter().map(Arc::new).collect() }
    }

    /// The same keys, of which another one wraps.
    pub fn with_active(&self, id: MasterKeyId) -> Result<Self, CryptoError> {
        let active = Arc::clone(self.master(id)?);
        Ok(Self { active, others: self.all().cloned().collect() })
    }

    /// These keys and those of another ring that it lacks. The one that wraps stays.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut joined = self.clone();
        joined.others.extend(other.all().filter(|key| !self.holds(key.id())).cloned());
        joined
    }

    /// The master key that wraps from now on.
    pub fn active(&self) -> MasterKeyId {
        self.active.id()
    }

    /// Whether a master key of this id is at hand, active or retired.
    pub fn holds(&self, id: MasterKeyId) -> bool {
        self.master(id).is_ok()
    }

    /// Whether another master key than the one that wraps is at hand.
    pub fn holds_others(&self) -> bool {
        self.others.iter().any(|key| key.id() != self.active())
    }

    /// Whether `wrapped` needs [rewrapping](Self::rewrap) before its master key can be dropped.
    pub fn is_outdated(&self, wrapped: &WrappedKey) -> bool {
        wrapped.master != self.active()
    }

    fn all(&self) -> impl Iterator<Item = &Arc<MasterKey>> {
        std::iter::once(&self.active).chain(&self.others)
    }

    fn master(&self, id: MasterKeyId) -> Result<&Arc<MasterKey>, CryptoError> {
        self.all().find(|master| master.id() == id).ok_or(CryptoError::UnknownMasterKey { id })
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyRing")
            .field("active", &self.active)
            .field("others", &self.others)
            .finish()
    }
}

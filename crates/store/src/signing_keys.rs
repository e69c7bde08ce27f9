//! The keys that sign the installation's own tokens, and those that open messages which are encrypted
//! to it, wrapped. They belong to no tenant.

use async_trait::async_trait;
use cartola_crypto::{KeyAlgorithm, WrappedKey};
use cartola_primitives::Timestamp;

use crate::StoreError;

/// A key. How long it signs, or is published, and how long what it signed or was encrypted to it is
/// taken follow from its age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyRow {
    /// Its `kid`: the thumbprint of its public half (RFC 7638). Unique.
    pub id: String,
    /// How it signs, or opens.
    pub algorithm: KeyAlgorithm,
    /// The key, wrapped by a master key.
    pub wrapped: WrappedKey,
    /// Since when.
    pub created_at: Timestamp,
}

/// Reads and writes of signing keys. No unit of work: those are a tenant's.
#[async_trait]
pub trait SigningKeys: Send + Sync {
    /// All keys, in the order in which they were added. Reflects every change that was
    /// acknowledged before the call, by whichever process. There are few: they are forgotten.
    async fn signing_keys(&self) -> Result<Vec<SigningKeyRow>, StoreError>;

    /// Adds a key behind the newest of its algorithm. A conflict, and nothing added, when that one
    /// is not `newest` (absent: there is none yet): of those who rotate at once, one does. So it is
    /// when another master key than the one that wraps it is the active one.
    async fn add_signing_key(
        &self,
        row: SigningKeyRow,
        newest: Option<String>,
    ) -> Result<(), StoreError>;

    /// Forgets the keys that were made before an instant, and gives their number.
    async fn forget_signing_keys(&self, before: Timestamp) -> Result<usize, StoreError>;
}

//! Changing the master key: what it wraps is wrapped again, row by row, while others read and write.
//!
//! The master key that wraps [`LOOKUP_KEY`](crate::vault::LOOKUP_KEY) is the active one. A unit of work that adds a data key, and
//! the addition of a signing key, are conflicts where another one wraps it: once [`Rotation::activate`] has returned, nothing is
//! added under an earlier one, and what is left of it only becomes less.

use async_trait::async_trait;
use cartola_crypto::{MasterKeyId, WrappedKey};
use cartola_primitives::id::{DataKeyId, PersonId, TenantId};

use crate::StoreError;

/// Whose a wrapped key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A secret of the installation, by its name.
    Secret(String),
    /// A signing key, by its id.
    SigningKey(String),
    /// The data key of a tenant and person, or of nobody in particular.
    DataKey {
        /// Whose.
        tenant: TenantId,
        /// Which.
        id: DataKeyId,
        /// Whose data it seals.
        subject: Option<PersonId>,
    },
}

/// A wrapped key, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// Whose.
    pub owner: Owner,
    /// The key, as it is stored.
    pub wrapped: WrappedKey,
}

/// A key that is wrapped again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrapped {
    /// The key as it was read.
    pub before: Owned,
    /// The same key under the active master key.
    pub after: WrappedKey,
}

/// What one master key wraps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wraps {
    /// Which.
    pub master: MasterKeyId,
    /// Data keys.
    pub data_keys: u64,
    /// Keys that sign tokens.
    pub signing_keys: u64,
    /// Secrets of the installation.
    pub secrets: u64,
}

impl Wraps {
    /// All of it.
    pub const fn total(&self) -> u64 {
        self.data_keys + self.signing_keys + self.secrets
    }
}

/// Reads and writes of wrapped keys of all tenants, for whoever owns the store.
#[async_trait]
pub trait Rotation: Send + Sync {
    /// What every master key wraps that wraps anything, in the order of their ids, as of one moment.
    async fn wraps(&self) -> Result<Vec<Wraps>, StoreError>;

    /// Makes another master key the active one: puts the look-up key under it. A conflict, and
    /// nothing changed, when the look-up key is not stored as `before`.
    async fn activate(&self, before: WrappedKey, after: WrappedKey) -> Result<(), StoreError>;

    /// Secrets and signing keys that another master key than this one wraps. There are few.
    async fn others_not_under(&self, master: MasterKeyId) -> Result<Vec<Owned>, StoreError>;

    /// Data keys that another master key wraps, in the order of tenant and id, those that follow
    /// `after`; at most [`crate::MAX_PAGE`] of them, whatever is asked.
    async fn data_keys_not_under(
        &self,
        master: MasterKeyId,
        after: Option<(TenantId, DataKeyId)>,
        limit: usize,
    ) -> Result<Vec<Owned>, StoreError>;

    /// Puts keys under the active master key, and gives the number of those that were still stored
    /// as they were read; the others have been changed or are gone, and are left so. A conflict, and
    /// nothing changed, when another master key than `master` is the active one by now.
    async fn rewrap(&self, master: MasterKeyId, keys: Vec<Rewrapped>) -> Result<u64, StoreError>;
}

/// What is said to whoever wraps by another master key than the active one.
pub fn not_active() -> StoreError {
    StoreError::conflict("another master key is the active one")
}

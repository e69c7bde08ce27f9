//! Wrapped keys. The store never sees one unwrapped.

use async_trait::async_trait;
use cartola_crypto::WrappedKey;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{DataKeyId, PersonId, TenantId};

use crate::StoreError;

/// Name of the secret of the installation whose master key is the active one: what is added from then
/// on is wrapped by that master key too.
pub const LOOKUP_KEY: &str = "lookup_key";

/// One data key per tenant and person, and one per tenant for what belongs to no person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataKeyRow {
    /// Its id, which stands in every sealed value.
    pub id: DataKeyId,
    /// Whose data it seals; nobody's in particular when absent. Unique within the tenant.
    pub subject: Option<PersonId>,
    /// The key, wrapped by a master key.
    pub wrapped: WrappedKey,
    /// Since when.
    pub created_at: Timestamp,
}

/// Reads of wrapped keys.
#[async_trait]
pub trait Vault: Send + Sync {
    /// The data key of that id.
    async fn data_key(
        &self,
        tenant: TenantId,
        id: DataKeyId,
    ) -> Result<Option<DataKeyRow>, StoreError>;

    /// The data key of a subject.
    async fn data_key_of(
        &self,
        tenant: TenantId,
        subject: Option<PersonId>,
    ) -> Result<Option<DataKeyRow>, StoreError>;

    /// A secret of the installation, wrapped, if it is there. Reflects every change that was
    /// acknowledged before the call, by whichever process.
    async fn stored_secret(&self, name: &'static str) -> Result<Option<WrappedKey>, StoreError>;

    /// A secret of the installation, wrapped: the one stored under `name`, or, if there is none,
    /// `offered`, which is stored first. All callers get the same answer, whoever was first.
    async fn installation_secret(
        &self,
        name: &'static str,
        offered: WrappedKey,
    ) -> Result<WrappedKey, StoreError>;
}

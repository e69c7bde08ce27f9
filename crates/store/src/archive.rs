//! The raw archive: what sources said, word by word, sealed.

use async_trait::async_trait;
use cartola_crypto::Sealed;
use cartola_primitives::id::{ArchiveId, TenantId};

use crate::StoreError;

/// Where sealed sources are kept. Objects are written once. An object is durable when `put`
/// returns, which is before the unit of work that refers to it is committed. One to which nothing
/// refers is an orphan: nobody allowed it to be kept, so a backend removes it once no import that
/// is under way can refer to it any more.
#[async_trait]
pub trait Archive: Send + Sync {
    /// Keeps an object. An id that exists is refused as a conflict.
    async fn put(&self, tenant: TenantId, id: ArchiveId, object: Sealed) -> Result<(), StoreError>;

    /// Reads an object.
    async fn read(&self, tenant: TenantId, id: ArchiveId) -> Result<Option<Sealed>, StoreError>;

    /// Forgets an object; one that is not there is forgotten already.
    async fn remove(&self, tenant: TenantId, id: ArchiveId) -> Result<(), StoreError>;
}

//! What happens between a decision and its commit: an archive that lets something else come first.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cartola_crypto::Sealed;
use cartola_primitives::id::{ArchiveId, TenantId};
use cartola_store::memory::MemoryStore;
use cartola_store::{Archive, StoreError};

/// What comes first.
pub type First = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Keeps what it is given once that has happened, which is once.
pub struct Between {
    store: Arc<MemoryStore>,
    first: Mutex<Option<First>>,
}

impl Between {
    pub fn new(store: Arc<MemoryStore>, first: First) -> Self {
        Self { store, first: Mutex::new(Some(first)) }
    }
}

#[async_trait]
impl Archive for Between {
    async fn put(&self, tenant: TenantId, id: ArchiveId, object: Sealed) -> Result<(), StoreError> {
        let first = self.first.lock().unwrap().take();
        if let Some(first) = first {
            first.await;
        }
        self.store.put(tenant, id, object).await
    }

    async fn read(&self, tenant: TenantId, id: ArchiveId) -> Result<Option<Sealed>, StoreError> {
        Archive::read(&*self.store, tenant, id).await
    }

    async fn remove(&self, tenant: TenantId, id: ArchiveId) -> Result<(), StoreError> {
        self.store.remove(tenant, id).await
    }
}

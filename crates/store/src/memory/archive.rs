use std::collections::btree_map::Entry;

use async_trait::async_trait;
use cartola_crypto::Sealed;
use cartola_primitives::id::{ArchiveId, TenantId};

use super::MemoryStore;
use crate::{Archive, StoreError};

#[async_trait]
impl Archive for MemoryStore {
    async fn put(&self, tenant: TenantId, id: ArchiveId, object: Sealed) -> Result<(), StoreError> {
        match self.lock().objects.entry((tenant, id)) {
            Entry::Vacant(place) => {
                place.insert(object);
                Ok(())
            }
            Entry::Occupied(_) => Err(StoreError::conflict("an object of that id is kept")),
        }
    }

    async fn read(&self, tenant: TenantId, id: ArchiveId) -> Result<Option<Sealed>, StoreError> {
        Ok(self.lock().objects.get(&(tenant, id)).cloned())
    }

    async fn remove(&self, tenant: TenantId, id: ArchiveId) -> Result<(), StoreError> {
        self.lock().objects.remove(&(tenant, id));
        Ok(())
    }
}

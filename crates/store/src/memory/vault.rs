use async_trait::async_trait;
use cartola_crypto::WrappedKey;
use cartola_primitives::id::{DataKeyId, PersonId, TenantId};

use super::MemoryStore;
use super::records::{Records, add, refuse_if_any};
use crate::vault::DataKeyRow;
use crate::{StoreError, Vault};

#[async_trait]
impl Vault for MemoryStore {
    async fn data_key(
        &self,
        tenant: TenantId,
        id: DataKeyId,
    ) -> Result<Option<DataKeyRow>, StoreError> {
        Ok(self.records(tenant).data_keys.get(&id).cloned())
    }

    async fn data_key_of(
        &self,
        tenant: TenantId,
        subject: Option<PersonId>,
    ) -> Result<Option<DataKeyRow>, StoreError> {
        let records = self.records(tenant);
        Ok(records.data_keys.values().find(|row| row.subject == subject).cloned())
    }

    async fn installation_secret(
        &self,
        name: &'static str,
        offered: WrappedKey,
    ) -> Result<WrappedKey, StoreError> {
        Ok(self.lock().secrets.entry(name).or_insert(offered).clone())
    }
}

pub fn add_data_key(records: &mut Records, row: DataKeyRow) -> Result<(), StoreError> {
    refuse_if_any(&records.data_keys, |other| other.subject == row.subject)?;
    add(&mut records.data_keys, row.id, row)
}

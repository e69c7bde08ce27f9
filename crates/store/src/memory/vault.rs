use async_trait::async_trait;
use cartola_crypto::WrappedKey;
use cartola_primitives::id::{DataKeyId, PersonId, TenantId};

use super::MemoryStore;
use super::tables::{Tables, add, refuse_if_any};
use crate::vault::DataKeyRow;
use crate::{StoreError, Vault};

#[async_trait]
impl Vault for MemoryStore {
    async fn data_key(
        &self,
        tenant: TenantId,
        id: DataKeyId,
    ) -> Result<Option<DataKeyRow>, StoreError> {
        Ok(self.tables(tenant).data_keys.get(&id).cloned())
    }

    async fn data_key_of(
        &self,
        tenant: TenantId,
        subject: Option<PersonId>,
    ) -> Result<Option<DataKeyRow>, StoreError> {
        let tables = self.tables(tenant);
        Ok(tables.data_keys.values().find(|row| row.subject == subject).cloned())
    }

    async fn installation_secret(
        &self,
        name: &'static str,
        offered: WrappedKey,
    ) -> Result<WrappedKey, StoreError> {
        Ok(self.lock().secrets.entry(name).or_insert(offered).clone())
    }
}

pub fn add_data_key(tables: &mut Tables, row: DataKeyRow) -> Result<(), StoreError> {
    refuse_if_any(&tables.data_keys, |other| other.subject == row.subject)?;
    add(&mut tables.data_keys, row.id, row)
}

use async_trait::async_trait;
use cartola_crypto::WrappedKey;
use cartola_primitives::id::{DataKeyId, PersonId, TenantId};

use super::tables::{add, refuse_if_any};
use super::unit::Unit;
use super::{MemoryStore, State};
use crate::rotation::not_active;
use crate::vault::{DataKeyRow, LOOKUP_KEY};
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

    async fn stored_secret(&self, name: &'static str) -> Result<Option<WrappedKey>, StoreError> {
        Ok(self.lock().secrets.get(name).cloned())
    }

    async fn installation_secret(
        &self,
        name: &'static str,
        offered: WrappedKey,
    ) -> Result<WrappedKey, StoreError> {
        Ok(self.lock().secrets.entry(name).or_insert(offered).clone())
    }
}

/// Refuses what is wrapped by another master key than the active one.
pub fn expect_active(state: &State, wrapped: &WrappedKey) -> Result<(), StoreError> {
    match state.secrets.get(LOOKUP_KEY) {
        Some(active) if active.master != wrapped.master => Err(not_active()),
        _ => Ok(()),
    }
}

pub fn add_data_key(unit: &mut Unit<'_>, row: DataKeyRow) -> Result<(), StoreError> {
    expect_active(unit.state, &row.wrapped)?;
    let tables = &mut unit.tables;
    refuse_if_any(&tables.data_keys, |other| other.subject == row.subject)?;
    add(&mut tables.data_keys, row.id, row)
}

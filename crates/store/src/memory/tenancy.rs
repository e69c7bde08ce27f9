use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{CredentialId, TenantId};

use super::MemoryStore;
use super::records::{Records, add, expect, refuse_if_any};
use super::unit::Unit;
use crate::tenancy::{CredentialRow, TenantRow};
use crate::{StoreError, StoreErrorKind, Tenancy};

#[async_trait]
impl Tenancy for MemoryStore {
    async fn tenants(&self) -> Result<Vec<TenantRow>, StoreError> {
        Ok(self.lock().tenants.values().filter_map(|records| records.tenant.clone()).collect())
    }

    async fn tenant(&self, tenant: TenantId) -> Result<Option<TenantRow>, StoreError> {
        Ok(self.records(tenant).tenant.clone())
    }

    async fn credential(
        &self,
        tenant: TenantId,
        digest: &Digest,
    ) -> Result<Option<CredentialRow>, StoreError> {
        let records = self.records(tenant);
        Ok(records.credentials.values().find(|row| row.digest == *digest).cloned())
    }

    async fn credential_by_id(
        &self,
        tenant: TenantId,
        id: CredentialId,
    ) -> Result<Option<CredentialRow>, StoreError> {
        Ok(self.records(tenant).credentials.get(&id).cloned())
    }

    async fn credentials(&self, tenant: TenantId) -> Result<Vec<CredentialRow>, StoreError> {
        Ok(self.records(tenant).credentials.values().cloned().collect())
    }
}

pub fn add_tenant(unit: &mut Unit<'_>, row: TenantRow) -> Result<(), StoreError> {
    if row.id != unit.tenant {
        let context = "a new tenant in another tenant's unit of work";
        return Err(StoreError::new(StoreErrorKind::Misuse, context));
    }
    let known = unit.state.tenants.values().filter_map(|records| records.tenant.as_ref());
    if unit.records.tenant.is_some() || known.into_iter().any(|other| other.name == row.name) {
        return Err(StoreError::conflict("a tenant of that id or name exists"));
    }
    unit.records.tenant = Some(row);
    Ok(())
}

pub fn add_credential(records: &mut Records, row: CredentialRow) -> Result<(), StoreError> {
    refuse_if_any(&records.credentials, |other| other.digest == row.digest)?;
    add(&mut records.credentials, row.id, row)
}

pub fn revoke_credential(
    records: &mut Records,
    id: CredentialId,
    at: Timestamp,
) -> Result<(), StoreError> {
    expect(&mut records.credentials, &id, |row| row.revoked_at.is_none())?.revoked_at = Some(at);
    Ok(())
}

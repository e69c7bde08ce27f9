use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{CredentialId, TenantId};

use super::MemoryStore;
use super::tables::{Tables, add, expect, refuse_if_any};
use super::unit::Unit;
use crate::tenancy::{CredentialKind, CredentialRow, TenantRow};
use crate::{MAX_PAGE, StoreError, StoreErrorKind, Tenancy};

#[async_trait]
impl Tenancy for MemoryStore {
    async fn tenants(&self) -> Result<Vec<TenantRow>, StoreError> {
        Ok(self.lock().tenants.values().filter_map(|tables| tables.tenant.clone()).collect())
    }

    async fn tenant(&self, tenant: TenantId) -> Result<Option<TenantRow>, StoreError> {
        Ok(self.tables(tenant).tenant.clone())
    }

    async fn credential(
        &self,
        tenant: TenantId,
        digest: &Digest,
    ) -> Result<Option<CredentialRow>, StoreError> {
        let tables = self.tables(tenant);
        Ok(tables.credentials.values().find(|row| row.digest == *digest).cloned())
    }

    async fn credential_by_id(
        &self,
        tenant: TenantId,
        id: CredentialId,
    ) -> Result<Option<CredentialRow>, StoreError> {
        Ok(self.tables(tenant).credentials.get(&id).cloned())
    }

    async fn credentials(&self, tenant: TenantId) -> Result<Vec<CredentialRow>, StoreError> {
        Ok(self
            .tables(tenant)
            .credentials
            .values()
            .filter(|row| row.kind != CredentialKind::DeviceSession)
            .cloned()
            .collect())
    }

    async fn forget_sessions(&self, before: Timestamp) -> Result<usize, StoreError> {
        let mut state = self.lock();
        let mut left = MAX_PAGE;
        for tables in state.tenants.values_mut() {
            let ended = |row: &CredentialRow| {
                row.kind == CredentialKind::DeviceSession
                    && row.revoked_at.is_some_and(|at| at < before)
            };
            let ended = tables.credentials.iter().filter(|(_, row)| ended(row));
            let ended: Vec<_> = ended.map(|(id, _)| *id).take(left).collect();
            left -= ended.len();
            if !ended.is_empty() {
                let tables = Arc::make_mut(tables);
                Arc::make_mut(&mut tables.credentials).retain(|id, _| !ended.contains(id));
            }
        }
        Ok(MAX_PAGE - left)
    }
}

pub fn add_tenant(unit: &mut Unit<'_>, row: TenantRow) -> Result<(), StoreError> {
    if row.id != unit.tenant {
        let context = "a new tenant in another tenant's unit of work";
        return Err(StoreError::new(StoreErrorKind::Misuse, context));
    }
    let known = unit.state.tenants.values().filter_map(|tables| tables.tenant.as_ref());
    if unit.tables.tenant.is_some() || known.into_iter().any(|other| other.name == row.name) {
        return Err(StoreError::conflict("a tenant of that id or name exists"));
    }
    unit.tables.tenant = Some(row);
    Ok(())
}

pub fn add_credential(tables: &mut Tables, row: CredentialRow) -> Result<(), StoreError> {
    refuse_if_any(&tables.credentials, |other| other.digest == row.digest)?;
    add(&mut tables.credentials, row.id, row)
}

pub fn end_credential(
    tables: &mut Tables,
    id: CredentialId,
    at: Timestamp,
) -> Result<(), StoreError> {
    expect(&mut tables.credentials, &id, |row| row.holds(at))?.revoked_at = Some(at);
    Ok(())
}

pub fn end_sessions(tables: &mut Tables, at: Timestamp) {
    let is_open = |row: &CredentialRow| row.kind == CredentialKind::DeviceSession && row.holds(at);
    let credentials = Arc::make_mut(&mut tables.credentials);
    for row in credentials.values_mut().filter(|row| is_open(row)) {
        row.revoked_at = Some(at);
    }
}

pub fn renew_credential(
    tables: &mut Tables,
    (id, now): (CredentialId, Timestamp),
    expected: &Digest,
    (digest, until): (Digest, Timestamp),
) -> Result<(), StoreError> {
    let holds = |row: &CredentialRow| row.holds(now) && row.digest == *expected;
    let row = expect(&mut tables.credentials, &id, holds)?;
    (row.digest, row.revoked_at) = (digest, Some(until));
    Ok(())
}

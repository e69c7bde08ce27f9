use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::{ChainHash, ChainHead};
use cartola_model::audit::AuditEvent;
use cartola_primitives::id::TenantId;

use super::MemoryStore;
use super::tables::Tables;
use super::unit::Unit;
use crate::audit::{AnchorRow, AuditRow};
use crate::{Audit, StoreError, StoreErrorKind, page_size};

#[async_trait]
impl Audit for MemoryStore {
    async fn audit(
        &self,
        tenant: TenantId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let tables = self.tables(tenant);
        let beyond = tables.audit.iter().skip_while(|row| row.sequence <= after);
        Ok(beyond.take(page_size(limit)).cloned().collect())
    }

    async fn audit_head(&self, tenant: TenantId) -> Result<Option<(u64, ChainHash)>, StoreError> {
        Ok(head(&self.tables(tenant)))
    }

    async fn anchors(
        &self,
        tenant: TenantId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<AnchorRow>, StoreError> {
        let tables = self.tables(tenant);
        let beyond = tables.anchors.iter().skip_while(|row| row.number <= after);
        Ok(beyond.take(page_size(limit)).cloned().collect())
    }

    async fn last_anchor(&self, tenant: TenantId) -> Result<Option<AnchorRow>, StoreError> {
        Ok(self.tables(tenant).anchors.last().cloned())
    }
}

fn head(tables: &Tables) -> Option<(u64, ChainHash)> {
    tables.audit.last().map(|row| (row.sequence, row.hash))
}

pub fn add_anchor(tables: &mut Tables, row: AnchorRow) -> Result<(), StoreError> {
    if row.number != tables.anchors.len() as u64 + 1 {
        return Err(StoreError::conflict("adding an anchor of the audit trail"));
    }
    Arc::make_mut(&mut tables.anchors).push(row);
    Ok(())
}

pub fn append(unit: &mut Unit<'_>, event: &AuditEvent) -> Result<(), StoreError> {
    let body = serde_json::to_string(event).map_err(|error| {
        StoreError::new(StoreErrorKind::Misuse, "writing an audit event as JSON").caused_by(error)
    })?;
    let before = head(&unit.tables).map_or_else(|| ChainHead::start(unit.tenant), ChainHead::from);
    let ChainHead { sequence, hash } = before.followed_by(unit.tenant, unit.at, body.as_bytes());
    Arc::make_mut(&mut unit.tables.audit).push(AuditRow { sequence, at: unit.at, body, hash });
    unit.receipt.audit_head = Some((sequence, hash));
    Ok(())
}

//! The audit trail.

use async_trait::async_trait;
use cartola_crypto::{ChainHash, ChainHead};
use cartola_model::audit::AuditEvent;
use cartola_primitives::id::TenantId;
use cartola_store::audit::{AnchorRow, AuditRow};
use cartola_store::encoding::day_number;
use cartola_store::{Audit, StoreError, StoreErrorKind, page_size};
use rusqlite::{Connection, params};

use crate::SqliteStore;
use crate::columns::{Columns, signed};
use crate::rows::{all, first};
use crate::unit::Unit;

const AFTER: &str = "SELECT sequence, at, body, hash FROM audit \
    WHERE tenant = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3";
const HEAD: &str = "SELECT sequence, hash FROM tenant_audit WHERE tenant = ?1";
const ADD: &str =
    "INSERT INTO audit (tenant, sequence, at, body, hash) VALUES (?1, ?2, ?3, ?4, ?5)";
const SET_HEAD: &str = "INSERT INTO tenant_audit (tenant, sequence, hash) VALUES (?1, ?2, ?3) \
    ON CONFLICT (tenant) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash";
const ANCHORS: &str = "SELECT number, day, sequence, hash, made_at, signed FROM audit_anchor \
    WHERE tenant = ?1 AND number > ?2 ORDER BY number LIMIT ?3";
const LAST_ANCHOR: &str = "SELECT number, day, sequence, hash, made_at, signed FROM audit_anchor \
    WHERE tenant = ?1 ORDER BY number DESC LIMIT 1";
const ADD_ANCHOR: &str = "INSERT INTO audit_anchor \
    (tenant, number, day, sequence, hash, made_at, signed) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 \
    WHERE ?2 = 1 + (SELECT coalesce(max(number), 0) FROM audit_anchor WHERE tenant = ?1)";

#[async_trait]
impl Audit for SqliteStore {
    async fn audit(
        &self,
        tenant: TenantId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        self.read(move |connection| {
            let limit = page_size(limit) as u64;
            all(
                connection,
                AFTER,
                params![tenant.as_bytes(), signed(after), signed(limit)],
                read_entry,
            )
        })
        .await
    }

    async fn audit_head(&self, tenant: TenantId) -> Result<Option<(u64, ChainHash)>, StoreError> {
        self.read(move |connection| {
            Ok(head(connection, tenant)?.map(|head| (head.sequence, head.hash)))
        })
        .await
    }

    async fn anchors(
        &self,
        tenant: TenantId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<AnchorRow>, StoreError> {
        self.read(move |connection| {
            let values = params![tenant.as_bytes(), signed(after), signed(page_size(limit) as u64)];
            all(connection, ANCHORS, values, read_anchor)
        })
        .await
    }

    async fn last_anchor(&self, tenant: TenantId) -> Result<Option<AnchorRow>, StoreError> {
        self.read(move |connection| {
            first(connection, LAST_ANCHOR, [tenant.as_bytes()], read_anchor)
        })
        .await
    }
}

/// The recorded end of a tenant's chain.
pub fn head(connection: &Connection, tenant: TenantId) -> Result<Option<ChainHead>, StoreError> {
    first(connection, HEAD, [tenant.as_bytes()], |columns| {
        Ok(ChainHead { sequence: columns.number()?, hash: ChainHash::from_bytes(columns.array()?) })
    })
}

/// Appends an event to the chain and gives its new end, which [`set_head`] is to record.
pub fn append(
    unit: &Unit<'_>,
    head: &ChainHead,
    event: &AuditEvent,
) -> Result<ChainHead, StoreError> {
    let body = serde_json::to_string(event).map_err(|error| {
        StoreError::new(StoreErrorKind::Misuse, "writing an audit event as JSON").caused_by(error)
    })?;
    let next = head.followed_by(unit.tenant, unit.at, body.as_bytes());
    let values = params![
        unit.tenant.as_bytes(),
        signed(next.sequence),
        unit.at.as_microsecond(),
        body,
        next.hash.as_bytes(),
    ];
    unit.execute("appending to the audit trail", ADD, values)?;
    Ok(next)
}

pub fn set_head(unit: &Unit<'_>, head: &ChainHead) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), signed(head.sequence), head.hash.as_bytes()];
    unit.execute("recording the end of the audit trail", SET_HEAD, values).map(drop)
}

pub fn add_anchor(unit: &Unit<'_>, row: &AnchorRow) -> Result<(), StoreError> {
    let values = params![
        unit.tenant.as_bytes(),
        signed(row.number),
        day_number(row.day),
        signed(row.sequence),
        row.hash.as_bytes(),
        row.made_at.as_microsecond(),
        row.signed,
    ];
    unit.change("adding an anchor of the audit trail", ADD_ANCHOR, values)
}

fn read_anchor(columns: &mut Columns<'_>) -> Result<AnchorRow, StoreError> {
    Ok(AnchorRow {
        number: columns.number()?,
        day: columns.date()?,
        sequence: columns.number()?,
        hash: ChainHash::from_bytes(columns.array()?),
        made_at: columns.timestamp()?,
        signed: columns.text()?.to_owned(),
    })
}

/// An entry from its columns `sequence, at, body, hash`.
pub fn read_entry(columns: &mut Columns<'_>) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        sequence: columns.number()?,
        at: columns.timestamp()?,
        body: columns.text()?.to_owned(),
        hash: ChainHash::from_bytes(columns.array()?),
    })
}

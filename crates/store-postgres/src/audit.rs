//! The audit trail.

use async_trait::async_trait;
use cartola_crypto::{ChainHash, ChainHead};
use cartola_model::audit::AuditEvent;
use cartola_primitives::id::TenantId;
use cartola_store::audit::{AnchorRow, AuditRow};
use cartola_store::encoding::day_number;
use cartola_store::{Audit, StoreError, StoreErrorKind, page_size};

use crate::PostgresStore;
use crate::columns::{Columns, damaged};
use crate::unit::Unit;
use crate::value::{Value, values};

const AFTER: &str = "SELECT sequence, at, body, hash FROM audit \
    WHERE tenant = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";
const HEAD: &str = "SELECT audit_sequence, audit_hash FROM tenant_head \
    WHERE tenant = $1 AND audit_sequence > 0";
const ADD: &str = "INSERT INTO audit (tenant, sequence, at, body, hash) \
    SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bytea[])";
const ANCHORS: &str = "SELECT number, day, sequence, hash, made_at, signed FROM audit_anchor \
    WHERE tenant = $1 AND number > $2 ORDER BY number LIMIT $3";
const LAST_ANCHOR: &str = "SELECT number, day, sequence, hash, made_at, signed FROM audit_anchor \
    WHERE tenant = $1 ORDER BY number DESC LIMIT 1";
/// The row of the tenant's heads is locked by whoever writes: of two that add at once, one waits.
const ADD_ANCHOR: &str = "INSERT INTO audit_anchor \
    (tenant, number, day, sequence, hash, made_at, signed) SELECT $1, $2, $3, $4, $5, $6, $7 \
    WHERE $2 = 1 + (SELECT coalesce(max(number), 0) FROM audit_anchor WHERE tenant = $1)";

/// Entries in one statement.
const CHUNK: usize = 1_000;

#[async_trait]
impl Audit for PostgresStore {
    async fn audit(
        &self,
        tenant: TenantId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let limit = page_size(limit) as u64;
        self.all(tenant, AFTER, values![&tenant, after, limit], read_entry).await
    }

    async fn audit_head(&self, tenant: TenantId) -> Result<Option<(u64, ChainHash)>, StoreError> {
        self.first(tenant, HEAD, values![&tenant], |columns| {
            Ok((columns.number()?, ChainHash::from_bytes(columns.array()?)))
        })
        .await
    }

    async fn anchors(
        &self,
        tenant: TenantId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<AnchorRow>, StoreError> {
        let limit = page_size(limit) as u64;
        self.all(tenant, ANCHORS, values![&tenant, after, limit], read_anchor).await
    }

    async fn last_anchor(&self, tenant: TenantId) -> Result<Option<AnchorRow>, StoreError> {
        self.first(tenant, LAST_ANCHOR, values![&tenant], read_anchor).await
    }
}

/// Appends an event to the chain.
pub fn append(unit: &mut Unit, event: &AuditEvent) -> Result<(), StoreError> {
    let body = serde_json::to_string(event).map_err(|error| {
        StoreError::new(StoreErrorKind::Misuse, "writing an audit event as JSON").caused_by(error)
    })?;
    unit.audit = unit.audit.followed_by(unit.tenant, unit.at, body.as_bytes());
    let ChainHead { sequence, hash } = unit.audit;
    unit.entries.push(AuditRow { sequence, at: unit.at, body, hash });
    Ok(())
}

/// Adds the entries of all units that go together.
pub fn add_entries(unit: &mut Unit) {
    for entries in std::mem::take(&mut unit.entries).chunks(CHUNK) {
        let list = |value: fn(&AuditRow) -> Value| Value::List(entries.iter().map(value).collect());
        let values = values![
            &unit.tenant,
            list(|entry| entry.sequence.into()),
            list(|entry| entry.at.into()),
            list(|entry| entry.body.as_str().into()),
            list(|entry| entry.hash.as_bytes().to_vec().into()),
        ];
        unit.execute("appending to the audit trail", ADD, values);
    }
}

pub fn add_anchor(unit: &mut Unit, row: &AnchorRow) {
    let values = values![
        &unit.tenant,
        row.number,
        day_number(row.day),
        row.sequence,
        row.hash.as_bytes().to_vec(),
        row.made_at,
        row.signed.clone()
    ];
    unit.change("adding an anchor of the audit trail", ADD_ANCHOR, values);
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
    let (sequence, at) = (columns.number()?, columns.timestamp()?);
    let (body, hash) = (columns.text()?.to_owned(), columns.bytes()?);
    let hash = ChainHash::from_bytes(hash.try_into().map_err(|_| damaged())?);
    Ok(AuditRow { sequence, at, body, hash })
}

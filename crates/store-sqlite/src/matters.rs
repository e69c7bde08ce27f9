//! Matters.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::{MatterKind, MatterState};
use cartola_primitives::id::{MatterId, TenantId};
use cartola_store::matters::{MatterChange, MatterFilter, MatterRow, MatterStanding};
use cartola_store::{Matters, Page, StoreError};
use rusqlite::params;

use crate::SqliteStore;
use crate::columns::{Columns, bytes_or_empty, bytes_or_null};
use crate::rows::{first, page};
use crate::unit::Unit;

macro_rules! matter_columns {
    () => {
        "id, kind, person, subject, opened_at, state, due_at, content_key, content_schema, \
         content_sealed, version"
    };
}

const MATTER: &str =
    concat!("SELECT ", matter_columns!(), " FROM matter WHERE tenant = ?1 AND id = ?2");
const MATTERS: &str = concat!(
    "SELECT ",
    matter_columns!(),
    " FROM matter WHERE tenant = ?1 AND id > ?2 AND (?3 IS NULL OR kind = ?3) \
     AND (?4 IS NULL OR state = ?4) AND ?5 IS NULL ORDER BY id"
);
/// Asked for each consent that begins.
const OF_SUBJECT: &str = concat!(
    "SELECT ",
    matter_columns!(),
    " FROM matter INDEXED BY matter_by_subject WHERE tenant = ?1 AND id > ?2 \
     AND (?3 IS NULL OR kind = ?3) AND (?4 IS NULL OR state = ?4) AND subject = ?5 ORDER BY id"
);
const ADD: &str = concat!(
    "INSERT INTO matter (tenant, ",
    matter_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
);
/// The states are those that [`MatterState::blocks`] has.
const BLOCKED: &str = "SELECT 1 FROM matter INDEXED BY matter_by_subject WHERE tenant = ?1 \
    AND subject = ?2 AND kind = 'block' AND state IN ('open', 'extended', 'granted') LIMIT 1";
const CHANGE: &str = "UPDATE matter SET state = ?4, due_at = ?5, content_key = ?6, \
    content_schema = ?7, content_sealed = ?8, version = version + 1 \
    WHERE tenant = ?1 AND id = ?2 AND version = ?3";

#[async_trait]
impl Matters for SqliteStore {
    async fn matter(
        &self,
        tenant: TenantId,
        id: MatterId,
    ) -> Result<Option<MatterRow>, StoreError> {
        self.first(MATTER, tenant, *id.as_bytes(), read_matter).await
    }

    async fn matters(
        &self,
        tenant: TenantId,
        filter: MatterFilter,
        after: Option<MatterId>,
        limit: usize,
    ) -> Result<Page<MatterRow, MatterId>, StoreError> {
        self.read(move |connection| {
            let values = params![
                tenant.as_bytes(),
                bytes_or_empty(after.as_ref()),
                filter.kind.map(MatterKind::name),
                filter.state.map(MatterState::name),
                filter.subject.as_ref().map(Digest::as_bytes),
            ];
            let read = |columns: &mut Columns<'_>| read_matter(columns).map(Some);
            let query = if filter.subject.is_some() { OF_SUBJECT } else { MATTERS };
            page(connection, query, values, limit, |row: &MatterRow| row.id, read)
        })
        .await
    }
}

pub fn add_matter(unit: &Unit<'_>, row: &MatterRow) -> Result<(), StoreError> {
    let MatterStanding { state, due_at, content } = &row.standing;
    let values = params![
        unit.tenant.as_bytes(),
        row.id.as_bytes(),
        row.kind.name(),
        bytes_or_null(row.person.as_ref()),
        row.subject.as_ref().map(Digest::as_bytes),
        row.opened_at.as_microsecond(),
        state.name(),
        due_at.as_microsecond(),
        content.key.as_bytes(),
        content.schema,
        content.bytes,
        row.version,
    ];
    unit.execute("adding a matter", ADD, values).map(drop)
}

pub fn expect_blocked(unit: &Unit<'_>, subject: &Digest, expected: bool) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), subject.as_bytes()];
    let is_blocked = first(unit.connection, BLOCKED, values, |_| Ok(()))?.is_some();
    if is_blocked == expected { Ok(()) } else { Err(StoreError::conflict("expecting a block")) }
}

pub fn change_matter(unit: &Unit<'_>, change: &MatterChange) -> Result<(), StoreError> {
    let MatterStanding { state, due_at, content } = &change.standing;
    let values = params![
        unit.tenant.as_bytes(),
        change.id.as_bytes(),
        change.expected,
        state.name(),
        due_at.as_microsecond(),
        content.key.as_bytes(),
        content.schema,
        content.bytes,
    ];
    unit.change("changing a matter", CHANGE, values)
}

fn read_matter(columns: &mut Columns<'_>) -> Result<MatterRow, StoreError> {
    Ok(MatterRow {
        id: columns.id()?,
        kind: columns.word(MatterKind::parse)?,
        person: columns.optional_id()?,
        subject: columns.optional_digest()?,
        opened_at: columns.timestamp()?,
        standing: MatterStanding {
            state: columns.word(MatterState::parse)?,
            due_at: columns.timestamp()?,
            content: columns.sealed()?,
        },
        version: columns.number()?,
    })
}

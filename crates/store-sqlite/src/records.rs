//! Records of products.

use async_trait::async_trait;
use cartola_model::RecordKind;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentId, LinkId, RecordId, TenantId};
use cartola_store::records::{RecordFilter, RecordRow};
use cartola_store::{Page, Records, StoreError};
use rusqlite::params;

use crate::SqliteStore;
use crate::columns::Columns;
use crate::permits::Permits;
use crate::rows::{each, first, page};
use crate::unit::Unit;

macro_rules! record_columns {
    () => {
        "id, link, kind, version, consent, archive, digest, first_read_at, last_read_at, \
         content_key, content_schema, content"
    };
}
pub(crate) use record_columns;

const RECORD: &str =
    concat!("SELECT ", record_columns!(), " FROM record WHERE tenant = ?1 AND id = ?2");
const LAST: &str = concat!(
    "SELECT ",
    record_columns!(),
    " FROM record WHERE tenant = ?1 AND link = ?2 AND kind = ?3 AND consent = ?4 \
     ORDER BY id DESC LIMIT 1"
);
const RECORDS: &str = concat!(
    "SELECT ",
    record_columns!(),
    " FROM record WHERE tenant = ?1 AND id < ?2 AND (?3 IS NULL OR kind = ?3) ORDER BY id DESC"
);
const OF_LINK: &str = concat!(
    "SELECT ",
    record_columns!(),
    " FROM record WHERE tenant = ?1 AND link = ?3 AND id < ?2 ORDER BY id DESC"
);
const OF_PRODUCT: &str = concat!(
    "SELECT ",
    record_columns!(),
    " FROM record WHERE tenant = ?1 AND link = ?3 AND kind = ?4 AND id < ?2 ORDER BY id DESC"
);
const ADD: &str = concat!(
    "INSERT INTO record (tenant, ",
    record_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
);
const CONFIRM: &str = "UPDATE record SET last_read_at = ?3 WHERE tenant = ?1 AND id = ?2";

/// Comes behind every id.
const BEHIND_ALL: [u8; 17] = [0xff; 17];

#[async_trait]
impl Records for SqliteStore {
    async fn record(
        &self,
        tenant: TenantId,
        id: RecordId,
        now: Timestamp,
    ) -> Result<Option<RecordRow>, StoreError> {
        self.read(move |connection| {
            let values = params![tenant.as_bytes(), id.as_bytes()];
            let Some(row) = first(connection, RECORD, values, read_record)? else {
                return Ok(None);
            };
            let holds = Permits::new(connection, tenant, now).record_shown(&row)?;
            Ok(holds.then_some(row))
        })
        .await
    }

    async fn last_record(
        &self,
        tenant: TenantId,
        link: LinkId,
        kind: RecordKind,
        consent: ConsentId,
    ) -> Result<Option<RecordRow>, StoreError> {
        self.read(move |connection| {
            let (link, consent) = (link.as_bytes(), consent.as_bytes());
            let values = params![tenant.as_bytes(), link, kind.name(), consent];
            first(connection, LAST, values, read_record)
        })
        .await
    }

    async fn newest_record(
        &self,
        tenant: TenantId,
        link: LinkId,
        kind: RecordKind,
        now: Timestamp,
    ) -> Result<Option<RecordRow>, StoreError> {
        self.read(move |connection| {
            let permits = Permits::new(connection, tenant, now);
            let behind = BEHIND_ALL.as_slice();
            let values = params![tenant.as_bytes(), behind, link.as_bytes(), kind.name()];
            let mut newest = None;
            each(connection, OF_PRODUCT, values, |columns| {
                let row = read_record(columns)?;
                newest = permits.record_shown(&row)?.then_some(row);
                Ok(newest.is_none())
            })?;
            Ok(newest)
        })
        .await
    }

    async fn records(
        &self,
        tenant: TenantId,
        filter: RecordFilter,
        now: Timestamp,
        before: Option<RecordId>,
        limit: usize,
    ) -> Result<Page<RecordRow, RecordId>, StoreError> {
        self.read(move |connection| {
            let permits = Permits::new(connection, tenant, now);
            let before = before.as_ref().map_or(BEHIND_ALL.as_slice(), |id| id.as_bytes());
            let kind = filter.kind.map(RecordKind::name);
            let shown = |columns: &mut Columns<'_>| {
                let row = read_record(columns)?;
                Ok(permits.record_shown(&row)?.then_some(row))
            };
            let key = |row: &RecordRow| row.id;
            let Some(link) = filter.link else {
                let values = params![tenant.as_bytes(), before, kind];
                return page(connection, RECORDS, values, limit, key, shown);
            };
            let Some(kind) = kind else {
                let values = params![tenant.as_bytes(), before, link.as_bytes()];
                return page(connection, OF_LINK, values, limit, key, shown);
            };
            let values = params![tenant.as_bytes(), before, link.as_bytes(), kind];
            page(connection, OF_PRODUCT, values, limit, key, shown)
        })
        .await
    }
}

pub fn add_record(unit: &Unit<'_>, row: &RecordRow) -> Result<(), StoreError> {
    let values = params![
        unit.tenant.as_bytes(),
        row.id.as_bytes(),
        row.link.as_bytes(),
        row.kind.name(),
        row.version,
        row.consent.as_bytes(),
        row.archive.as_bytes(),
        row.digest.as_bytes(),
        row.first_read_at.as_microsecond(),
        row.last_read_at.as_microsecond(),
        row.sealed.key.as_bytes(),
        row.sealed.schema,
        row.sealed.bytes,
    ];
    unit.execute("adding a record", ADD, values).map(drop)
}

pub fn confirm_record(unit: &Unit<'_>, id: RecordId, at: Timestamp) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), id.as_bytes(), at.as_microsecond()];
    unit.change("confirming a record", CONFIRM, values)
}

pub fn read_record(columns: &mut Columns<'_>) -> Result<RecordRow, StoreError> {
    Ok(RecordRow {
        id: columns.id()?,
        link: columns.id()?,
        kind: columns.word(RecordKind::parse)?,
        version: columns.number()?,
        consent: columns.id()?,
        archive: columns.id()?,
        digest: columns.digest()?,
        first_read_at: columns.timestamp()?,
        last_read_at: columns.timestamp()?,
        sealed: columns.sealed()?,
    })
}

//! Records of products.

use async_trait::async_trait;
use cartola_model::RecordKind;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentId, ID_BYTES, LinkId, RecordId, TenantId};
use cartola_store::records::{RecordFilter, RecordRow};
use cartola_store::{Page, Records, StoreError};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::rows::{one_more, page};
use crate::unit::Unit;
use crate::value::{Value, values};

macro_rules! record_select {
    () => {
        "SELECT r.id, r.link, r.kind, r.version, r.consent, r.archive, r.digest, r.first_read_at, \
         r.last_read_at, r.content_key, r.content_schema, r.content FROM record r"
    };
}
pub(crate) use record_select;

/// Where the consent of a record holds, and is about such records.
macro_rules! holds {
    ($now:literal) => {
        concat!(
            " EXISTS (SELECT 1 FROM consent c WHERE c.tenant = r.tenant AND c.id = r.consent \
             AND c.state = 1 AND (c.ended_at IS NULL OR c.ended_at > ",
            $now,
            ") AND (c.data IS NULL OR r.kind = ANY (string_to_array(c.data, ','))))"
        )
    };
}

const RECORD: &str =
    concat!(record_select!(), " WHERE r.tenant = $1 AND r.id = $2 AND", holds!("$3"));
const LAST: &str = concat!(
    record_select!(),
    " WHERE r.tenant = $1 AND r.link = $2 AND r.kind = $3 AND r.consent = $4 \
     ORDER BY r.id DESC LIMIT 1"
);
const RECORDS: &str = concat!(
    record_select!(),
    " WHERE r.tenant = $1 AND r.id <= $2 AND r.id <> $3 AND ($6::text IS NULL OR r.kind = $6) AND",
    holds!("$4"),
    " ORDER BY r.id DESC LIMIT $5"
);
const OF_LINK: &str = concat!(
    record_select!(),
    " WHERE r.tenant = $1 AND r.id <= $2 AND r.id <> $3 AND ($6::text IS NULL OR r.kind = $6) AND",
    holds!("$4"),
    " AND r.link = $7 ORDER BY r.id DESC LIMIT $5"
);
const NEWEST: &str = concat!(
    record_select!(),
    " WHERE r.tenant = $1 AND r.link = $2 AND r.kind = $3 AND",
    holds!("$4"),
    " ORDER BY r.id DESC LIMIT 1"
);
const ADD: &str = "INSERT INTO record (tenant, id, link, kind, version, consent, archive, digest, \
    first_read_at, last_read_at, content_key, content_schema, content) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const CONFIRM: &str = "UPDATE record SET last_read_at = $3 WHERE tenant = $1 AND id = $2";

/// No id is behind this one.
const LAST_ID: [u8; ID_BYTES] = [u8::MAX; ID_BYTES];

#[async_trait]
impl Records for PostgresStore {
    async fn record(
        &self,
        tenant: TenantId,
        id: RecordId,
        now: Timestamp,
    ) -> Result<Option<RecordRow>, StoreError> {
        self.first(tenant, RECORD, values![&tenant, &id, now], read_record).await
    }

    async fn last_record(
        &self,
        tenant: TenantId,
        link: LinkId,
        kind: RecordKind,
        consent: ConsentId,
    ) -> Result<Option<RecordRow>, StoreError> {
        let values = values![&tenant, &link, kind.name(), &consent];
        self.first(tenant, LAST, values, read_record).await
    }

    async fn newest_record(
        &self,
        tenant: TenantId,
        link: LinkId,
        kind: RecordKind,
        now: Timestamp,
    ) -> Result<Option<RecordRow>, StoreError> {
        self.first(tenant, NEWEST, values![&tenant, &link, kind.name(), now], read_record).await
    }

    async fn records(
        &self,
        tenant: TenantId,
        filter: RecordFilter,
        now: Timestamp,
        before: Option<RecordId>,
        limit: usize,
    ) -> Result<Page<RecordRow, RecordId>, StoreError> {
        // From the last one of the page before, without it; the nil id is nobody's.
        let from = before.map_or(LAST_ID, |id| *id.as_bytes());
        let kind = filter.kind.map(RecordKind::name);
        let without = Value::id_or_nil(before.as_ref());
        let mut values = values![&tenant, Value::Id(from), without, now, one_more(limit), kind];
        values.extend(filter.link.as_ref().map(Value::id));
        let query = if filter.link.is_some() { OF_LINK } else { RECORDS };
        let rows = self.all(tenant, query, values, read_record).await?;
        Ok(page(rows, limit, |row| row.id))
    }
}

pub fn add_record(unit: &mut Unit, row: &RecordRow) {
    let mut values = values![
        &unit.tenant,
        &row.id,
        &row.link,
        row.kind.name(),
        row.version,
        &row.consent,
        &row.archive,
        &row.digest,
        row.first_read_at,
        row.last_read_at,
    ];
    values.extend(Value::sealed(Some(&row.sealed)));
    unit.execute("adding a record", ADD, values);
}

pub fn confirm_record(unit: &mut Unit, id: RecordId, at: Timestamp) {
    unit.change("confirming a record", CONFIRM, values![&unit.tenant, &id, at]);
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

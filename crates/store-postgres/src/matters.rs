//! Matters.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::{MatterKind, MatterState};
use cartola_primitives::id::{MatterId, TenantId};
use cartola_store::matters::{MatterChange, MatterFilter, MatterRow, MatterStanding};
use cartola_store::{Matters, Page, StoreError};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::rows::{one_more, page};
use crate::unit::Unit;
use crate::value::{Value, values};

macro_rules! matter_columns {
    () => {
        "id, kind, person, subject, opened_at, state, due_at, content_key, content_schema, \
         content_sealed, version"
    };
}

const MATTER: &str =
    concat!("SELECT ", matter_columns!(), " FROM matter WHERE tenant = $1 AND id = $2");
const MATTERS: &str = concat!(
    "SELECT ",
    matter_columns!(),
    " FROM matter WHERE tenant = $1 AND id > $2 AND ($3::text IS NULL OR kind = $3) \
     AND ($4::text IS NULL OR state = $4) AND $5::bytea IS NULL \
     ORDER BY id LIMIT $6"
);
/// Asked for each consent that begins.
const OF_SUBJECT: &str = concat!(
    "SELECT ",
    matter_columns!(),
    " FROM matter WHERE tenant = $1 AND id > $2 AND ($3::text IS NULL OR kind = $3) \
     AND ($4::text IS NULL OR state = $4) AND subject = $5 ORDER BY id LIMIT $6"
);
const ADD: &str = concat!(
    "INSERT INTO matter (tenant, ",
    matter_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
);
/// The states are those that [`MatterState::blocks`] has.
const BLOCKED: &str = "SELECT 1 WHERE $3::bool = EXISTS (SELECT 1 FROM matter WHERE tenant = $1 \
    AND subject = $2 AND kind = 'block' AND state IN ('open', 'extended', 'granted'))";
const CHANGE: &str = "UPDATE matter SET state = $4, due_at = $5, content_key = $6, \
    content_schema = $7, content_sealed = $8, version = version + 1 \
    WHERE tenant = $1 AND id = $2 AND version = $3";

#[async_trait]
impl Matters for PostgresStore {
    async fn matter(
        &self,
        tenant: TenantId,
        id: MatterId,
    ) -> Result<Option<MatterRow>, StoreError> {
        self.first(tenant, MATTER, values![&tenant, &id], read_matter).await
    }

    async fn matters(
        &self,
        tenant: TenantId,
        filter: MatterFilter,
        after: Option<MatterId>,
        limit: usize,
    ) -> Result<Page<MatterRow, MatterId>, StoreError> {
        let values = values![
            &tenant,
            Value::id_or_nil(after.as_ref()),
            filter.kind.map(MatterKind::name),
            filter.state.map(MatterState::name),
            filter.subject.as_ref(),
            one_more(limit)
        ];
        let query = if filter.subject.is_some() { OF_SUBJECT } else { MATTERS };
        let rows = self.all(tenant, query, values, read_matter).await?;
        Ok(page(rows, limit, |row: &MatterRow| row.id))
    }
}

pub fn add_matter(unit: &mut Unit, row: &MatterRow) {
    let MatterStanding { state, due_at, content } = &row.standing;
    let values = values![
        &unit.tenant,
        &row.id,
        row.kind.name(),
        row.person.as_ref(),
        row.subject.as_ref(),
        row.opened_at,
        state.name(),
        *due_at,
        &content.key,
        content.schema,
        content.bytes.clone(),
        row.version
    ];
    unit.execute("adding a matter", ADD, values);
}

pub fn expect_blocked(unit: &mut Unit, subject: &Digest, expected: bool) {
    unit.change("expecting a block", BLOCKED, values![&unit.tenant, subject, expected]);
}

pub fn change_matter(unit: &mut Unit, change: &MatterChange) {
    let MatterStanding { state, due_at, content } = &change.standing;
    let values = values![
        &unit.tenant,
        &change.id,
        change.expected,
        state.name(),
        *due_at,
        &content.key,
        content.schema,
        content.bytes.clone()
    ];
    unit.change("changing a matter", CHANGE, values);
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

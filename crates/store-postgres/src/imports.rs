//! Imports.

use async_trait::async_trait;
use cartola_crypto::ContentHash;
use cartola_model::Coverage;
use cartola_primitives::Date;
use cartola_primitives::id::{AccountId, ImportId, TenantId};
use cartola_store::encoding::codes;
use cartola_store::encoding::day_number;
use cartola_store::imports::ImportRow;
use cartola_store::sightings::SightingRow;
use cartola_store::{Imports, Page, StoreError, StoreErrorKind};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::PostgresStore;
use crate::columns::{Columns, damaged};
use crate::rows::{one_more, page};
use crate::sightings;
use crate::unit::Unit;
use crate::value::{Value, values};

macro_rules! import_columns {
    () => {
        "id, account, consent, archive, content, layout, as_of, received_at, \
         covers_from, covers_to, complete, period, outcome, source"
    };
}

const IMPORT: &str =
    concat!("SELECT ", import_columns!(), " FROM import WHERE tenant = $1 AND id = $2");
const IMPORTS: &str = concat!(
    "SELECT ",
    import_columns!(),
    " FROM import WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3"
);
const OF_ACCOUNT: &str = concat!(
    "SELECT ",
    import_columns!(),
    " FROM import WHERE tenant = $1 AND id > $2 AND account = $4 ORDER BY id LIMIT $3"
);
const OF_CONTENT: &str = concat!(
    "SELECT ",
    import_columns!(),
    " FROM import WHERE tenant = $1 AND content = $2 ORDER BY id"
);
const COMPLETE: &str = concat!(
    "SELECT ",
    import_columns!(),
    " FROM import WHERE tenant = $1 AND account = $2 AND complete \
     AND covers_from <= $4 AND $3 <= covers_to ORDER BY id"
);
const ADD: &str = concat!(
    "INSERT INTO import (tenant, ",
    import_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
);

#[async_trait]
impl Imports for PostgresStore {
    async fn import(
        &self,
        tenant: TenantId,
        id: ImportId,
    ) -> Result<Option<ImportRow>, StoreError> {
        self.first(tenant, IMPORT, values![&tenant, &id], read_import).await
    }

    async fn imports_of_content(
        &self,
        tenant: TenantId,
        content: &ContentHash,
    ) -> Result<Vec<ImportRow>, StoreError> {
        self.all(tenant, OF_CONTENT, values![&tenant, content.as_bytes().to_vec()], read_import)
            .await
    }

    async fn complete_imports(
        &self,
        tenant: TenantId,
        account: AccountId,
        from: Date,
        to: Date,
    ) -> Result<Vec<ImportRow>, StoreError> {
        let values = values![&tenant, &account, day_number(from), day_number(to)];
        self.all(tenant, COMPLETE, values, read_import).await
    }

    async fn sightings(
        &self,
        tenant: TenantId,
        account: AccountId,
        from: Date,
        to: Date,
    ) -> Result<Vec<SightingRow>, StoreError> {
        let values = values![&tenant, &account, day_number(from), day_number(to)];
        self.all(tenant, sightings::OF_DAYS, values, sightings::read_sighting).await
    }

    async fn imports(
        &self,
        tenant: TenantId,
        account: Option<AccountId>,
        after: Option<ImportId>,
        limit: usize,
    ) -> Result<Page<ImportRow, ImportId>, StoreError> {
        let mut values = values![&tenant, Value::id_or_nil(after.as_ref()), one_more(limit)];
        values.extend(account.as_ref().map(Value::id));
        let query = if account.is_some() { OF_ACCOUNT } else { IMPORTS };
        let rows = self.all(tenant, query, values, read_import).await?;
        Ok(page(rows, limit, |row| row.id))
    }
}

pub fn add_import(unit: &mut Unit, row: &ImportRow) -> Result<(), StoreError> {
    let values = values![
        &unit.tenant,
        &row.id,
        &row.account,
        &row.consent,
        &row.archive,
        row.content.as_bytes().to_vec(),
        row.layout.as_str(),
        day_number(row.as_of),
        row.received_at,
        day_number(row.coverage.from),
        day_number(row.coverage.to),
        row.coverage.complete,
        row.period.as_ref().map(json).transpose()?,
        json(&row.outcome)?,
        codes::source_kind(row.source),
    ];
    unit.execute("adding an import", ADD, values);
    Ok(())
}

fn read_import(columns: &mut Columns<'_>) -> Result<ImportRow, StoreError> {
    Ok(ImportRow {
        id: columns.id()?,
        account: columns.id()?,
        consent: columns.id()?,
        archive: columns.id()?,
        content: ContentHash::from_bytes(columns.array()?),
        layout: columns.text()?.to_owned(),
        as_of: columns.date()?,
        received_at: columns.timestamp()?,
        coverage: Coverage {
            from: columns.date()?,
            to: columns.date()?,
            complete: columns.flag()?,
        },
        period: columns.optional_text()?.map(of_json).transpose()?,
        outcome: columns.text().and_then(of_json)?,
        source: columns.code(codes::source_kind_of)?,
    })
}

fn json<T: Serialize>(value: &T) -> Result<Value, StoreError> {
    serde_json::to_string(value).map(Value::Text).map_err(|error| {
        StoreError::new(StoreErrorKind::Misuse, "writing an import as JSON").caused_by(error)
    })
}

/// The parser's own message may quote what it read, and is left out.
fn of_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| damaged())
}

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
use rusqlite::params;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::SqliteStore;
use crate::columns::{Columns, bytes_or_empty, damaged};
use crate::rows::{all, page};
use crate::sightings;
use crate::unit::Unit;

macro_rules! import_columns {
    () => {
        "id, account, consent, archive, content, layout, as_of, received_at, \
         covers_from, covers_to, complete, period, outcome, source"
    };
}

const IMPORT: &str =
    concat!("SELECT ", import_columns!(), " FROM import WHERE tenant = ?1 AND id = ?2");
const IMPORTS: &str =
    concat!("SELECT ", import_columns!(), " FROM import WHERE tenant = ?1 AND id > ?2 ORDER BY id");
const OF_ACCOUNT: &str = concat!(
    "SELECT ",
    import_columns!(),
    " FROM import WHERE tenant = ?1 AND id > ?2 AND account = ?3 ORDER BY id"
);
const OF_CONTENT: &str = concat!(
    "SELECT ",
    import_columns!(),
    " FROM import WHERE tenant = ?1 AND content = ?2 ORDER BY id"
);
const COMPLETE: &str = concat!(
    "SELECT ",
    import_columns!(),
    " FROM import WHERE tenant = ?1 AND account = ?2 AND complete = 1 \
     AND covers_from <= ?4 AND ?3 <= covers_to ORDER BY id"
);
const ADD: &str = concat!(
    "INSERT INTO import (tenant, ",
    import_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
);

#[async_trait]
impl Imports for SqliteStore {
    async fn import(
        &self,
        tenant: TenantId,
        id: ImportId,
    ) -> Result<Option<ImportRow>, StoreError> {
        self.first(IMPORT, tenant, *id.as_bytes(), read_import).await
    }

    async fn imports_of_content(
        &self,
        tenant: TenantId,
        content: &ContentHash,
    ) -> Result<Vec<ImportRow>, StoreError> {
        let content = *content;
        self.read(move |connection| {
            let values = params![tenant.as_bytes(), content.as_bytes()];
            all(connection, OF_CONTENT, values, read_import)
        })
        .await
    }

    async fn complete_imports(
        &self,
        tenant: TenantId,
        account: AccountId,
        from: Date,
        to: Date,
    ) -> Result<Vec<ImportRow>, StoreError> {
        self.read(move |connection| {
            let days = (day_number(from), day_number(to));
            let values = params![tenant.as_bytes(), account.as_bytes(), days.0, days.1];
            all(connection, COMPLETE, values, read_import)
        })
        .await
    }

    async fn sightings(
        &self,
        tenant: TenantId,
        account: AccountId,
        from: Date,
        to: Date,
    ) -> Result<Vec<SightingRow>, StoreError> {
        self.read(move |connection| sightings::of_days(connection, tenant, account, (from, to)))
            .await
    }

    async fn imports(
        &self,
        tenant: TenantId,
        account: Option<AccountId>,
        after: Option<ImportId>,
        limit: usize,
    ) -> Result<Page<ImportRow, ImportId>, StoreError> {
        self.read(move |connection| {
            let after = bytes_or_empty(after.as_ref());
            let key = |row: &ImportRow| row.id;
            let take = |columns: &mut Columns<'_>| read_import(columns).map(Some);
            match account {
                None => {
                    page(connection, IMPORTS, params![tenant.as_bytes(), after], limit, key, take)
                }
                Some(account) => {
                    let values = params![tenant.as_bytes(), after, account.as_bytes()];
                    page(connection, OF_ACCOUNT, values, limit, key, take)
                }
            }
        })
        .await
    }
}

pub fn add_import(unit: &Unit<'_>, row: &ImportRow) -> Result<(), StoreError> {
    let values = params![
        unit.tenant.as_bytes(),
        row.id.as_bytes(),
        row.account.as_bytes(),
        row.consent.as_bytes(),
        row.archive.as_bytes(),
        row.content.as_bytes(),
        row.layout,
        day_number(row.as_of),
        row.received_at.as_microsecond(),
        day_number(row.coverage.from),
        day_number(row.coverage.to),
        row.coverage.complete,
        row.period.as_ref().map(json).transpose()?,
        json(&row.outcome)?,
        codes::source_kind(row.source),
    ];
    unit.execute("adding an import", ADD, values).map(drop)
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
            complete: columns.integer()? != 0,
        },
        period: columns.optional_text()?.map(of_json).transpose()?,
        outcome: columns.text().and_then(of_json)?,
        source: columns.integer().ok().and_then(codes::source_kind_of).ok_or_else(damaged)?,
    })
}

fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| {
        StoreError::new(StoreErrorKind::Misuse, "writing an import as JSON").caused_by(error)
    })
}

/// The parser's own message may quote what it read, and is left out.
fn of_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| damaged())
}

//! Running a prepared query and reading what it gives.

use cartola_primitives::id::TenantId;
use cartola_store::{Page, StoreError, page_size};
use rusqlite::{Connection, Params, params};

use crate::SqliteStore;
use crate::columns::Columns;
use crate::error::Doing;

/// What a failing query was doing; which one it was, SQLite's own message tells.
const READING: &str = "reading from the store";

/// All rows of a query.
pub fn all<T>(
    connection: &Connection,
    query: &'static str,
    values: impl Params,
    read: impl FnMut(&mut Columns<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    each(connection, query, values, collect_into(&mut found, read))?;
    Ok(found)
}

fn collect_into<T>(
    found: &mut Vec<T>,
    mut read: impl FnMut(&mut Columns<'_>) -> Result<T, StoreError>,
) -> impl FnMut(&mut Columns<'_>) -> Result<bool, StoreError> {
    move |columns| {
        found.push(read(columns)?);
        Ok(true)
    }
}

/// The first row of a query, if there is one.
pub fn first<T>(
    connection: &Connection,
    query: &'static str,
    values: impl Params,
    mut read: impl FnMut(&mut Columns<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut found = None;
    each(connection, query, values, |columns| {
        found = Some(read(columns)?);
        Ok(false)
    })?;
    Ok(found)
}

/// Hands the rows of a query to `take` until it answers that it has enough.
pub fn each(
    connection: &Connection,
    query: &'static str,
    values: impl Params,
    mut take: impl FnMut(&mut Columns<'_>) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(query).doing(READING)?;
    let mut rows = statement.query(values).doing(READING)?;
    while let Some(row) = rows.next().doing(READING)? {
        if !take(&mut Columns::of(row))? {
            break;
        }
    }
    Ok(())
}

/// A page of a list, of which `take` gives the next row that may be shown, or nothing for one that
/// may not. One row more than asked for is looked at, to know whether there is another page.
pub fn page<T, Key>(
    connection: &Connection,
    query: &'static str,
    values: impl Params,
    limit: usize,
    key: impl Fn(&T) -> Key,
    mut take: impl FnMut(&mut Columns<'_>) -> Result<Option<T>, StoreError>,
) -> Result<Page<T, Key>, StoreError> {
    let limit = page_size(limit);
    let mut rows = Vec::new();
    let mut more = false;
    each(connection, query, values, |columns| {
        if let Some(row) = take(columns)? {
            more = rows.len() == limit;
            if !more {
                rows.push(row);
            }
        }
        Ok(!more)
    })?;
    let next = if more { rows.last().map(key) } else { None };
    Ok(Page { rows, next })
}

/// Runs several queries on one state of the store.
pub fn snapshot<T>(
    connection: &Connection,
    read: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    run(connection, "BEGIN")?;
    let result = read();
    run(connection, "COMMIT")?;
    result
}

fn run(connection: &Connection, statement: &'static str) -> Result<(), StoreError> {
    connection.prepare_cached(statement).and_then(|mut it| it.execute([])).map(drop).doing(READING)
}

impl SqliteStore {
    /// The first row of a tenant's under a key, if there is one.
    pub(crate) async fn first<T: Send + 'static, const KEY_BYTES: usize>(
        &self,
        query: &'static str,
        tenant: TenantId,
        key: [u8; KEY_BYTES],
        read: impl Fn(&mut Columns<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Option<T>, StoreError> {
        self.glance(move |connection| {
            first(connection, query, params![tenant.as_bytes(), key], &read)
        })
        .await
    }
}

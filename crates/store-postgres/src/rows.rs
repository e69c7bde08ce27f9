//! Reading what a query gives.

use cartola_primitives::id::TenantId;
use cartola_store::{Page, StoreError, page_size};
use tokio_postgres::Row;

use crate::PostgresStore;
use crate::columns::{Columns, damaged};
use crate::session::{READ, Session};
use crate::value::Value;

/// Reads every row.
pub fn each<T>(
    rows: &[Row],
    mut read: impl FnMut(&mut Columns<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    rows.iter().map(|row| read(&mut Columns::of(row))).collect()
}

/// Reads the first row, if there is one.
pub fn first<T>(
    rows: &[Row],
    read: impl FnOnce(&mut Columns<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    rows.first().map(|row| read(&mut Columns::of(row))).transpose()
}

/// Reads the only row of a query that always gives one.
pub fn only<T>(
    rows: &[Row],
    read: impl FnOnce(&mut Columns<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    first(rows, read)?.ok_or_else(damaged)
}

/// Of a page the rows to ask for: one more than is given, to know whether there is another page.
pub fn one_more(limit: usize) -> Value {
    Value::from(page_size(limit) as u64 + 1)
}

/// A page out of [`one_more`] rows than it may have.
pub fn page<T, Key>(mut rows: Vec<T>, limit: usize, key: impl Fn(&T) -> Key) -> Page<T, Key> {
    let limit = page_size(limit);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = if more { rows.last().map(key) } else { None };
    Page { rows, next }
}

impl PostgresStore {
    /// The rows of one query of a tenant, in one round trip.
    pub(crate) async fn rows(
        &self,
        tenant: TenantId,
        query: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.connect().await?.read(tenant, query, &values).await
    }

    /// All rows of a query of a tenant.
    pub(crate) async fn all<T>(
        &self,
        tenant: TenantId,
        query: &'static str,
        values: Vec<Value>,
        read: impl FnMut(&mut Columns<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        each(&self.rows(tenant, query, values).await?, read)
    }

    /// The first row of a query of a tenant, if there is one.
    pub(crate) async fn first<T>(
        &self,
        tenant: TenantId,
        query: &'static str,
        values: Vec<Value>,
        read: impl FnOnce(&mut Columns<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        first(&self.rows(tenant, query, values).await?, read)
    }

    /// The rows of a query that belongs to no tenant.
    pub(crate) async fn of_nobody(
        &self,
        query: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.connect().await?.alone(query, &values).await
    }

    /// Begins a read of several queries on one state of the store, with the first one.
    pub(crate) async fn begin_reading(
        &self,
        tenant: TenantId,
        query: &'static str,
        values: &[Value],
    ) -> Result<(Session, Vec<Row>), StoreError> {
        let mut session = self.connect().await?;
        let rows = session.begin(READ, tenant, query, values).await?;
        Ok((session, rows))
    }
}

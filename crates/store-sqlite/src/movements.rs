//! Movements, what their sources said, and the change feed.

mod attested;
mod beside;
pub mod days;
pub mod feed;
mod page;
#[cfg(test)]
mod plans;
mod row;
pub mod write;

use async_trait::async_trait;
use cartola_primitives::id::{AccountId, MovementId, TenantId};
use cartola_primitives::{Date, Timestamp};
use cartola_store::movements::MAX_SCAN;
use cartola_store::movements::{
    AliasRow, Attested, FeedEntry, MovementPage, MovementQuery, MovementRow,
};
use cartola_store::{MAX_PAGE, Movements, StoreError, page_size};
use rusqlite::{Connection, params};

pub use feed::{feed_position, forget as forget_entries, set_feed_position};
#[cfg(feature = "bench")]
pub use page::OF_ACCOUNT_NEWEST;
pub use page::page;
pub use row::read_movement;
pub use write::{add_alias, add_movements, add_sources, change_movements, move_source};

use crate::SqliteStore;
use crate::columns::Columns;
use crate::rows::{all, snapshot};

/// What [`read_movement`] reads, of all tenants: for a check.
pub const EVERY_MOVEMENT: &str = concat!("SELECT ", row::movement_columns!(""), " FROM movement");

/// Rows that a page is looked for in on the caller's thread, at most.
const MAX_GLANCED: usize = MAX_PAGE + 1;

const ALIASES: &str = "SELECT alias, movement, at, undone FROM alias \
    WHERE tenant = ?1 AND alias = ?2 \
    UNION SELECT alias, movement, at, undone FROM alias WHERE tenant = ?1 AND movement = ?2 \
    ORDER BY 3, 1, 2, 4";

#[async_trait]
impl Movements for SqliteStore {
    async fn movements(
        &self,
        tenant: TenantId,
        query: &MovementQuery,
    ) -> Result<MovementPage, StoreError> {
        // Most pages are full after few rows; where a filter or an ended consent leaves many out,
        // and where a text is looked for, a thread walks on.
        if query.text.is_none() {
            let glanced = query.clone();
            let look =
                move |connection: &Connection| page(connection, tenant, &glanced, MAX_GLANCED);
            let found = self.glance(look).await?;
            if found.next.is_none() || found.rows.len() == page_size(query.limit) {
                return Ok(found);
            }
        }
        let query = query.clone();
        self.read(move |connection| page(connection, tenant, &query, MAX_SCAN)).await
    }

    async fn movement(
        &self,
        tenant: TenantId,
        id: MovementId,
        now: Timestamp,
    ) -> Result<Option<Attested>, StoreError> {
        self.read(move |connection| {
            snapshot(connection, || attested::movement(connection, tenant, id, now))
        })
        .await
    }

    async fn window(
        &self,
        tenant: TenantId,
        account: AccountId,
        from: Date,
        to: Date,
    ) -> Result<Vec<Attested>, StoreError> {
        self.read(move |connection| {
            snapshot(connection, || attested::window(connection, tenant, account, from, to))
        })
        .await
    }

    async fn day_before(
        &self,
        tenant: TenantId,
        account: AccountId,
        day: Date,
    ) -> Result<Vec<MovementRow>, StoreError> {
        self.read(move |connection| attested::day_before(connection, tenant, account, day)).await
    }

    async fn feed(
        &self,
        tenant: TenantId,
        after: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<FeedEntry>, StoreError> {
        self.read(move |connection| feed::entries(connection, tenant, after, limit, now)).await
    }

    async fn feed_end(&self, tenant: TenantId) -> Result<u64, StoreError> {
        self.glance(move |connection| feed_position(connection, tenant)).await
    }

    async fn aliases(&self, tenant: TenantId, id: MovementId) -> Result<Vec<AliasRow>, StoreError> {
        self.read(move |connection| {
            all(connection, ALIASES, params![tenant.as_bytes(), id.as_bytes()], read_alias)
        })
        .await
    }
}

fn read_alias(columns: &mut Columns<'_>) -> Result<AliasRow, StoreError> {
    Ok(AliasRow {
        alias: columns.id()?,
        movement: columns.id()?,
        at: columns.timestamp()?,
        undone: columns.integer()? != 0,
    })
}

//! Movements, what their sources said, and the change feed.

mod attested;
mod feed;
mod page;
#[cfg(test)]
mod plans;
mod row;
pub mod write;

use async_trait::async_trait;
use cartola_primitives::id::{AccountId, MovementId, TenantId};
use cartola_primitives::{Date, Timestamp};
use cartola_store::movements::{
    AliasRow, Attested, FeedEntry, MovementPage, MovementQuery, MovementRow,
};
use cartola_store::{Movements, StoreError};
use rusqlite::{Connection, params};

#[cfg(feature = "bench")]
pub use page::OF_ACCOUNT_NEWEST;
pub use page::page;
pub use write::{
    add_alias, add_movements, add_sources, change_movements, feed_position, move_source,
    set_feed_position,
};

use crate::SqliteStore;
use crate::columns::Columns;
use crate::rows::{all, snapshot};

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
        let query = query.clone();
        // A text is looked for in many rows to fill one page.
        let far = query.text.is_some();
        let read = move |connection: &Connection| page(connection, tenant, &query);
        if far { self.read(read).await } else { self.glance(read).await }
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

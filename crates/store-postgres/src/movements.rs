//! Movements, what their sources said, and the change feed.

mod attested;
mod feed;
mod keys;
mod page;
mod row;
mod write;

use async_trait::async_trait;
use cartola_primitives::id::{AccountId, MovementId, TenantId};
use cartola_primitives::{Date, Timestamp};
use cartola_store::movements::{
    AliasRow, Attested, FeedEntry, MovementPage, MovementQuery, MovementRow,
};
use cartola_store::{Movements, StoreError};

pub use page::OF_TENANT_OLDEST as NEXT_MOVEMENTS;
pub use row::read_stored_movement;
pub use write::{add_alias, add_movements, add_sources, change_movements, move_source};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::value::values;

const ALIASES: &str = "SELECT alias, movement, at, undone FROM alias \
    WHERE tenant = $1 AND alias = $2 \
    UNION SELECT alias, movement, at, undone FROM alias WHERE tenant = $1 AND movement = $2 \
    ORDER BY 3, 1, 2, 4";

#[async_trait]
impl Movements for PostgresStore {
    async fn movements(
        &self,
        tenant: TenantId,
        query: &MovementQuery,
    ) -> Result<MovementPage, StoreError> {
        page::page(self, tenant, query).await
    }

    async fn movement(
        &self,
        tenant: TenantId,
        id: MovementId,
        now: Timestamp,
    ) -> Result<Option<Attested>, StoreError> {
        attested::movement(self, tenant, id, now).await
    }

    async fn window(
        &self,
        tenant: TenantId,
        account: AccountId,
        from: Date,
        to: Date,
    ) -> Result<Vec<Attested>, StoreError> {
        attested::window(self, tenant, account, (from, to)).await
    }

    async fn day_before(
        &self,
        tenant: TenantId,
        account: AccountId,
        day: Date,
    ) -> Result<Vec<MovementRow>, StoreError> {
        attested::day_before(self, tenant, account, day).await
    }

    async fn feed(
        &self,
        tenant: TenantId,
        after: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<FeedEntry>, StoreError> {
        feed::entries(self, tenant, after, limit, now).await
    }

    async fn feed_end(&self, tenant: TenantId) -> Result<u64, StoreError> {
        const END: &str = "SELECT feed_position FROM tenant_head WHERE tenant = $1";
        let end = self
            .first(tenant, END, values![&tenant], |columns: &mut Columns<'_>| columns.number())
            .await?;
        Ok(end.unwrap_or(0))
    }

    async fn aliases(&self, tenant: TenantId, id: MovementId) -> Result<Vec<AliasRow>, StoreError> {
        self.all(tenant, ALIASES, values![&tenant, &id], read_alias).await
    }
}

fn read_alias(columns: &mut Columns<'_>) -> Result<AliasRow, StoreError> {
    Ok(AliasRow {
        alias: columns.id()?,
        movement: columns.id()?,
        at: columns.timestamp()?,
        undone: columns.flag()?,
    })
}

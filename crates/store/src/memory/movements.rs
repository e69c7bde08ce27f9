mod page;
mod write;

use std::iter::zip;

use async_trait::async_trait;
use cartola_model::MovementStatus;
use cartola_primitives::id::{AccountId, MovementId, SourceId, TenantId};
use cartola_primitives::{Date, Timestamp};

pub use self::write::{add_alias, add_movements, add_sources, change_movements, move_source};
use super::MemoryStore;
use super::consents::Permits;
use super::tables::Tables;
use crate::movements::{
    AliasRow, Attested, FeedEntry, MovementKey, MovementPage, MovementQuery, MovementRow,
};
use crate::{Movements, StoreError, page_size};

#[async_trait]
impl Movements for MemoryStore {
    async fn movements(
        &self,
        tenant: TenantId,
        query: &MovementQuery,
    ) -> Result<MovementPage, StoreError> {
        Ok(page::page(&self.tables(tenant), query))
    }

    async fn movement(
        &self,
        tenant: TenantId,
        id: MovementId,
        now: Timestamp,
    ) -> Result<Option<Attested>, StoreError> {
        let tables = self.tables(tenant);
        let mut permits = Permits::new(&tables, now);
        let allowed = tables.movements.get(&id).filter(|row| permits.set_holds(row.consents));
        Ok(allowed.map(|row| attested(&tables, row)))
    }

    async fn window(
        &self,
        tenant: TenantId,
        account: AccountId,
        from: Date,
        to: Date,
    ) -> Result<Vec<Attested>, StoreError> {
        let tables = self.tables(tenant);
        let days = page::on_days(&tables, Some(account), first_of(from), last_of(to));
        Ok(days.map(|key| attested(&tables, &tables.movements[&key.id])).collect())
    }

    async fn day_before(
        &self,
        tenant: TenantId,
        account: AccountId,
        day: Date,
    ) -> Result<Vec<MovementRow>, StoreError> {
        let tables = self.tables(tenant);
        let Ok(yesterday) = day.yesterday() else { return Ok(Vec::new()) };
        let mut rows: Vec<MovementRow> =
            page::on_days(&tables, Some(account), first_of(Date::MIN), last_of(yesterday))
                .rev()
                .map(|key| tables.movements[&key.id].clone())
                .filter(|row| row.movement.status != MovementStatus::Removed)
                .collect();
        let last_day = rows.first().map(|row| row.movement.booked_on);
        rows.retain(|row| Some(row.movement.booked_on) == last_day);
        rows.reverse();
        Ok(rows)
    }

    async fn feed(
        &self,
        tenant: TenantId,
        after: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<FeedEntry>, StoreError> {
        let tables = self.tables(tenant);
        let mut permits = Permits::new(&tables, now);
        let entries = zip(1.., tables.feed.iter()).skip_while(|&(position, _)| position <= after);
        // What is forgotten is left out, and its positions stay.
        let entries = entries.filter(|(_, (_, id))| tables.movements.contains_key(id));
        Ok(entries
            .take(page_size(limit))
            .map(|(position, &(change, movement))| {
                let row = &tables.movements[&movement];
                let shown = row.movement.status != MovementStatus::Removed
                    && permits.set_holds(row.consents);
                let account = row.movement.account;
                FeedEntry { position, change, movement, account, row: shown.then(|| row.clone()) }
            })
            .collect())
    }

    async fn feed_end(&self, tenant: TenantId) -> Result<u64, StoreError> {
        Ok(self.tables(tenant).feed.len() as u64)
    }

    async fn aliases(&self, tenant: TenantId, id: MovementId) -> Result<Vec<AliasRow>, StoreError> {
        let tables = self.tables(tenant);
        let names = |row: &&AliasRow| row.alias == id || row.movement == id;
        let mut rows: Vec<AliasRow> = tables.aliases.iter().filter(names).copied().collect();
        rows.sort_by_key(|row| (row.at, row.alias, row.movement, row.undone));
        Ok(rows)
    }
}

fn attested(tables: &Tables, row: &MovementRow) -> Attested {
    let id = row.movement.id;
    let range = (id, SourceId::from_bytes([0; 16]))..=(id, SourceId::from_bytes([u8::MAX; 16]));
    let sources =
        tables.sources_of.range(range).map(|(_, source)| tables.sources[source].clone()).collect();
    Attested { row: row.clone(), sources }
}

/// Before every movement of the day.
fn first_of(booked_on: Date) -> MovementKey {
    MovementKey { booked_on, id: MovementId::from_bytes([0; 16]) }
}

/// After every movement of the day.
fn last_of(booked_on: Date) -> MovementKey {
    MovementKey { booked_on, id: MovementId::from_bytes([u8::MAX; 16]) }
}

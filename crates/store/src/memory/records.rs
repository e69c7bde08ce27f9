use std::ops::Bound;

use async_trait::async_trait;
use cartola_model::RecordKind;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentId, LinkId, RecordId, TenantId};

use super::MemoryStore;
use super::consents::Permits;
use super::tables::{Tables, add, expect};
use crate::records::{RecordFilter, RecordRow};
use crate::{Page, Records, StoreError, page_size};

#[async_trait]
impl Records for MemoryStore {
    async fn record(
        &self,
        tenant: TenantId,
        id: RecordId,
        now: Timestamp,
    ) -> Result<Option<RecordRow>, StoreError> {
        let tables = self.tables(tenant);
        let permits = Permits::new(&tables, now);
        let row = tables.records.get(&id).filter(|row| permits.record_shown(row));
        Ok(row.cloned())
    }

    async fn last_record(
        &self,
        tenant: TenantId,
        link: LinkId,
        kind: RecordKind,
        consent: ConsentId,
    ) -> Result<Option<RecordRow>, StoreError> {
        let tables = self.tables(tenant);
        let mut newest_first = tables.records.values().rev();
        let last =
            newest_first.find(|row| (row.link, row.kind, row.consent) == (link, kind, consent));
        Ok(last.cloned())
    }

    async fn newest_record(
        &self,
        tenant: TenantId,
        link: LinkId,
        kind: RecordKind,
        now: Timestamp,
    ) -> Result<Option<RecordRow>, StoreError> {
        let filter = RecordFilter { link: Some(link), kind: Some(kind) };
        Ok(self.records(tenant, filter, now, None, 1).await?.rows.pop())
    }

    async fn records(
        &self,
        tenant: TenantId,
        filter: RecordFilter,
        now: Timestamp,
        before: Option<RecordId>,
        limit: usize,
    ) -> Result<Page<RecordRow, RecordId>, StoreError> {
        let tables = self.tables(tenant);
        let permits = Permits::new(&tables, now);
        let end = before.map_or(Bound::Unbounded, Bound::Excluded);
        let mut shown = tables
            .records
            .range((Bound::Unbounded, end))
            .rev()
            .map(|(_, row)| row)
            .filter(|row| filter.link.is_none_or(|link| link == row.link))
            .filter(|row| filter.kind.is_none_or(|kind| kind == row.kind))
            .filter(|row| permits.record_shown(row));
        let rows: Vec<RecordRow> = shown.by_ref().take(page_size(limit)).cloned().collect();
        let next = shown.next().and_then(|_| rows.last().map(|row| row.id));
        Ok(Page { rows, next })
    }
}

pub fn add_record(tables: &mut Tables, row: RecordRow) -> Result<(), StoreError> {
    add(&mut tables.records, row.id, row)
}

pub fn confirm_record(tables: &mut Tables, id: RecordId, at: Timestamp) -> Result<(), StoreError> {
    expect(&mut tables.records, &id, |_| true)?.last_read_at = at;
    Ok(())
}

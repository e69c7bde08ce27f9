use std::sync::Arc;

use async_trait::async_trait;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{JobId, TaskId, TenantId};

use super::MemoryStore;
use super::tables::{Tables, add, expect, page};
use crate::tasks::{TaskEnd, TaskRow, TaskSight};
use crate::{MAX_PAGE, Page, StoreError, Tasks};

#[async_trait]
impl Tasks for MemoryStore {
    async fn task(&self, tenant: TenantId, id: TaskId) -> Result<Option<TaskRow>, StoreError> {
        Ok(self.tables(tenant).tasks.get(&id).cloned())
    }

    async fn task_sight(
        &self,
        tenant: TenantId,
        id: TaskId,
    ) -> Result<Option<TaskSight>, StoreError> {
        let tables = self.tables(tenant);
        let Some(row) = tables.tasks.get(&id).cloned() else { return Ok(None) };
        let state = |job: Option<JobId>| Some(tables.jobs.get(&job?)?.state);
        let mandate = row.mandate.and_then(|mandate| tables.consents.get(&mandate).cloned());
        let (job, ending) = (state(row.job), state(row.ending));
        Ok(Some(TaskSight { row, mandate, job, ending }))
    }

    async fn tasks(
        &self,
        tenant: TenantId,
        after: Option<TaskId>,
        limit: usize,
    ) -> Result<Page<TaskRow, TaskId>, StoreError> {
        Ok(page(&self.tables(tenant).tasks, after, limit, |_| true))
    }

    async fn forget_tasks(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut state = self.lock();
        let mut left = MAX_PAGE;
        for tables in state.tenants.values_mut() {
            let expired = tables.tasks.values().filter(|row| row.expires_at <= now);
            let expired: Vec<TaskId> = expired.map(|row| row.id).take(left).collect();
            left -= expired.len();
            if !expired.is_empty() {
                let tables = Arc::make_mut(tables);
                Arc::make_mut(&mut tables.tasks).retain(|id, _| !expired.contains(id));
            }
        }
        Ok(MAX_PAGE - left)
    }
}

pub fn add_task(tables: &mut Tables, row: TaskRow) -> Result<(), StoreError> {
    add(&mut tables.tasks, row.id, row)
}

pub fn end_task(tables: &mut Tables, id: TaskId, end: TaskEnd) -> Result<(), StoreError> {
    expect(&mut tables.tasks, &id, |row| row.end.is_none())?.end = Some(end);
    Ok(())
}

//! Tasks.

use async_trait::async_trait;
use cartola_model::Failure;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{TaskId, TenantId};
use cartola_store::tasks::{TaskEnd, TaskRow, TaskSight};
use cartola_store::{MAX_PAGE, Page, StoreError, Tasks};

use crate::PostgresStore;
use crate::columns::{Columns, damaged};
use crate::consents::{CONSENT_COLUMNS, consent_columns, read_consent};
use crate::jobs::{STATE_COLUMNS, read_state, state_columns};
use crate::rows::{one_more, only, page};
use crate::unit::Unit;
use crate::value::{Value, values};

macro_rules! task_columns {
    () => {
        "id, action, link, job, ending, mandate, created_at, expires_at, ended_at, failure, result_key, \
         result_schema, result"
    };
}

const TASK: &str = concat!("SELECT ", task_columns!(), " FROM task WHERE tenant = $1 AND id = $2");
/// A task with what it stands by, each behind whether it is there.
const SIGHT: &str = concat!(
    "SELECT t.*, c.id IS NOT NULL, c.*, j.state IS NOT NULL, j.*, e.state IS NOT NULL, e.* \
     FROM (SELECT ",
    task_columns!(),
    " FROM task WHERE tenant = $1 AND id = $2) t LEFT JOIN LATERAL (SELECT ",
    consent_columns!(),
    " FROM consent WHERE tenant = $1 AND id = t.mandate LIMIT 1) c ON true \
     LEFT JOIN LATERAL (SELECT ",
    state_columns!(),
    " FROM job WHERE tenant = $1 AND id = t.job LIMIT 1) j ON true LEFT JOIN LATERAL (SELECT ",
    state_columns!(),
    " FROM job WHERE tenant = $1 AND id = t.ending LIMIT 1) e ON true"
);
const TASKS: &str = concat!(
    "SELECT ",
    task_columns!(),
    " FROM task WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3"
);
const ADD: &str = concat!(
    "INSERT INTO task (tenant, ",
    task_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
);
const END: &str = "UPDATE task SET ended_at = $3, failure = $4, result_key = $5, \
    result_schema = $6, result = $7 WHERE tenant = $1 AND id = $2 AND ended_at IS NULL";
const FORGET: &str = "SELECT forget_expired_tasks($1, $2)";

#[async_trait]
impl Tasks for PostgresStore {
    async fn task(&self, tenant: TenantId, id: TaskId) -> Result<Option<TaskRow>, StoreError> {
        self.first(tenant, TASK, values![&tenant, &id], read_task).await
    }

    async fn task_sight(
        &self,
        tenant: TenantId,
        id: TaskId,
    ) -> Result<Option<TaskSight>, StoreError> {
        self.first(tenant, SIGHT, values![&tenant, &id], read_sight).await
    }

    async fn tasks(
        &self,
        tenant: TenantId,
        after: Option<TaskId>,
        limit: usize,
    ) -> Result<Page<TaskRow, TaskId>, StoreError> {
        let values = values![&tenant, Value::id_or_nil(after.as_ref()), one_more(limit)];
        let rows = self.all(tenant, TASKS, values, read_task).await?;
        Ok(page(rows, limit, |row| row.id))
    }

    async fn forget_tasks(&self, now: Timestamp) -> Result<usize, StoreError> {
        let rows = self.of_nobody(FORGET, values![now, MAX_PAGE as u64]).await?;
        only(&rows, |columns: &mut Columns<'_>| columns.number())
    }
}

pub fn add_task(unit: &mut Unit, row: &TaskRow) {
    let end = row.end.as_ref();
    let mut values = values![
        &unit.tenant,
        &row.id,
        row.action.as_str(),
        row.link.as_ref(),
        row.job.as_ref(),
        row.ending.as_ref(),
        row.mandate.as_ref(),
        row.created_at,
        row.expires_at,
        end.map(|end| end.at),
        end.and_then(|end| end.failure).map(Failure::name),
    ];
    values.extend(Value::sealed(end.and_then(|end| end.result.as_ref())));
    unit.execute("adding a task", ADD, values);
}

pub fn end_task(unit: &mut Unit, id: TaskId, end: &TaskEnd) {
    let mut values = values![&unit.tenant, &id, end.at, end.failure.map(Failure::name)];
    values.extend(Value::sealed(end.result.as_ref()));
    unit.change("ending a task", END, values);
}

fn read_sight(columns: &mut Columns<'_>) -> Result<TaskSight, StoreError> {
    Ok(TaskSight {
        row: read_task(columns)?,
        mandate: columns.where_it_is(CONSENT_COLUMNS, read_consent)?,
        job: columns.where_it_is(STATE_COLUMNS, read_state)?,
        ending: columns.where_it_is(STATE_COLUMNS, read_state)?,
    })
}

fn read_task(columns: &mut Columns<'_>) -> Result<TaskRow, StoreError> {
    Ok(TaskRow {
        id: columns.id()?,
        action: columns.text()?.to_owned(),
        link: columns.optional_id()?,
        job: columns.optional_id()?,
        ending: columns.optional_id()?,
        mandate: columns.optional_id()?,
        created_at: columns.timestamp()?,
        expires_at: columns.timestamp()?,
        end: read_end(columns)?,
    })
}

fn read_end(columns: &mut Columns<'_>) -> Result<Option<TaskEnd>, StoreError> {
    let at = columns.optional_timestamp()?;
    let failure = columns.optional_text()?.map(|name| Failure::parse(name).ok_or_else(damaged));
    let (failure, result) = (failure.transpose()?, columns.optional_sealed()?);
    Ok(at.map(|at| TaskEnd { at, failure, result }))
}

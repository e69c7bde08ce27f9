//! Tasks.

use async_trait::async_trait;
use cartola_model::Failure;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{JobId, TaskId, TenantId};
use cartola_store::tasks::{TaskEnd, TaskRow, TaskSight};
use cartola_store::{MAX_PAGE, Page, StoreError, Tasks};
use rusqlite::{Connection, params};

use crate::SqliteStore;
use crate::columns::{Columns, bytes_or_empty, bytes_or_null, damaged, sealed_columns, signed};
use crate::error::Doing;
use crate::rows::{first, page, snapshot};
use crate::unit::Unit;
use crate::{consents, jobs};

macro_rules! task_columns {
    () => {
        "id, action, link, job, ending, mandate, created_at, expires_at, ended_at, failure, result_key, \
         result_schema, result"
    };
}

const TASK: &str = concat!("SELECT ", task_columns!(), " FROM task WHERE tenant = ?1 AND id = ?2");
const TASKS: &str =
    concat!("SELECT ", task_columns!(), " FROM task WHERE tenant = ?1 AND id > ?2 ORDER BY id");
const ADD: &str = concat!(
    "INSERT INTO task (tenant, ",
    task_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
);
const END: &str = "UPDATE task SET ended_at = ?3, failure = ?4, result_key = ?5, \
    result_schema = ?6, result = ?7 WHERE tenant = ?1 AND id = ?2 AND ended_at IS NULL";
const FORGET: &str = "DELETE FROM task WHERE rowid IN \
    (SELECT rowid FROM task WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)";

#[async_trait]
impl Tasks for SqliteStore {
    async fn task(&self, tenant: TenantId, id: TaskId) -> Result<Option<TaskRow>, StoreError> {
        self.first(TASK, tenant, *id.as_bytes(), read_task).await
    }

    async fn task_sight(
        &self,
        tenant: TenantId,
        id: TaskId,
    ) -> Result<Option<TaskSight>, StoreError> {
        self.glance(move |connection| snapshot(connection, || sight(connection, tenant, id))).await
    }

    async fn tasks(
        &self,
        tenant: TenantId,
        after: Option<TaskId>,
        limit: usize,
    ) -> Result<Page<TaskRow, TaskId>, StoreError> {
        self.read(move |connection| {
            let values = params![tenant.as_bytes(), bytes_or_empty(after.as_ref())];
            let read = |columns: &mut Columns<'_>| read_task(columns).map(Some);
            page(connection, TASKS, values, limit, |row: &TaskRow| row.id, read)
        })
        .await
    }

    async fn forget_tasks(&self, now: Timestamp) -> Result<usize, StoreError> {
        const FORGETTING: &str = "forgetting tasks that have expired";
        self.write(MAX_PAGE, move |connection| {
            let mut forget = connection.prepare_cached(FORGET).doing(FORGETTING)?;
            forget.execute(params![now.as_microsecond(), signed(MAX_PAGE as u64)]).doing(FORGETTING)
        })
        .await
    }
}

pub fn add_task(unit: &Unit<'_>, row: &TaskRow) -> Result<(), StoreError> {
    let end = row.end.as_ref();
    let (key, schema, result) = sealed_columns(end.and_then(|end| end.result.as_ref()));
    let values = params![
        unit.tenant.as_bytes(),
        row.id.as_bytes(),
        row.action,
        bytes_or_null(row.link.as_ref()),
        bytes_or_null(row.job.as_ref()),
        bytes_or_null(row.ending.as_ref()),
        bytes_or_null(row.mandate.as_ref()),
        row.created_at.as_microsecond(),
        row.expires_at.as_microsecond(),
        end.map(|end| end.at.as_microsecond()),
        end.and_then(|end| end.failure).map(Failure::name),
        key,
        schema,
        result,
    ];
    unit.execute("adding a task", ADD, values).map(drop)
}

pub fn end_task(unit: &Unit<'_>, id: TaskId, end: &TaskEnd) -> Result<(), StoreError> {
    let (key, schema, result) = sealed_columns(end.result.as_ref());
    let values = params![
        unit.tenant.as_bytes(),
        id.as_bytes(),
        end.at.as_microsecond(),
        end.failure.map(Failure::name),
        key,
        schema,
        result,
    ];
    unit.change("ending a task", END, values)
}

fn sight(
    connection: &Connection,
    tenant: TenantId,
    id: TaskId,
) -> Result<Option<TaskSight>, StoreError> {
    let key = params![tenant.as_bytes(), id.as_bytes()];
    let Some(row) = first(connection, TASK, key, read_task)? else { return Ok(None) };
    let mandate = match row.mandate {
        Some(mandate) => consents::consent(connection, tenant, mandate)?,
        None => None,
    };
    let state = |job: Option<JobId>| match job {
        Some(job) => jobs::state_of(connection, tenant, job),
        None => Ok(None),
    };
    let (job, ending) = (state(row.job)?, state(row.ending)?);
    Ok(Some(TaskSight { row, mandate, job, ending }))
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

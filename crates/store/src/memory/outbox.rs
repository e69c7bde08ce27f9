use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::Failure;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{JobId, LeaseId, MessageId, TenantId};

use super::MemoryStore;
use super::jobs::{add_job, end};
use super::tables::{Tables, add, expect, page};
use super::unit::Unit;
use crate::jobs::{JobRow, JobState, Standing, check_open};
use crate::outbox::{
    Attempt, DeliveryEnd, MessageHead, MessageOrder, MessageQuery, MessageRow, job_of, message_of,
};
use crate::{MAX_PAGE, Outbox, Page, StoreError};

#[async_trait]
impl Outbox for MemoryStore {
    async fn message(
        &self,
        tenant: TenantId,
        id: MessageId,
    ) -> Result<Option<MessageRow>, StoreError> {
        let tables = self.tables(tenant);
        Ok(tables.messages.get(&id).map(|order| message(&tables, order)))
    }

    async fn message_orders(
        &self,
        tenant: TenantId,
        ids: Vec<MessageId>,
    ) -> Result<Vec<MessageOrder>, StoreError> {
        let tables = self.tables(tenant);
        Ok(ids.iter().filter_map(|id| tables.messages.get(id).cloned()).collect())
    }

    async fn messages(
        &self,
        tenant: TenantId,
        query: MessageQuery,
        after: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<MessageHead, MessageId>, StoreError> {
        let tables = self.tables(tenant);
        let asked = |order: &MessageOrder| {
            let job = job(&tables, order.id);
            query.standing.is_none_or(|it| it == job.state.standing())
                && query.destination.is_none_or(|it| it == order.destination)
                && query.spans(job.created_at)
        };
        let Page { rows, next } = page(&tables.messages, query.begins_after(after), limit, asked);
        Ok(Page { rows: rows.iter().map(|order| message(&tables, order).head()).collect(), next })
    }

    async fn attempts(
        &self,
        tenant: TenantId,
        message: MessageId,
    ) -> Result<Vec<Attempt>, StoreError> {
        let tables = self.tables(tenant);
        let of_message = tables.attempts.range((message, 0)..=(message, usize::MAX));
        Ok(of_message.map(|(_, attempt)| *attempt).take(MAX_PAGE).collect())
    }

    async fn disabled(
        &self,
        tenant: TenantId,
        destination: &Digest,
    ) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.tables(tenant).disabled.get(destination).copied())
    }
}

fn job(tables: &Tables, id: MessageId) -> &JobRow {
    tables.jobs.get(&job_of(id)).expect("a message is added with its job")
}

fn message(tables: &Tables, order: &MessageOrder) -> MessageRow {
    let job = job(tables, order.id);
    MessageRow::new(order.clone(), job.created_at, job.attempts, &job.state, job.order.not_before)
}

pub fn add_message(unit: &mut Unit<'_>, order: MessageOrder) -> Result<(), StoreError> {
    order.check_written(unit.at)?;
    let (id, at) = (job_of(order.id), unit.at);
    let is_disabled = unit.tables.disabled.contains_key(&order.destination);
    add_job(unit, order.job(at), None)?;
    add(&mut unit.tables.messages, order.id, order)?;
    if is_disabled {
        give_up(&mut unit.tables, id, at);
    }
    Ok(())
}

fn give_up(tables: &mut Tables, id: JobId, at: Timestamp) {
    if let Some(row) = Arc::make_mut(&mut tables.jobs).get_mut(&id) {
        row.state = JobState::Dead { at };
        row.last_failure = Some(Failure::Unsupported);
    }
}

pub fn end_delivery(
    unit: &mut Unit<'_>,
    id: MessageId,
    lease: LeaseId,
    attempt: Attempt,
    delivery: DeliveryEnd,
) -> Result<(), StoreError> {
    end(unit, job_of(id), lease, delivery.of_job())?;
    let tables = &mut unit.tables;
    let number = tables.attempts.range((id, 0)..=(id, usize::MAX)).count() + 1;
    add(&mut tables.attempts, (id, number), attempt)?;
    if delivery == DeliveryEnd::Disabled {
        disable(tables, id, unit.at);
    }
    Ok(())
}

/// Disables the destination of a message, and gives up what waits for it.
fn disable(tables: &mut Tables, id: MessageId, at: Timestamp) {
    let Some(destination) = tables.messages.get(&id).map(|order| order.destination) else {
        return;
    };
    Arc::make_mut(&mut tables.disabled).entry(destination).or_insert(at);
    let same = tables.messages.values().filter(|order| order.destination == destination);
    let waiting: Vec<JobId> = same
        .map(|order| job_of(order.id))
        .filter(|id| tables.jobs.get(id).is_some_and(|row| row.state == JobState::Queued))
        .collect();
    for id in waiting {
        give_up(tables, id, at);
    }
}

pub fn replay(unit: &mut Unit<'_>, id: MessageId) -> Result<(), StoreError> {
    let open = unit.tables.jobs.values().filter(|row| {
        row.order.queue == crate::jobs::Queue::Outbox
            && matches!(row.state, JobState::Queued | JobState::Running(_))
    });
    check_open(open.count() as u64)?;
    if !unit.tables.messages.contains_key(&id) {
        return Err(StoreError::conflict("there is no such message"));
    }
    let is_dead = |row: &JobRow| row.state.standing() == Standing::Dead;
    let row = expect(&mut unit.tables.jobs, &job_of(id), is_dead)?;
    row.state = JobState::Queued;
    row.attempts = 0;
    row.last_failure = None;
    row.order.not_before = unit.at;
    Ok(())
}

#[allow(clippy::unnecessary_wraps, reason = "applied as every command is")]
pub fn allow(tables: &mut Tables, destination: &Digest) -> Result<(), StoreError> {
    Arc::make_mut(&mut tables.disabled).remove(destination);
    Ok(())
}

/// Forgets the message that a job delivered, if it did.
pub fn forget(tables: &mut Tables, job: JobId) {
    let id = message_of(job);
    Arc::make_mut(&mut tables.messages).remove(&id);
    Arc::make_mut(&mut tables.attempts).retain(|key, _| key.0 != id);
}

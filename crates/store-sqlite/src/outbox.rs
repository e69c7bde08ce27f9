//! The outbox.

use std::time::Duration;

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::Failure;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{JobId, LeaseId, MessageId, TenantId};
use cartola_store::encoding::codes;
use cartola_store::jobs::Queue;
use cartola_store::outbox::{
    Attempt, AttemptFailure, AttemptOutcome, DeliveryEnd, MessageHead, MessageOrder, MessageQuery,
    MessageRow, MessageState, job_of,
};
use cartola_store::{MAX_PAGE, Outbox, Page, StoreError};
use rusqlite::{Connection, params};

use crate::SqliteStore;
use crate::columns::{Columns, bytes_or_empty, damaged, signed};
use crate::error::Doing;
use crate::jobs::{OpenJobs, add_job, count_open, end_job, milliseconds, read_lane, read_state};
use crate::rows::{all, first, page, snapshot};
use crate::unit::Unit;

/// What is read of a message and of the job that delivers it.
macro_rules! message_select {
    () => {
        "SELECT m.id, m.destination, m.envelope_key, m.envelope_schema, m.envelope_sealed, \
         m.body_key, m.body_schema, m.body_sealed, j.lane, j.created_at, j.attempts, \
         j.not_before, j.state, j.ended_at, j.lease, j.lease_epoch, j.lease_until, j.lease_term"
    };
}

/// The same without the body, for lists.
macro_rules! head_select {
    () => {
        "SELECT m.id, m.destination, m.envelope_key, m.envelope_schema, m.envelope_sealed, \
         j.created_at, j.attempts, j.not_before, j.state, j.ended_at, j.lease, j.lease_epoch, \
         j.lease_until, j.lease_term"
    };
}

pub const MESSAGE: &str = concat!(
    message_select!(),
    " FROM message m JOIN job j ON j.tenant = m.tenant AND j.id = m.id \
     WHERE m.tenant = ?1 AND m.id = ?2"
);
pub const MESSAGES: &str = concat!(
    head_select!(),
    " FROM message m CROSS JOIN job j ON j.tenant = m.tenant AND j.id = m.id \
     WHERE m.tenant = ?1 AND m.id > ?2 AND j.created_at >= ?3 AND j.created_at < ?4 ORDER BY m.id"
);
pub const MESSAGES_STANDING: &str = concat!(
    head_select!(),
    " FROM job j CROSS JOIN message m ON m.tenant = j.tenant AND m.id = j.id \
     WHERE j.tenant = ?1 AND j.id > ?2 AND j.created_at >= ?3 AND j.created_at < ?4 \
     AND j.queue = ?5 AND j.state = ?6 ORDER BY j.id"
);
pub const MESSAGES_TO: &str = concat!(
    head_select!(),
    " FROM message m CROSS JOIN job j ON j.tenant = m.tenant AND j.id = m.id \
     WHERE m.tenant = ?1 AND m.id > ?2 AND j.created_at >= ?3 AND j.created_at < ?4 \
     AND m.destination = ?5 AND j.state = coalesce(?6, j.state) ORDER BY m.id"
);
const ATTEMPTS: &str = "SELECT at, lasted, status, failure FROM message_attempt \
    WHERE tenant = ?1 AND message = ?2 ORDER BY number LIMIT ?3";
const DISABLED: &str = "SELECT at FROM destination_disabled WHERE tenant = ?1 AND destination = ?2";
const ADD: &str = "INSERT INTO message (tenant, id, destination, envelope_key, envelope_schema, \
    envelope_sealed, body_key, body_schema, body_sealed) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const LOG: &str = "INSERT INTO message_attempt (tenant, message, number, at, lasted, status, \
    failure) SELECT ?1, ?2, coalesce(max(number), 0) + 1, ?3, ?4, ?5, ?6 FROM message_attempt \
    WHERE tenant = ?1 AND message = ?2";
const DISABLE: &str = "INSERT INTO destination_disabled (tenant, destination, at) \
    SELECT tenant, destination, ?3 FROM message WHERE tenant = ?1 AND id = ?2 \
    ON CONFLICT (tenant, destination) DO NOTHING";
pub const GIVE_UP: &str = "UPDATE job SET state = 4, ended_at = ?3, failure = ?4 \
    WHERE tenant = ?1 AND state = 1 AND id IN (SELECT o.id FROM message m JOIN message o \
    ON o.tenant = m.tenant AND o.destination = m.destination WHERE m.tenant = ?1 AND m.id = ?2)";
const REPLAY: &str = "UPDATE job SET state = 1, ended_at = NULL, attempts = 0, failure = NULL, \
    not_before = ?3 WHERE tenant = ?1 AND id = ?2 AND queue = ?4 AND state = 4";
const ALLOW: &str = "DELETE FROM destination_disabled WHERE tenant = ?1 AND destination = ?2";
const FORGET: &str = "DELETE FROM message WHERE tenant = ?1 AND id = ?2";
const FORGET_ATTEMPTS: &str = "DELETE FROM message_attempt WHERE tenant = ?1 AND message = ?2";

#[async_trait]
impl Outbox for SqliteStore {
    async fn message(
        &self,
        tenant: TenantId,
        id: MessageId,
    ) -> Result<Option<MessageRow>, StoreError> {
        self.first(MESSAGE, tenant, *id.as_bytes(), read_message).await
    }

    async fn message_orders(
        &self,
        tenant: TenantId,
        ids: Vec<MessageId>,
    ) -> Result<Vec<MessageOrder>, StoreError> {
        self.read(move |connection| {
            let order = |id: &MessageId| {
                let key = params![tenant.as_bytes(), id.as_bytes()];
                first(connection, MESSAGE, key, read_message).map(|row| row.map(|row| row.order))
            };
            snapshot(connection, || ids.iter().filter_map(|id| order(id).transpose()).collect())
        })
        .await
    }

    async fn messages(
        &self,
        tenant: TenantId,
        query: MessageQuery,
        after: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<MessageHead, MessageId>, StoreError> {
        self.read(move |connection| {
            let after = query.begins_after(after);
            let after = bytes_or_empty(after.as_ref());
            let key = |row: &MessageHead| row.id;
            let take = |columns: &mut Columns<'_>| read_head(columns).map(Some);
            let (tenant, (from, until)) = (tenant.as_bytes(), query.microseconds());
            let state = query.standing.map(codes::standing);
            match (&query.destination, state) {
                (Some(destination), state) => {
                    let to = destination.as_bytes();
                    let values = params![tenant, after, from, until, to, state];
                    page(connection, MESSAGES_TO, values, limit, key, take)
                }
                (None, Some(state)) => {
                    let queue = codes::queue(Queue::Outbox);
                    let values = params![tenant, after, from, until, queue, state];
                    page(connection, MESSAGES_STANDING, values, limit, key, take)
                }
                (None, None) => {
                    let values = params![tenant, after, from, until];
                    page(connection, MESSAGES, values, limit, key, take)
                }
            }
        })
        .await
    }

    async fn attempts(
        &self,
        tenant: TenantId,
        message: MessageId,
    ) -> Result<Vec<Attempt>, StoreError> {
        self.read(move |connection| {
            let values = params![tenant.as_bytes(), message.as_bytes(), signed(MAX_PAGE as u64)];
            all(connection, ATTEMPTS, values, read_attempt)
        })
        .await
    }

    async fn disabled(
        &self,
        tenant: TenantId,
        destination: &Digest,
    ) -> Result<Option<Timestamp>, StoreError> {
        let destination = *destination;
        self.read(move |connection| disabled(connection, tenant, &destination)).await
    }
}

fn disabled(
    connection: &Connection,
    tenant: TenantId,
    destination: &Digest,
) -> Result<Option<Timestamp>, StoreError> {
    let values = params![tenant.as_bytes(), destination.as_bytes()];
    first(connection, DISABLED, values, |columns: &mut Columns<'_>| columns.timestamp())
}

pub fn add_message(unit: &Unit<'_>, order: &MessageOrder) -> Result<(), StoreError> {
    order.check_written(unit.at)?;
    add_job(unit, &order.job(unit.at), None)?;
    let values = params![
        unit.tenant.as_bytes(),
        order.id.as_bytes(),
        order.destination.as_bytes(),
        order.envelope.key.as_bytes(),
        order.envelope.schema,
        order.envelope.bytes,
        order.body.key.as_bytes(),
        order.body.schema,
        order.body.bytes,
    ];
    unit.execute("adding a message", ADD, values)?;
    match disabled(unit.connection, unit.tenant, &order.destination)? {
        Some(_) => give_up(unit, order.id),
        None => Ok(()),
    }
}

pub fn end_delivery(
    unit: &Unit<'_>,
    id: MessageId,
    lease: LeaseId,
    attempt: &Attempt,
    end: DeliveryEnd,
) -> Result<(), StoreError> {
    end_job(unit, job_of(id), lease, end.of_job())?;
    let (status, failure) = match attempt.outcome {
        AttemptOutcome::Status(status) => (Some(status), None),
        AttemptOutcome::Failed(failure) => (None, Some(failure.name())),
    };
    let values = params![
        unit.tenant.as_bytes(),
        id.as_bytes(),
        attempt.at.as_microsecond(),
        milliseconds(attempt.lasted),
        status,
        failure,
    ];
    unit.execute("logging an attempt", LOG, values)?;
    if end == DeliveryEnd::Disabled {
        let values = params![unit.tenant.as_bytes(), id.as_bytes(), unit.at.as_microsecond()];
        unit.execute("disabling a destination", DISABLE, values)?;
        give_up(unit, id)?;
    }
    Ok(())
}

/// Gives up what waits for the destination of a message.
fn give_up(unit: &Unit<'_>, id: MessageId) -> Result<(), StoreError> {
    let values = params![
        unit.tenant.as_bytes(),
        id.as_bytes(),
        unit.at.as_microsecond(),
        Failure::Unsupported.name(),
    ];
    let count = unit.execute("giving up messages", GIVE_UP, values)?;
    count_open(unit, Queue::Outbox, OpenJobs::Fewer(count))
}

pub fn replay(unit: &Unit<'_>, id: MessageId) -> Result<(), StoreError> {
    let queue = codes::queue(Queue::Outbox);
    let values = params![unit.tenant.as_bytes(), id.as_bytes(), unit.at.as_microsecond(), queue];
    unit.change("replaying a message", REPLAY, values)?;
    count_open(unit, Queue::Outbox, OpenJobs::OneMore)
}

pub fn allow(unit: &Unit<'_>, destination: &Digest) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), destination.as_bytes()];
    unit.execute("allowing a destination", ALLOW, values).map(drop)
}

/// Forgets the message that a job delivered, and its log.
pub fn forget(connection: &Connection, tenant: TenantId, job: JobId) -> Result<(), StoreError> {
    for statement in [FORGET, FORGET_ATTEMPTS] {
        connection
            .prepare_cached(statement)
            .and_then(|mut it| it.execute(params![tenant.as_bytes(), job.as_bytes()]))
            .doing("forgetting a message")?;
    }
    Ok(())
}

fn read_message(columns: &mut Columns<'_>) -> Result<MessageRow, StoreError> {
    let order = MessageOrder {
        id: columns.id()?,
        destination: columns.digest()?,
        envelope: columns.sealed()?,
        body: columns.sealed()?,
        receiver: read_lane(columns)?,
    };
    let (created_at, attempts) = (columns.timestamp()?, columns.number()?);
    let not_before = columns.timestamp()?;
    Ok(MessageRow::new(order, created_at, attempts, &read_state(columns)?, not_before))
}

fn read_head(columns: &mut Columns<'_>) -> Result<MessageHead, StoreError> {
    let (id, destination) = (columns.id()?, columns.digest()?);
    let (envelope, created_at) = (columns.sealed()?, columns.timestamp()?);
    let (attempts, not_before) = (columns.number()?, columns.timestamp()?);
    let state = MessageState::of(&read_state(columns)?, not_before);
    Ok(MessageHead { id, destination, envelope, created_at, attempts, state })
}

fn read_attempt(columns: &mut Columns<'_>) -> Result<Attempt, StoreError> {
    let (at, lasted) = (columns.timestamp()?, Duration::from_millis(columns.number()?));
    let status = columns.optional_integer()?;
    let outcome = match (status, columns.optional_text()?) {
        (Some(status), None) => {
            AttemptOutcome::Status(u16::try_from(status).map_err(|_| damaged())?)
        }
        (None, Some(name)) => {
            AttemptOutcome::Failed(AttemptFailure::parse(name).ok_or_else(damaged)?)
        }
        _ => return Err(damaged()),
    };
    Ok(Attempt { at, lasted, outcome })
}

//! The outbox.

use std::time::Duration;

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::Failure;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{LeaseId, MessageId, TenantId};
use cartola_store::encoding::codes;
use cartola_store::jobs::Queue;
use cartola_store::outbox::{
    Attempt, AttemptFailure, AttemptOutcome, DeliveryEnd, MessageHead, MessageOrder, MessageQuery,
    MessageRow, MessageState, job_of,
};
use cartola_store::{MAX_PAGE, Outbox, Page, StoreError};

use crate::PostgresStore;
use crate::columns::{Columns, damaged};
use crate::jobs::{add_job, count_one_more, end_job, milliseconds, read_lane, read_state};
use crate::rows::{one_more, page};
use crate::unit::Unit;
use crate::value::{Value, values};

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

const MESSAGE: &str = concat!(
    message_select!(),
    " FROM message m JOIN job j ON j.tenant = m.tenant AND j.id = m.id \
     WHERE m.tenant = $1 AND m.id = $2"
);
/// Each is looked up by its key, whatever the planner thinks.
const ORDERS: &str = "SELECT m.*, j.lane FROM unnest($2::uuid[]) AS taken (id) CROSS JOIN LATERAL (\
    SELECT id, destination, envelope_key, envelope_schema, envelope_sealed, body_key, body_schema, \
    body_sealed FROM message WHERE tenant = $1 AND id = taken.id LIMIT 1) m CROSS JOIN LATERAL (\
    SELECT lane FROM job WHERE tenant = $1 AND id = taken.id LIMIT 1) j";
const MESSAGES: &str = concat!(
    head_select!(),
    " FROM message m JOIN job j ON j.tenant = m.tenant AND j.id = m.id \
     WHERE m.tenant = $1 AND m.id > $2 AND j.created_at >= $4 AND j.created_at < $5 \
     ORDER BY m.id LIMIT $3"
);
const MESSAGES_STANDING: &str = concat!(
    head_select!(),
    " FROM job j JOIN message m ON m.tenant = j.tenant AND m.id = j.id \
     WHERE j.tenant = $1 AND j.id > $2 AND j.created_at >= $4 AND j.created_at < $5 \
     AND j.queue = $6 AND j.state = $7 ORDER BY j.id LIMIT $3"
);
const MESSAGES_TO: &str = concat!(
    head_select!(),
    " FROM message m JOIN job j ON j.tenant = m.tenant AND j.id = m.id \
     WHERE m.tenant = $1 AND m.id > $2 AND j.created_at >= $4 AND j.created_at < $5 \
     AND m.destination = $6 AND j.state = coalesce($7, j.state) ORDER BY m.id LIMIT $3"
);
const ATTEMPTS: &str = "SELECT at, lasted, status, failure FROM message_attempt \
    WHERE tenant = $1 AND message = $2 ORDER BY number LIMIT $3";
const DISABLED: &str = "SELECT at FROM destination_disabled WHERE tenant = $1 AND destination = $2";
const ADD: &str = "INSERT INTO message (tenant, id, destination, envelope_key, envelope_schema, \
    envelope_sealed, body_key, body_schema, body_sealed) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
/// Attempts at messages, at most one at each.
const LOG: &str = "INSERT INTO message_attempt (tenant, message, number, at, lasted, status, \
    failure) SELECT $1, made.message, 1 + coalesce((SELECT max(a.number) FROM message_attempt a \
    WHERE a.tenant = $1 AND a.message = made.message), 0), made.at, made.lasted, made.status, \
    made.failure FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::integer[], $6::text[]) \
    AS made (message, at, lasted, status, failure)";
const DISABLE: &str = "INSERT INTO destination_disabled (tenant, destination, at) \
    SELECT tenant, destination, $3 FROM message WHERE tenant = $1 AND id = $2 \
    ON CONFLICT (tenant, destination) DO NOTHING";
/// Gives up what waits for the destination of a message, if that is disabled. Mostly it is not: then
/// nothing that waits is looked at.
const GIVE_UP: &str = "WITH given_up AS (\
    UPDATE job SET state = 4, ended_at = $3, failure = $4 \
    WHERE tenant = $1 AND queue = $5 AND state = 1 AND EXISTS (\
    SELECT 1 FROM message m JOIN destination_disabled d \
    ON d.tenant = m.tenant AND d.destination = m.destination \
    WHERE m.tenant = $1 AND m.id = $2) AND id IN (\
    SELECT o.id FROM message o WHERE o.tenant = $1 AND o.destination = (\
    SELECT d.destination FROM message m JOIN destination_disabled d \
    ON d.tenant = m.tenant AND d.destination = m.destination \
    WHERE m.tenant = $1 AND m.id = $2)) RETURNING 1\
    ) UPDATE job_open SET open = open - (SELECT count(*) FROM given_up) \
    WHERE tenant = $1 AND queue = $5 AND part = pg_backend_pid() & 15 \
    AND EXISTS (SELECT 1 FROM given_up)";
const REPLAY: &str = "UPDATE job SET state = 1, ended_at = NULL, attempts = 0, failure = NULL, \
    not_before = $3 WHERE tenant = $1 AND id = $2 AND queue = $4 AND state = 4";
const ALLOW: &str = "DELETE FROM destination_disabled WHERE tenant = $1 AND destination = $2";

#[async_trait]
impl Outbox for PostgresStore {
    async fn message(
        &self,
        tenant: TenantId,
        id: MessageId,
    ) -> Result<Option<MessageRow>, StoreError> {
        self.first(tenant, MESSAGE, values![&tenant, &id], read_message).await
    }

    async fn message_orders(
        &self,
        tenant: TenantId,
        ids: Vec<MessageId>,
    ) -> Result<Vec<MessageOrder>, StoreError> {
        self.all(tenant, ORDERS, values![&tenant, Value::ids(&ids)], read_order).await
    }

    async fn messages(
        &self,
        tenant: TenantId,
        query: MessageQuery,
        after: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<MessageHead, MessageId>, StoreError> {
        let after = Value::id_or_nil(query.begins_after(after).as_ref());
        let (from, until) = query.microseconds();
        let mut values = values![&tenant, after, one_more(limit), from, until];
        let standing = query.standing.map(codes::standing);
        let query = match (&query.destination, standing) {
            (Some(destination), standing) => {
                values.extend(values![destination, standing]);
                MESSAGES_TO
            }
            (None, Some(standing)) => {
                values.extend(values![codes::queue(Queue::Outbox), standing]);
                MESSAGES_STANDING
            }
            (None, None) => MESSAGES,
        };
        let rows = self.all(tenant, query, values, read_head).await?;
        Ok(page(rows, limit, |row| row.id))
    }

    async fn attempts(
        &self,
        tenant: TenantId,
        message: MessageId,
    ) -> Result<Vec<Attempt>, StoreError> {
        let values = values![&tenant, &message, MAX_PAGE as u64];
        self.all(tenant, ATTEMPTS, values, read_attempt).await
    }

    async fn disabled(
        &self,
        tenant: TenantId,
        destination: &Digest,
    ) -> Result<Option<Timestamp>, StoreError> {
        let values = values![&tenant, destination];
        self.first(tenant, DISABLED, values, |columns: &mut Columns<'_>| columns.timestamp()).await
    }
}

pub fn add_message(unit: &mut Unit, order: &MessageOrder) -> Result<(), StoreError> {
    order.check_written(unit.at)?;
    add_job(unit, &order.job(unit.at));
    let mut values = values![&unit.tenant, &order.id, &order.destination];
    values.extend(Value::sealed(Some(&order.envelope)));
    values.extend(Value::sealed(Some(&order.body)));
    unit.execute("adding a message", ADD, values);
    give_up(unit, order.id);
    Ok(())
}

pub fn end_delivery(
    unit: &mut Unit,
    id: MessageId,
    lease: LeaseId,
    attempt: &Attempt,
    end: DeliveryEnd,
) {
    end_job(unit, job_of(id), lease, end.of_job());
    unit.attempts.push((id, *attempt));
    if end == DeliveryEnd::Disabled {
        let values = values![&unit.tenant, &id, unit.at];
        unit.execute("disabling a destination", DISABLE, values);
        give_up(unit, id);
    }
}

/// Logs the attempts of all units that go together. Of one message there is one: its job had one lease.
pub fn log_attempts(unit: &mut Unit) {
    let made = std::mem::take(&mut unit.attempts);
    if made.is_empty() {
        return;
    }
    let list = |value: fn(&Attempt) -> Value| {
        Value::List(made.iter().map(|(_, attempt)| value(attempt)).collect())
    };
    let values = values![
        &unit.tenant,
        Value::ids(made.iter().map(|(id, _)| id)),
        list(|attempt| attempt.at.into()),
        list(|attempt| milliseconds(attempt.lasted).into()),
        list(|attempt| match attempt.outcome {
            AttemptOutcome::Status(status) => status.into(),
            AttemptOutcome::Failed(_) => Value::Null,
        }),
        list(|attempt| match attempt.outcome {
            AttemptOutcome::Status(_) => Value::Null,
            AttemptOutcome::Failed(failure) => failure.name().into(),
        }),
    ];
    unit.execute("logging attempts", LOG, values);
}

fn give_up(unit: &mut Unit, id: MessageId) {
    let failure = Failure::Unsupported.name();
    let values = values![&unit.tenant, &id, unit.at, failure, codes::queue(Queue::Outbox)];
    unit.execute("giving up messages", GIVE_UP, values);
}

pub fn replay(unit: &mut Unit, id: MessageId) {
    let values = values![&unit.tenant, &id, unit.at, codes::queue(Queue::Outbox)];
    unit.change("replaying a message", REPLAY, values);
    count_one_more(unit, Queue::Outbox);
}

pub fn allow(unit: &mut Unit, destination: &Digest) {
    unit.execute("allowing a destination", ALLOW, values![&unit.tenant, destination]);
}

fn read_order(columns: &mut Columns<'_>) -> Result<MessageOrder, StoreError> {
    Ok(MessageOrder {
        id: columns.id()?,
        destination: columns.digest()?,
        envelope: columns.sealed()?,
        body: columns.sealed()?,
        receiver: read_lane(columns)?,
    })
}

fn read_message(columns: &mut Columns<'_>) -> Result<MessageRow, StoreError> {
    let order = read_order(columns)?;
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

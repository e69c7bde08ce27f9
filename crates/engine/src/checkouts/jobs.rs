//! The jobs of checkouts: one that ends what nobody pays, and one that hears how a payment ended.

use std::sync::Arc;

use async_trait::async_trait;
use cartola_model::{CheckoutState, Principal};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{CheckoutId, CredentialId, JobId, PaymentId};
use cartola_store::Command;
use cartola_store::checkouts::CheckoutRow;
use cartola_store::jobs::{JobEnd, JobKind, JobOrder, Priority, Queue};
use serde::{Deserialize, Serialize};

use crate::work::{Handler, Outcome, Task};
use crate::{Engine, EngineError};

/// The kind that ends what nobody pays. It never changes: jobs of older versions are in the queue.
pub(super) fn expiry() -> JobKind {
    JobKind::parse("checkout.expire").expect("the name of our own kind is sound")
}

/// The kind that hears how a payment ended. It never changes either.
pub(super) fn settling() -> JobKind {
    JobKind::parse("checkout.settle").expect("the name of our own kind is sound")
}

/// Who runs them.
pub(crate) fn handlers() -> [Arc<dyn Handler>; 2] {
    [Arc::new(Expiry), Arc::new(Settling)]
}

/// What both need to know, sealed with the job.
#[derive(Serialize, Deserialize)]
pub(super) struct Arguments {
    checkout: CheckoutId,
    actor: Option<CredentialId>,
    /// The payment that has ended; absent where the time has passed.
    payment: Option<PaymentId>,
}

impl Arguments {
    pub fn of(who: &Principal, checkout: CheckoutId, payment: PaymentId) -> Self {
        let actor = who.actor.credential();
        Self { checkout, actor, payment: Some(payment) }
    }
}

struct Expiry;

struct Settling;

#[async_trait]
impl Handler for Expiry {
    fn kind(&self) -> JobKind {
        expiry()
    }

    fn gives_up(&self) -> bool {
        false
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let Some((who, row, _)) = engine.task_of_checkout(task).await? else {
            return Ok(over());
        };
        engine.moved(&who, &row, row.standing.state.expire().ok()).await
    }
}

#[async_trait]
impl Handler for Settling {
    fn kind(&self) -> JobKind {
        settling()
    }

    fn gives_up(&self) -> bool {
        false
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let Some((who, row, arguments)) = engine.task_of_checkout(task).await? else {
            return Ok(over());
        };
        let Some(id) = arguments.payment else { return Ok(over()) };
        let payment = engine.store().payment(task.tenant, id).await?;
        let is_over = engine.now() >= row.expires_at;
        let next = payment
            .and_then(|payment| row.standing.state.told(id, &payment.standing.state, is_over).ok());
        engine.moved(&who, &row, next).await
    }
}

/// Nothing is left to do.
const fn over() -> Outcome {
    Outcome::End(Vec::new(), JobEnd::Done)
}

impl Engine {
    async fn task_of_checkout(
        &self,
        task: &Task,
    ) -> Result<Option<(Principal, CheckoutRow, Arguments)>, EngineError> {
        let Some(arguments) = &task.arguments else { return Ok(None) };
        let arguments: Arguments =
            serde_json::from_slice(arguments.expose()).map_err(EngineError::Content)?;
        let who = Principal::named(task.tenant, arguments.actor);
        let row = self.store().checkout(task.tenant, arguments.checkout).await?;
        Ok(row.map(|row| (who, row, arguments)))
    }

    /// The end of a job that moves a checkout on, or finds nothing to move.
    async fn moved(
        &self,
        who: &Principal,
        row: &CheckoutRow,
        next: Option<CheckoutState>,
    ) -> Result<Outcome, EngineError> {
        let Some(next) = next else { return Ok(over()) };
        let mut commands = self.moving_checkout(who, row, next);
        if !next.is_final() {
            // Its first one may have come just now, and found it being paid.
            let expiry = self.checkout_job(&expiry(), who, row, row.expires_at).await?;
            commands.push(Command::EnqueueJob(expiry));
        }
        Ok(Outcome::End(commands, JobEnd::Done))
    }

    /// A job of a checkout that is not about one payment.
    pub(super) async fn checkout_job(
        &self,
        kind: &JobKind,
        who: &Principal,
        row: &CheckoutRow,
        not_before: Timestamp,
    ) -> Result<JobOrder, EngineError> {
        let (tenant, id): (_, JobId) = (who.tenant, self.minter().mint());
        let key = self.vault().key_of(tenant, None, self.minter(), self.now()).await?;
        let actor = who.actor.credential();
        let arguments = Arguments { checkout: row.id, actor, payment: None };
        let sealed = self.vault().seal_record(&key, &JobOrder::place(tenant, &id), &arguments)?;
        Ok(JobOrder {
            id,
            queue: Queue::Work,
            kind: kind.clone(),
            link: None,
            lane: None,
            mandate: None,
            arguments: Some(sealed),
            not_before,
            priority: Priority::Normal,
            continuation: None,
        })
    }
}

//! What moves a payment on: one unit with the new state, its audit entry, and the job that follows.

use cartola_connector::session::ChallengeAnswer;
use cartola_crypto::{DataKey, Sealed};
use cartola_model::audit::AuditEvent;
use cartola_model::authorization::payee_key;
use cartola_model::{Failure, PaymentFailure, PaymentState, Principal};
use cartola_primitives::Timestamp;
use cartola_store::jobs::{Continuation, JobEnd, JobOrder, Priority, Queue, record};
use cartola_store::payments::{PaymentChange, PaymentProgress, PaymentRow};
use cartola_store::{Command, StoreErrorKind, UnitOfWork};

use super::cancel::is_given_up;
use super::jobs::{Step, StepArguments, StepKind};
use super::pauses::next_look;
use crate::payouts::MAX_LINES;
use crate::readings::Attempted;
use crate::retry::until_settled;
use crate::work::Outcome;
use crate::{Engine, EngineError};

/// How a payment is to stand from now on.
#[derive(Clone)]
pub(super) struct Move {
    pub state: PaymentState,
    /// The order, where it has been fixed.
    pub order: Option<Sealed>,
    /// What signs its payer in, where that is other than before.
    pub credentials: Option<Sealed>,
    /// What the bank calls it, where it has just told.
    pub bank_reference: Option<String>,
    /// When the step that follows is due, and after how many waits, where that is not as usual.
    pub due: Option<(Timestamp, u32)>,
}

impl Move {
    pub const fn to(state: PaymentState) -> Self {
        Self { state, order: None, credentials: None, bank_reference: None, due: None }
    }
}

impl Engine {
    /// Moves a payment on, and ends the job that did so.
    pub(super) async fn end_step(
        &self,
        step: &Step<'_>,
        next: &Move,
    ) -> Result<Outcome, EngineError> {
        // Only what stands beside the payment can change under it: its version is the decision's.
        until_settled(|| async {
            let (commands, _) = self.moving(step.who, step.row, next, None).await?;
            let mut work = UnitOfWork::new(step.who.tenant, self.now());
            work.commands = commands;
            work.push(step.task.ending(JobEnd::Done));
            record(self.store(), work).await?;
            Ok::<_, EngineError>(())
        })
        .await?;
        self.inner.moves.tell(step.row.id);
        tracing::info!(
            payment = %step.row.id,
            institution = %step.row.institution,
            state = next.state.standing().name(),
            "engine.payment.moved"
        );
        Ok(Outcome::Committed(JobEnd::Done))
    }

    /// Writes down that something is about to leave, and that the bank has let the customer in where that
    /// is still to be noted, and gives the payment as it stands then.
    pub(super) async fn announce(
        &self,
        step: &Step<'_>,
        next: &Move,
        unsettled: Option<Attempted>,
    ) -> Result<PaymentRow, EngineError> {
        let (commands, row) = self.moving(step.who, step.row, next, None).await?;
        let mut work = UnitOfWork::new(step.who.tenant, self.now());
        work.commands = commands;
        let Some(attempted) = unsettled else {
            self.store().commit(work).await?;
            return Ok(row);
        };
        // Others of the person's attempts may be noted meanwhile. Where the payment has moved, as by a cancel,
        // there is nothing to announce.
        let announced = until_settled(|| async {
            let mut work = work.clone();
            work.commands.extend(self.settling(attempted.leave()).await?);
            match self.store().commit(work).await {
                Err(error)
                    if error.kind == StoreErrorKind::Conflict && self.has_moved(step).await? =>
                {
                    Ok(Err(error))
                }
                committed => Ok::<_, EngineError>(Ok(committed?)),
            }
        })
        .await?;
        announced?;
        attempted.settle();
        Ok(row)
    }

    async fn has_moved(&self, step: &Step<'_>) -> Result<bool, EngineError> {
        let now = self.store().payment(step.who.tenant, step.row.id).await?;
        Ok(now.is_none_or(|now| now.version != step.row.version))
    }

    /// Fails a payment of which the bank has heard nothing.
    pub(super) async fn fail(
        &self,
        step: &Step<'_>,
        reason: PaymentFailure,
    ) -> Result<Outcome, EngineError> {
        match step.row.standing.state.clone().fail(reason, self.now()) {
            Ok(state) => self.end_step(step, &Move::to(state)).await,
            Err(_) => Ok(super::jobs::over()),
        }
    }

    /// Says that nobody knows what the bank has heard.
    pub(super) async fn doubt(
        &self,
        step: &Step<'_>,
        cause: Failure,
    ) -> Result<Outcome, EngineError> {
        match step.row.standing.state.clone().doubt(cause, self.now()) {
            Ok(state) => self.end_step(step, &Move::to(state)).await,
            Err(_) => Ok(super::jobs::over()),
        }
    }

    /// The commands that move a payment on, and the payment as it is then.
    pub(super) async fn moving(
        &self,
        who: &Principal,
        row: &PaymentRow,
        next: &Move,
        answer: Option<&ChallengeAnswer>,
    ) -> Result<(Vec<Command>, PaymentRow), EngineError> {
        let (tenant, before, now) = (who.tenant, &row.standing, self.now());
        let (version, is_final) = (row.version + 1, next.state.is_final());
        let standing = PaymentProgress {
            page: self.page_for(tenant, (row, version), &next.state),
            changed_at: UnitOfWork::new(tenant, now).at,
            order: next.order.clone().unwrap_or_else(|| before.order.clone()),
            credentials: next
                .credentials
                .clone()
                .or_else(|| before.credentials.clone())
                .filter(|_| !is_final),
            bank_reference: next.bank_reference.clone().or_else(|| before.bank_reference.clone()),
            continuation: before.continuation.clone().filter(|_| !is_final),
            state: next.state.clone(),
        };
        let change = PaymentChange { id: row.id, expected: row.version, standing };
        let after = PaymentRow { standing: change.standing.clone(), version, ..row.clone() };
        let mut commands =
            vec![Command::ChangePayment(Box::new(change)), Command::Audit(event(who, &after))];
        if is_final {
            commands.extend(self.ending_payment(who, row).await?);
            if let PaymentState::Completed { .. } = next.state {
                commands.extend(self.paid_on_approval(who, row).await?);
            }
            // One that is given up before its first step has perhaps not had its turn: whoever is before
            // it, or that step, goes on to the next.
            if !(before.state == PaymentState::Requested && is_given_up(&next.state)) {
                commands.extend(self.whose_turn_is_next(who, row).await?);
            }
        } else if let Some(kind) = follows(&after.standing.state) {
            let key = self.vault().key_of(tenant, row.person, self.minter(), now).await?;
            let order = self.next_step(kind, who, &after, &key, (answer, next.due))?;
            commands.push(Command::EnqueueJob(order));
        }
        Ok((commands, after))
    }

    fn next_step(
        &self,
        kind: StepKind,
        who: &Principal,
        row: &PaymentRow,
        key: &DataKey,
        (answer, due): (Option<&ChallengeAnswer>, Option<(Timestamp, u32)>),
    ) -> Result<JobOrder, EngineError> {
        let mut arguments = StepArguments::of(who, row, row.version);
        if let Some(answer) = answer {
            arguments = arguments.with(answer);
        }
        let usual = match kind {
            StepKind::Submit | StepKind::Answer | StepKind::Withdraw => self.now(),
            StepKind::Look | StepKind::Resolve => next_look(row, self.now()),
        };
        let (not_before, waits) = due.unwrap_or((usual, 0));
        let arguments = arguments.waiting(waits);
        self.step_order(kind, row, key, (who.tenant, not_before), &arguments)
    }

    /// What an end brings: credentials are destroyed in this very unit, the mandate is over, and
    /// what is to follow is queued.
    async fn ending_payment(
        &self,
        who: &Principal,
        row: &PaymentRow,
    ) -> Result<Vec<Command>, EngineError> {
        let proof = AuditEvent::once("credentials.destroyed", who.actor, row.mandate);
        let mut commands = vec![Command::Audit(proof.with("payment", row.id))];
        commands.extend(self.ending_call(who, row.mandate).await?);
        let next = row.standing.continuation.clone();
        commands.extend(next.map(|next| Command::EnqueueJob(self.continued(next))));
        Ok(commands)
    }

    /// Money has moved by an approval: whom it went to is somebody whom the payer has paid.
    async fn paid_on_approval(
        &self,
        who: &Principal,
        row: &PaymentRow,
    ) -> Result<Option<Command>, EngineError> {
        let order = self.opened_order(who, row).await?;
        let (Some(person), Some(approved)) = (row.person, order.approved) else { return Ok(None) };
        let at = UnitOfWork::new(who.tenant, self.now()).at;
        let payee = payee_key(&order.to);
        Ok(Some(self.keeping_payee(who.tenant, person, &payee, (approved, at))))
    }

    /// The first step of the payment whose turn it is once this one has ended. Those that were given up
    /// while they waited are passed over; one whose turn it was then passes it on by its own first step.
    pub(super) async fn whose_turn_is_next(
        &self,
        who: &Principal,
        row: &PaymentRow,
    ) -> Result<Option<Command>, EngineError> {
        let mut then = self.opened_order(who, row).await?.then;
        for _ in 0..MAX_LINES {
            let Some(next) = then else { return Ok(None) };
            let Some(next) = self.store().payment(who.tenant, next).await? else { return Ok(None) };
            if next.standing.state.is_final() {
                then = self.opened_order(who, &next).await?.then;
                continue;
            }
            if next.standing.state != PaymentState::Requested {
                return Ok(None);
            }
            let (now, person) = (self.now(), next.person);
            let key = self.vault().key_of(who.tenant, person, self.minter(), now).await?;
            let order = self.next_step(StepKind::Submit, who, &next, &key, (None, None))?;
            return Ok(Some(Command::EnqueueJob(order)));
        }
        Ok(None)
    }

    /// The job that follows, due at once.
    pub(crate) fn continued(&self, next: Continuation) -> JobOrder {
        JobOrder {
            id: next.id,
            queue: Queue::Work,
            kind: next.kind,
            link: None,
            lane: None,
            mandate: None,
            arguments: next.arguments,
            not_before: self.now(),
            priority: Priority::Interactive,
            continuation: None,
        }
    }
}

/// Which job follows when a payment stands so. Where it is being sent, the one that sends it goes on.
const fn follows(state: &PaymentState) -> Option<StepKind> {
    match state {
        PaymentState::Requested => Some(StepKind::Submit),
        PaymentState::Answered(_) => Some(StepKind::Answer),
        PaymentState::Challenged(_) | PaymentState::Settling => Some(StepKind::Look),
        PaymentState::InDoubt { .. } => Some(StepKind::Resolve),
        PaymentState::Withdrawing => Some(StepKind::Withdraw),
        PaymentState::Submitting
        | PaymentState::Answering(_)
        | PaymentState::Completed { .. }
        | PaymentState::Failed { .. } => None,
    }
}

/// What the audit trail says of a payment that stands so from now on.
fn event(who: &Principal, row: &PaymentRow) -> AuditEvent {
    let state = &row.standing.state;
    let action = format!("payment.{}", state.standing().name());
    let event = AuditEvent::once(&action, who.actor, row.id).with("version", row.version);
    match state {
        PaymentState::Challenged(asked) => {
            event.with("step", asked.step).with("challenge", asked.challenge.kind.name())
        }
        PaymentState::InDoubt { cause, .. } => event.with("failure", cause.name()),
        PaymentState::Failed { reason, .. } => event.with("failure", reason.name()),
        _ => event,
    }
}

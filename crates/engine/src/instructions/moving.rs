//! What moves an instruction on: one unit with the new state, its audit entry, and the job that follows.

use cartola_crypto::Sealed;
use cartola_model::audit::AuditEvent;
use cartola_model::{Failure, InstructionState, PaymentFailure, Principal};
use cartola_primitives::Secret;
use cartola_store::instructions::{InstructionChange, InstructionProgress, InstructionRow};
use cartola_store::jobs::{JobEnd, record};
use cartola_store::{Command, UnitOfWork};

use super::jobs::{Step, StepArguments, StepKind, over};
use super::order::SealedInstruction;
use super::pauses::next_look;
use crate::retry::until_settled;
use crate::work::Outcome;
use crate::{Engine, EngineError};

/// How an instruction is to stand from now on.
#[derive(Clone)]
pub(super) struct Move {
    pub state: InstructionState,
    /// The order, where it has been fixed.
    pub order: Option<Sealed>,
    /// The code, where the bank has just told it.
    pub code: Option<Sealed>,
    /// What the bank calls it, where it has just told.
    pub bank_reference: Option<String>,
    /// Whether somebody else took the cash than it was put aside for.
    pub by_other: bool,
}

impl Move {
    pub const fn to(state: InstructionState) -> Self {
        Self { state, order: None, code: None, bank_reference: None, by_other: false }
    }
}

impl Engine {
    /// Moves an instruction on, and ends the job that did so.
    pub(super) async fn end_instruction_step(
        &self,
        step: &Step<'_>,
        next: &Move,
    ) -> Result<Outcome, EngineError> {
        // Only what stands beside it can change under it: its version is the decision's.
        until_settled(|| async {
            let (commands, _) = self.moving_instruction(step.who, step.row, next).await?;
            let mut work = UnitOfWork::new(step.who.tenant, self.now());
            work.commands = commands;
            work.push(step.task.ending(JobEnd::Done));
            record(self.store(), work).await?;
            Ok::<_, EngineError>(())
        })
        .await?;
        self.inner.moves.tell(step.row.id);
        tracing::info!(
            instruction = %step.row.id,
            kind = step.row.kind.name(),
            institution = %step.row.institution,
            state = next.state.standing().name(),
            "engine.instruction.moved"
        );
        Ok(Outcome::Committed(JobEnd::Done))
    }

    /// Writes down that something is about to leave, and gives the instruction as it stands then.
    pub(super) async fn announce_instruction(
        &self,
        step: &Step<'_>,
        next: &Move,
    ) -> Result<InstructionRow, EngineError> {
        let (commands, row) = self.moving_instruction(step.who, step.row, next).await?;
        let mut work = UnitOfWork::new(step.who.tenant, self.now());
        work.commands = commands;
        self.store().commit(work).await?;
        Ok(row)
    }

    /// Fails one of which the bank has heard nothing.
    pub(super) async fn fail_instruction(
        &self,
        step: &Step<'_>,
        reason: PaymentFailure,
    ) -> Result<Outcome, EngineError> {
        match step.row.standing.state.clone().fail(reason, self.now()) {
            Ok(state) => self.end_instruction_step(step, &Move::to(state)).await,
            Err(_) => Ok(over()),
        }
    }

    /// Says that nobody knows what the bank has heard.
    pub(super) async fn doubt_instruction(
        &self,
        step: &Step<'_>,
        cause: Failure,
    ) -> Result<Outcome, EngineError> {
        match step.row.standing.state.clone().doubt(cause, self.now()) {
            Ok(state) => self.end_instruction_step(step, &Move::to(state)).await,
            Err(_) => Ok(over()),
        }
    }

    /// The commands that move an instruction on, and the instruction as it is then.
    pub(super) async fn moving_instruction(
        &self,
        who: &Principal,
        row: &InstructionRow,
        next: &Move,
    ) -> Result<(Vec<Command>, InstructionRow), EngineError> {
        let (tenant, before, now) = (who.tenant, &row.standing, self.now());
        let (version, is_final) = (row.version + 1, next.state.is_final());
        // A code is of use as long as cash can be taken: also while it is not known whether it still can.
        let keeps_code =
            matches!(next.state, InstructionState::Available { .. } | InstructionState::Cancelling);
        let code = next.code.clone().or_else(|| before.code.clone());
        let standing = InstructionProgress {
            changed_at: UnitOfWork::new(tenant, now).at,
            order: next.order.clone().unwrap_or_else(|| before.order.clone()),
            credentials: before.credentials.clone().filter(|_| !is_final),
            code: code.filter(|_| keeps_code),
            bank_reference: next.bank_reference.clone().or_else(|| before.bank_reference.clone()),
            continuation: before.continuation.clone().filter(|_| !is_final),
            state: next.state.clone(),
        };
        let change = InstructionChange { id: row.id, expected: row.version, standing };
        let after = InstructionRow { standing: change.standing.clone(), version, ..row.clone() };
        let happened = event(who, &after);
        let happened = if next.by_other { happened.with("claimed_by", "other") } else { happened };
        let mut commands =
            vec![Command::ChangeInstruction(Box::new(change)), Command::Audit(happened)];
        if is_final {
            commands.extend(self.ending_instruction(who, row).await?);
            if has_moved(&next.state) {
                commands.extend(self.given_on_approval(who, row).await?);
            }
        } else if let Some(kind) = follows(&after.standing.state) {
            let key = self.vault().key_of(tenant, row.person, self.minter(), now).await?;
            let arguments = StepArguments::of(who, &after, after.version);
            let not_before = match kind {
                StepKind::Submit | StepKind::Cancel => now,
                StepKind::Look | StepKind::Resolve => next_look(&after, now),
            };
            let order =
                self.instruction_job(kind, &after, &key, (tenant, not_before), &arguments)?;
            commands.push(Command::EnqueueJob(order));
        }
        Ok((commands, after))
    }

    /// What an end brings: credentials and code are destroyed in this very unit, the mandate is over,
    /// and what is to follow is queued.
    async fn ending_instruction(
        &self,
        who: &Principal,
        row: &InstructionRow,
    ) -> Result<Vec<Command>, EngineError> {
        let proof = AuditEvent::once("credentials.destroyed", who.actor, row.mandate);
        let mut commands = vec![Command::Audit(proof.with("instruction", row.id))];
        commands.extend(self.ending_call(who, row.mandate).await?);
        let next = row.standing.continuation.clone();
        commands.extend(next.map(|next| Command::EnqueueJob(self.continued(next))));
        Ok(commands)
    }

    /// Money has moved by an approval: whom it went to is somebody whom the customer has paid.
    async fn given_on_approval(
        &self,
        who: &Principal,
        row: &InstructionRow,
    ) -> Result<Vec<Command>, EngineError> {
        let SealedInstruction { what, approved, .. } = self.opened_instruction(who, row).await?;
        let (Some(person), Some(approved)) = (row.person, approved) else { return Ok(Vec::new()) };
        let at = UnitOfWork::new(who.tenant, self.now()).at;
        let payees = what.operation(&row.institution, None).payees();
        let keep = |payee: &String| self.keeping_payee(who.tenant, person, payee, (approved, at));
        Ok(payees.iter().map(keep).collect())
    }

    /// A code as it is kept.
    pub(super) async fn sealed_code(
        &self,
        who: &Principal,
        row: &InstructionRow,
        code: &Secret<String>,
    ) -> Result<Sealed, EngineError> {
        let now = self.now();
        let key = self.vault().key_of(who.tenant, row.person, self.minter(), now).await?;
        let place = InstructionRow::code_place(who.tenant, &row.id);
        self.vault().seal(&key, &place, code.expose().as_bytes())
    }
}

/// Whether money went to somebody: a bill is paid, or cash was taken. What nobody took is back.
const fn has_moved(state: &InstructionState) -> bool {
    matches!(state, InstructionState::Completed { .. } | InstructionState::Claimed { .. })
}

/// Which job follows when an instruction stands so. Where it is being sent, the one that sends it goes
/// on.
const fn follows(state: &InstructionState) -> Option<StepKind> {
    match state {
        InstructionState::Requested => Some(StepKind::Submit),
        InstructionState::Challenged(_)
        | InstructionState::Settling
        | InstructionState::Available { .. } => Some(StepKind::Look),
        InstructionState::InDoubt { .. } => Some(StepKind::Resolve),
        InstructionState::Cancelling => Some(StepKind::Cancel),
        InstructionState::Submitting
        | InstructionState::Completed { .. }
        | InstructionState::Claimed { .. }
        | InstructionState::Expired { .. }
        | InstructionState::Cancelled { .. }
        | InstructionState::Failed { .. } => None,
    }
}

/// What the audit trail says of an instruction that stands so from now on.
fn event(who: &Principal, row: &InstructionRow) -> AuditEvent {
    let state = &row.standing.state;
    let action = format!("{}.{}", row.kind.name(), state.standing().name());
    let event = AuditEvent::once(&action, who.actor, row.id);
    let event = event.with("version", row.version).with("screen", row.kind.screen());
    match state {
        InstructionState::Challenged(challenge) => event.with("challenge", challenge.kind.name()),
        InstructionState::InDoubt { cause, .. } => event.with("failure", cause.name()),
        InstructionState::Failed { reason, .. } => event.with("failure", reason.name()),
        _ => event,
    }
}

//! The jobs that move instructions on: one for each step, none while somebody is waited for.

use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::DataKey;
use cartola_model::{Failure, InstructionState, PaymentFailure, Principal};
use cartola_primitives::id::{CredentialId, InstructionId, JobId, TenantId};
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::Command;
use cartola_store::instructions::InstructionRow;
use cartola_store::jobs::{JobEnd, JobKind, JobOrder, Lane, Priority, Queue};
use serde::{Deserialize, Serialize};

use crate::payments::Errand;
use crate::work::{Handler, MAX_ATTEMPTS, Outcome, Task};
use crate::{Engine, EngineError};

/// Times that one job is begun before another takes its place: a job is given up in the end, and what a
/// bank may have heard of is not.
const HANDED_OVER_AFTER: u32 = 5;

const _: () = assert!(HANDED_OVER_AFTER < MAX_ATTEMPTS, "a job hands over while it is run");

/// How long the next one waits then.
const HANDED_OVER_FOR: SignedDuration = SignedDuration::from_secs(30);

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepKind {
    /// Tells the bank.
    Submit,
    /// Looks where it stands.
    Look,
    /// Looks, and makes an end of what the bank never heard of.
    Resolve,
    /// Asks the bank to give it up.
    Cancel,
}

impl StepKind {
    const ALL: [Self; 4] = [Self::Submit, Self::Look, Self::Resolve, Self::Cancel];

    /// What it is called in the queue. It never changes: jobs of older versions are there.
    fn job(self) -> JobKind {
        let name = match self {
            Self::Submit => "instruction.submit",
            Self::Look => "instruction.look",
            Self::Resolve => "instruction.resolve",
            Self::Cancel => "instruction.cancel",
        };
        JobKind::parse(name).expect("the names of our own kinds are sound")
    }

    /// Somebody waits for what the customer is asked for, and for the end of what was given up.
    const fn priority(self) -> Priority {
        match self {
            Self::Submit | Self::Cancel => Priority::Interactive,
            Self::Look | Self::Resolve => Priority::Normal,
        }
    }
}

/// Who runs them.
pub(crate) fn handlers() -> impl Iterator<Item = Arc<dyn Handler>> {
    StepKind::ALL.into_iter().map(|kind| Arc::new(Steps(kind)) as Arc<dyn Handler>)
}

struct Steps(StepKind);

/// What a step needs to know, sealed with its job.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct StepArguments {
    instruction: InstructionId,
    /// Which version it is for: of another one it is another job's turn.
    pub version: u32,
    actor: Option<CredentialId>,
}

impl StepArguments {
    pub fn of(who: &Principal, row: &InstructionRow, version: u32) -> Self {
        Self { instruction: row.id, version, actor: who.actor.credential() }
    }
}

/// A step under way.
pub(super) struct Step<'a> {
    pub kind: StepKind,
    pub who: &'a Principal,
    pub row: &'a InstructionRow,
    pub arguments: &'a StepArguments,
    pub task: &'a Task,
}

impl<'a> Step<'a> {
    /// Whose bank it asks.
    pub fn errand(&self) -> Errand<'a> {
        let row = self.row;
        let place = InstructionRow::credentials_place(self.who.tenant, &row.id);
        Errand {
            who: self.who,
            id: *row.id.as_bytes(),
            institution: &row.institution,
            person: row.person,
            link: row.link,
            mandate: row.mandate,
            is_first: row.standing.state == InstructionState::Requested,
            job: &self.task.row,
            credentials: row.standing.credentials.as_ref().map(|sealed| (place, sealed)),
        }
    }
}

#[async_trait]
impl Handler for Steps {
    fn kind(&self) -> JobKind {
        self.0.job()
    }

    /// What a bank may have heard of is asked about until it has ended, however long a key is missing or
    /// something is damaged here. One that took its process along is handed over, and not run again.
    fn gives_up(&self) -> bool {
        false
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let Some(arguments) = &task.arguments else { return Ok(over()) };
        let arguments: StepArguments =
            serde_json::from_slice(arguments.expose()).map_err(EngineError::Content)?;
        let who = Principal::named(task.tenant, arguments.actor);
        let row = engine.store().instruction(task.tenant, arguments.instruction).await?;
        let Some(row) = row else { return Ok(over()) };
        let (kind, arguments) = (self.0, &arguments);
        let step = Step { kind, who: &who, row: &row, arguments, task };
        if task.row.attempts >= HANDED_OVER_AFTER {
            return engine.hand_instruction_over(&step).await;
        }
        match kind {
            StepKind::Submit => engine.submit_instruction(&step).await,
            StepKind::Look => engine.look_at_instruction(&step).await,
            StepKind::Resolve => engine.resolve_instruction(&step).await,
            StepKind::Cancel => engine.give_instruction_up(&step).await,
        }
    }
}

/// Nothing is left to do.
pub(super) const fn over() -> Outcome {
    Outcome::End(Vec::new(), JobEnd::Done)
}

impl Engine {
    /// A job that was begun in vain several times ends, and another one goes on later. One that the
    /// bank has not heard of is given up.
    async fn hand_instruction_over(&self, step: &Step<'_>) -> Result<Outcome, EngineError> {
        if step.row.standing.state == InstructionState::Requested {
            return self.fail_instruction(step, PaymentFailure::of(Failure::Internal)).await;
        }
        self.instruction_later(step, self.now() + HANDED_OVER_FOR).await
    }

    /// Ends the job of a step, and queues the same step for later.
    pub(super) async fn instruction_later(
        &self,
        step: &Step<'_>,
        not_before: Timestamp,
    ) -> Result<Outcome, EngineError> {
        let (tenant, row) = (step.who.tenant, step.row);
        let key = self.vault().key_of(tenant, row.person, self.minter(), self.now()).await?;
        let of = (tenant, not_before);
        let order = self.instruction_job(step.kind, row, &key, of, step.arguments)?;
        Ok(Outcome::End(vec![Command::EnqueueJob(order)], JobEnd::Done))
    }

    /// The job of a step. It is under no mandate: what a bank may have heard of is asked about even
    /// where the mandate is withdrawn.
    pub(super) fn instruction_job(
        &self,
        kind: StepKind,
        row: &InstructionRow,
        key: &DataKey,
        (tenant, not_before): (TenantId, Timestamp),
        arguments: &StepArguments,
    ) -> Result<JobOrder, EngineError> {
        let id: JobId = self.minter().mint();
        let sealed = self.vault().seal_record(key, &JobOrder::place(tenant, &id), arguments)?;
        Ok(JobOrder {
            id,
            queue: Queue::Work,
            kind: kind.job(),
            link: Some(row.link),
            lane: Some(Lane::of(&row.institution)),
            mandate: None,
            arguments: Some(sealed),
            not_before,
            priority: kind.priority(),
            continuation: None,
        })
    }
}

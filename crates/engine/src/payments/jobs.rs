//! The jobs that move payments on: one for each step, none while somebody is waited for.

use std::sync::Arc;

use async_trait::async_trait;
use cartola_connector::session::ChallengeAnswer;
use cartola_crypto::DataKey;
use cartola_model::{Failure, PaymentFailure, PaymentState, Principal};
use cartola_primitives::id::{CredentialId, JobId, PaymentId, TenantId};
use cartola_primitives::{Secret, SignedDuration, Timestamp};
use cartola_store::Command;
use cartola_store::jobs::{JobEnd, JobKind, JobOrder, Lane, Priority, Queue};
use cartola_store::payments::PaymentRow;
use serde::{Deserialize, Serialize};

use super::session::Errand;
use crate::work::{Handler, MAX_ATTEMPTS, Outcome, Task};
use crate::{Engine, EngineError};

/// Times that one job is begun before another takes its place: a job is given up in the end, and a
/// payment that a bank may have heard of is not.
const HANDED_OVER_AFTER: u32 = 5;

const _: () = assert!(HANDED_OVER_AFTER < MAX_ATTEMPTS, "a job hands over while it is run");

/// How long the next one waits then.
const HANDED_OVER_FOR: SignedDuration = SignedDuration::from_secs(30);

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepKind {
    /// Tells the bank.
    Submit,
    /// Tells it the customer's answer.
    Answer,
    /// Looks where the payment stands.
    Look,
    /// Looks, and makes an end of what the bank never heard of.
    Resolve,
    /// Asks the bank to give it up.
    Withdraw,
}

impl StepKind {
    const ALL: [Self; 5] = [Self::Submit, Self::Answer, Self::Look, Self::Resolve, Self::Withdraw];

    /// What it is called in the queue. It never changes: jobs of older versions are there.
    fn job(self) -> JobKind {
        let name = match self {
            Self::Submit => "payment.submit",
            Self::Answer => "payment.answer",
            Self::Look => "payment.look",
            Self::Resolve => "payment.resolve",
            Self::Withdraw => "payment.withdraw",
        };
        JobKind::parse(name).expect("the names of our own kinds are sound")
    }

    /// Somebody waits for what the customer is asked for, and for the end of what they gave up; nobody
    /// for what has been asked.
    const fn priority(self) -> Priority {
        match self {
            Self::Submit | Self::Answer | Self::Withdraw => Priority::Interactive,
            Self::Look | Self::Resolve => Priority::Normal,
        }
    }
}

/// Who runs them.
pub(crate) fn handlers() -> impl Iterator<Item = Arc<dyn Handler>> {
    StepKind::ALL.into_iter().map(|kind| Arc::new(Steps(kind)) as Arc<dyn Handler>)
}

struct Steps(StepKind);

/// What a step needs to know, sealed with its job. Wiped when dropped.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct StepArguments {
    payment: PaymentId,
    /// Which version it is for: of another one it is another job's turn.
    version: u32,
    actor: Option<CredentialId>,
    sms: Option<String>,
    codes: Option<Vec<String>>,
    /// How often it has waited because its bank could not be told.
    #[serde(default)]
    waits: u32,
}

impl StepArguments {
    pub fn of(who: &Principal, row: &PaymentRow, version: u32) -> Self {
        let actor = who.actor.credential();
        Self { payment: row.id, version, actor, sms: None, codes: None, waits: 0 }
    }

    pub fn with(mut self, answer: &ChallengeAnswer) -> Self {
        let written = |secret: &Secret<String>| secret.expose().clone();
        self.sms = answer.sms.as_ref().map(written);
        self.codes = answer.codes.as_ref().map(|codes| codes.iter().map(written).collect());
        self
    }

    /// What the customer has answered.
    pub fn answer(&self) -> ChallengeAnswer {
        let secret = |text: &String| Secret::new(text.clone());
        ChallengeAnswer {
            sms: self.sms.as_ref().map(secret),
            codes: self.codes.as_ref().map(|codes| codes.iter().map(secret).collect()),
        }
    }

    /// After so many waits.
    pub const fn waiting(mut self, waits: u32) -> Self {
        self.waits = waits;
        self
    }

    pub const fn version(&self) -> u32 {
        self.version
    }

    pub const fn waits(&self) -> u32 {
        self.waits
    }
}

impl Drop for StepArguments {
    fn drop(&mut self) {
        self.sms.iter_mut().for_each(zeroize::Zeroize::zeroize);
        self.codes.iter_mut().flatten().for_each(zeroize::Zeroize::zeroize);
    }
}

/// A step under way.
pub(super) struct Step<'a> {
    pub kind: StepKind,
    pub who: &'a Principal,
    pub row: &'a PaymentRow,
    pub arguments: &'a StepArguments,
    pub task: &'a Task,
}

impl<'a> Step<'a> {
    /// Whose bank it asks.
    pub fn errand(&self) -> Errand<'a> {
        let row = self.row;
        let place = PaymentRow::credentials_place(self.who.tenant, &row.id);
        Errand {
            who: self.who,
            id: *row.id.as_bytes(),
            institution: &row.institution,
            person: row.person,
            link: row.link,
            mandate: row.mandate,
            is_first: row.standing.state == PaymentState::Requested,
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
        let row = engine.store().payment(task.tenant, arguments.payment).await?;
        let Some(row) = row else { return Ok(over()) };
        let (kind, arguments) = (self.0, &arguments);
        let step = Step { kind, who: &who, row: &row, arguments, task };
        if task.row.attempts >= HANDED_OVER_AFTER {
            return engine.hand_over(&step).await;
        }
        match kind {
            StepKind::Submit => engine.submit(&step).await,
            StepKind::Answer => engine.tell_answer(&step).await,
            StepKind::Look => engine.look_at_payment(&step).await,
            StepKind::Resolve => engine.resolve_payment(&step).await,
            StepKind::Withdraw => engine.withdraw_payment(&step).await,
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
    async fn hand_over(&self, step: &Step<'_>) -> Result<Outcome, EngineError> {
        if step.row.standing.state == PaymentState::Requested {
            return self.fail(step, PaymentFailure::of(Failure::Internal)).await;
        }
        self.later(step, self.now() + HANDED_OVER_FOR).await
    }

    /// Ends the job of a step, and queues the same step for later.
    pub(super) async fn later(
        &self,
        step: &Step<'_>,
        not_before: Timestamp,
    ) -> Result<Outcome, EngineError> {
        self.step_later(step, not_before, step.arguments).await
    }

    /// Ends the job of a step, and queues the same step for later, with other arguments.
    pub(super) async fn step_later(
        &self,
        step: &Step<'_>,
        not_before: Timestamp,
        arguments: &StepArguments,
    ) -> Result<Outcome, EngineError> {
        let (tenant, row) = (step.who.tenant, step.row);
        let key = self.vault().key_of(tenant, row.person, self.minter(), self.now()).await?;
        let order = self.step_order(step.kind, row, &key, (tenant, not_before), arguments)?;
        Ok(Outcome::End(vec![Command::EnqueueJob(order)], JobEnd::Done))
    }

    /// The job of a step. It is under no mandate: what a bank may have heard of is asked about even
    /// where the mandate is withdrawn.
    pub(super) fn step_order(
        &self,
        kind: StepKind,
        row: &PaymentRow,
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

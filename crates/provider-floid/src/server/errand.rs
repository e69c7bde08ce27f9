//! Results that are posted later: what follows once an institution was asked.

use async_trait::async_trait;
use cartola_engine::readings::Next;
use cartola_engine::work::{Command, Ended, Handler, JobEnd, JobKind, MAX_ATTEMPTS, Outcome, Task};
use cartola_engine::{Engine, EngineError};
use cartola_http::callbacks::Callbacks;
use cartola_model::{Failure, Principal};
use cartola_primitives::id::{ConsentId, CredentialId};
use cartola_primitives::{Date, Secret};
use serde::{Deserialize, Serialize};

use super::MAX_ANSWER_BYTES;
use super::callback::Target;
use super::current::Question;
use super::desk::Untold;
use super::telling::Teller;
use crate::failure;
use crate::wire::{Failed, Posted};

/// The kind of the job. It never changes: jobs of older versions are in the queue.
fn kind() -> JobKind {
    JobKind::parse("floid.answer").expect("the name of our own kind is sound")
}

/// What is to be posted, sealed with the job that posts it.
#[derive(Serialize, Deserialize)]
pub struct Errand {
    /// Through which key it was asked for; absent where the operator did.
    actor: Option<CredentialId>,
    case: String,
    target: Target,
    work: Work,
}

/// An errand and the mandate of its call, which ends when it is done: as it is sealed, and as it is
/// read.
#[derive(Serialize, Deserialize)]
struct Queued<E> {
    mandate: ConsentId,
    errand: E,
}

/// What follows once an institution was asked.
#[derive(Serialize, Deserialize)]
pub enum Work {
    /// *Income check*.
    Income,
    /// *Transaction history* from that day on.
    History(Date),
    /// A product of the current dialect.
    Current(Question),
}

impl Errand {
    pub fn new(who: &Principal, case: &str, target: Target, work: Work) -> Self {
        Self { actor: who.actor.credential(), case: case.to_owned(), target, work }
    }

    /// As it is queued, to end the mandate of a call.
    pub fn next(&self, mandate: ConsentId) -> Next {
        let queued = Queued { mandate, errand: self };
        let arguments = serde_json::to_vec(&queued).expect("texts and days are JSON");
        Next { kind: kind(), arguments: Secret::new(arguments) }
    }

    /// The body that is posted.
    async fn tell(
        &self,
        engine: &Engine,
        who: &Principal,
        (before, mandate): (Option<Ended>, ConsentId),
    ) -> Result<Vec<u8>, Untold> {
        before.unwrap_or(Err(Failure::Internal))?;
        let mandate = engine.consent(who, mandate).await?.ok_or(Failure::Internal)?;
        let teller = Teller::new(engine, who, mandate.link);
        let body = match &self.work {
            Work::Income => self.posted(true, teller.income_check().await?),
            Work::History(from) => self.posted(true, teller.transaction_history(*from).await?),
            Work::Current(question) => question.tell(&teller, &self.case).await?,
        };
        if body.len() > MAX_ANSWER_BYTES { Err(Failure::LimitExceeded.into()) } else { Ok(body) }
    }

    /// The body that is posted where nothing is told.
    fn untold(&self, failure: Failure) -> Vec<u8> {
        match &self.work {
            Work::Income | Work::History(_) => {
                self.posted(false, Failed { error: failure::text(failure) })
            }
            Work::Current(_) => super::current::untold(failure, &self.case),
        }
    }

    fn posted<T: Serialize>(&self, is_valid: bool, told: T) -> Vec<u8> {
        let posted = Posted { case_id: &self.case, is_valid, told };
        serde_json::to_vec(&posted).expect("wire shapes have text keys and whole numbers")
    }
}

/// Posts results.
pub struct Answers {
    callbacks: Callbacks,
}

impl Answers {
    pub const fn new(callbacks: Callbacks) -> Self {
        Self { callbacks }
    }
}

#[async_trait]
impl Handler for Answers {
    fn kind(&self) -> JobKind {
        kind()
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let dead = JobEnd::Dead { failure: Failure::Internal };
        let Some(arguments) = &task.arguments else { return Ok(Outcome::End(Vec::new(), dead)) };
        let Queued::<Errand> { mandate, errand } =
            serde_json::from_slice(arguments.expose()).map_err(EngineError::Content)?;
        let who = Principal::named(task.tenant, errand.actor);
        let (body, outcome) = match errand.tell(engine, &who, (task.before, mandate)).await {
            Ok(body) => (body, "ok"),
            Err(Untold::Failure(failure)) => (errand.untold(failure), failure.name()),
            // The last time: whoever waits is told that we failed.
            Err(Untold::Engine(_)) if task.row.attempts >= MAX_ATTEMPTS => {
                (errand.untold(Failure::Internal), Failure::Internal.name())
            }
            Err(Untold::Engine(error)) => return Err(error),
        };
        metrics::counter!("floid_callbacks_total", "outcome" => outcome).increment(1);
        let mut commands = engine.ending_call(&who, mandate).await?;
        let order = errand.target.message(&self.callbacks, task.tenant, body).await?;
        commands.push(Command::AddMessage(order));
        Ok(Outcome::End(commands, JobEnd::Done))
    }
}

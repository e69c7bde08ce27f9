//! Results that are posted later: what follows once a bank was asked.

use async_trait::async_trait;
use cartola_engine::readings::Next;
use cartola_engine::work::{Command, Ended, Handler, JobEnd, JobKind, MAX_ATTEMPTS, Outcome, Task};
use cartola_engine::{Engine, EngineError};
use cartola_http::callbacks::{Callback, CallbackError, Callbacks, MessageOrder, TargetUrl};
use cartola_model::{Failure, Principal};
use cartola_primitives::Secret;
use cartola_primitives::id::{ConsentId, CredentialId, LinkId, TenantId};
use serde::{Deserialize, Serialize};

use super::declined::Declined;
use super::new_link::NewToken;
use super::question::Question;
use super::records::Teller;
use super::said::Said;
use crate::Refusal;

/// The kind of the job. It never changes: jobs of older versions are in the queue.
fn kind() -> JobKind {
    JobKind::parse("khipu.answer").expect("the name of our own kind is sound")
}

/// What is to be posted, sealed with the job that posts it.
#[derive(Serialize, Deserialize)]
pub struct Errand {
    /// Through which client it was asked for; absent where the operator did.
    actor: Option<CredentialId>,
    operation_id: String,
    url: String,
    /// What is read through; absent where the mandate of a call says it.
    link: Option<LinkId>,
    work: Work,
}

/// An errand and the mandate of a call, which ends when it is done: as it is sealed, and as it is
/// read.
#[derive(Serialize, Deserialize)]
struct Queued<E> {
    mandate: Option<ConsentId>,
    errand: E,
}

/// What follows once the bank was asked.
#[derive(Serialize, Deserialize)]
pub enum Work {
    Records(Question),
    Token(NewToken),
}

impl Errand {
    pub fn new(
        who: &Principal,
        operation_id: &str,
        url: &TargetUrl,
        link: Option<LinkId>,
        work: Work,
    ) -> Self {
        let actor = who.actor.credential();
        let (operation_id, url) = (operation_id.to_owned(), url.to_text());
        Self { actor, operation_id, url, link, work }
    }

    /// As it is queued, to end the mandate of a call.
    pub fn next(&self, mandate: Option<ConsentId>) -> Next {
        let queued = Queued { mandate, errand: self };
        let arguments = serde_json::to_vec(&queued).expect("texts and days are JSON");
        Next { kind: kind(), arguments: Secret::new(arguments) }
    }

    fn who(&self, tenant: TenantId) -> Principal {
        Principal::named(tenant, self.actor)
    }

    /// The body that the synchronous call would have had.
    async fn tell(
        &self,
        engine: &Engine,
        who: &Principal,
        (before, mandate): (Option<Ended>, Option<ConsentId>),
    ) -> Result<Said, Declined> {
        before.unwrap_or(Err(Failure::Internal)).map_err(Refusal::of_bank)?;
        let operation_id = &self.operation_id;
        let question = match &self.work {
            Work::Token(new) => return new.begin(engine, who, operation_id).await,
            Work::Records(question) => question,
        };
        let link = self.link(engine, who, mandate).await?.ok_or(Failure::Internal)?;
        let link = engine.link(who, link).await?.ok_or(Failure::Internal)?;
        Teller { engine, who, link: &link, operation_id }.tell(question).await
    }

    async fn link(
        &self,
        engine: &Engine,
        who: &Principal,
        mandate: Option<ConsentId>,
    ) -> Result<Option<LinkId>, EngineError> {
        match (self.link, mandate) {
            (None, Some(mandate)) => Ok(engine.consent(who, mandate).await?.map(|row| row.link)),
            (link, _) => Ok(link),
        }
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
        let who = errand.who(task.tenant);
        let said = match errand.tell(engine, &who, (task.before, mandate)).await {
            Ok(said) => said,
            Err(Declined::Refused(refusal) | Declined::Until(refusal, _)) => {
                Said::refused(&errand.operation_id, &refusal)
            }
            // The last time: whoever waits is told that we failed.
            Err(Declined::Failed(_)) if task.row.attempts >= MAX_ATTEMPTS => {
                Said::refused(&errand.operation_id, &Failure::Internal.into())
            }
            Err(Declined::Failed(error)) => return Err(error),
        };
        metrics::counter!("khipu_callbacks_total", "outcome" => said.outcome).increment(1);
        let mut commands = match mandate {
            Some(mandate) => engine.ending_call(&who, mandate).await?,
            None => Vec::new(),
        };
        let Ok(url) = TargetUrl::parse(&errand.url) else {
            return Ok(Outcome::End(commands, dead));
        };
        let order = message(&self.callbacks, task.tenant, url, said.body).await?;
        commands.push(Command::AddMessage(order));
        Ok(Outcome::End(commands, JobEnd::Done))
    }
}

/// A result on its way to where it is posted.
pub async fn message(
    callbacks: &Callbacks,
    tenant: TenantId,
    url: TargetUrl,
    body: Vec<u8>,
) -> Result<MessageOrder, EngineError> {
    let composed = callbacks.compose(tenant, Callback { url, headers: &[], body }).await;
    composed.map_err(|error| match error {
        CallbackError::Engine(error) => error,
        CallbackError::Destination(_) | CallbackError::TooLong => {
            unreachable!("a result without headers is never longer than an answer may be")
        }
    })
}

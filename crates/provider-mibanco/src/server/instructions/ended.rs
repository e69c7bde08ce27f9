//! What is posted once an instruction has ended.

use async_trait::async_trait;
use cartola_engine::instructions::InstructionKind;
use cartola_engine::readings::Next;
use cartola_engine::work::{Command, Handler, JobEnd, JobKind, Outcome, Task};
use cartola_engine::{Engine, EngineError};
use cartola_http::callbacks::{Callback, CallbackError, Callbacks, TargetUrl};
use cartola_model::{Failure, Principal};
use cartola_primitives::Secret;
use cartola_primitives::id::{CredentialId, LinkId};
use serde::{Deserialize, Serialize};

use super::super::named::case_of;
use super::told::Told;

/// Who is to be told of an end. It is sealed with what is to end.
#[derive(Clone, Serialize, Deserialize)]
pub struct Ended {
    /// Through which key it was asked for; absent where the operator did.
    actor: Option<CredentialId>,
    pub link: LinkId,
    pub kind: InstructionKind,
    pub id: String,
    url: Option<String>,
}

/// What is posted: as [`Told`], with the name of the event.
#[derive(Serialize)]
struct Event<'a> {
    #[serde(rename = "event")]
    name: String,
    #[serde(flatten)]
    told: &'a Told,
}

impl Ended {
    pub fn of(
        who: &Principal,
        link: LinkId,
        (kind, id): (InstructionKind, &str),
        url: Option<String>,
    ) -> Self {
        Self { actor: who.actor.credential(), link, kind, id: id.to_owned(), url }
    }

    /// As it follows the end.
    pub fn next(&self) -> Next {
        let arguments = serde_json::to_vec(self).expect("texts are JSON");
        Next { kind: kind(), arguments: Secret::new(arguments) }
    }

    /// On whose behalf.
    pub fn who(&self, task: &Task) -> Principal {
        Principal::named(task.tenant, self.actor)
    }

    /// What is to be posted of an end, where anything is.
    pub async fn message(
        &self,
        callbacks: &Callbacks,
        task: &Task,
        told: &Told,
    ) -> Result<Vec<Command>, EngineError> {
        let Some(url) = &self.url else { return Ok(Vec::new()) };
        let url = TargetUrl::parse(url).expect("it was written from a URL");
        let name = format!("{}.{}", self.kind.name(), told.status.to_ascii_lowercase());
        let body = serde_json::to_vec(&Event { name, told }).expect("texts are JSON");
        let composed = callbacks.compose(task.tenant, Callback { url, headers: &[], body }).await;
        let order = composed.map_err(|error| match error {
            CallbackError::Engine(error) => error,
            CallbackError::Destination(_) | CallbackError::TooLong => {
                unreachable!("the event is short, and has no headers of its own")
            }
        })?;
        Ok(vec![Command::AddMessage(order)])
    }
}

/// The kind of the job. It never changes: jobs of older versions are in the queue.
fn kind() -> JobKind {
    JobKind::parse("mibanco.instruction").expect("the names of our own kinds are sound")
}

/// Posts ends.
pub struct Ends {
    callbacks: Callbacks,
}

impl Ends {
    pub const fn new(callbacks: Callbacks) -> Self {
        Self { callbacks }
    }
}

#[async_trait]
impl Handler for Ends {
    fn kind(&self) -> JobKind {
        kind()
    }

    /// Somebody is to be told of money that has moved.
    fn gives_up(&self) -> bool {
        false
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let dead = || Outcome::End(Vec::new(), JobEnd::Dead { failure: Failure::Internal });
        let Some(arguments) = &task.arguments else { return Ok(dead()) };
        let ended: Ended =
            serde_json::from_slice(arguments.expose()).map_err(EngineError::Content)?;
        let who = ended.who(task);
        let found = engine.instruction_of_case(&who, &case_of(ended.link, &ended.id)).await?;
        let Some(instruction) = found.filter(|found| found.state().is_final()) else {
            return Ok(dead());
        };
        let told = Told::of_instruction(&ended.id, &instruction);
        let messages = ended.message(&self.callbacks, task, &told).await?;
        Ok(Outcome::End(messages, JobEnd::Done))
    }
}

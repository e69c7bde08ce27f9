//! What is posted once a transfer has ended: `transfer.completed`, as the document prints it, or
//! `transfer.failed`.

use async_trait::async_trait;
use cartola_engine::readings::Next;
use cartola_engine::work::{Command, Handler, JobEnd, JobKind, Outcome, Task};
use cartola_engine::{Engine, EngineError};
use cartola_http::callbacks::{Callback, CallbackError, Callbacks, TargetUrl};
use cartola_model::{Failure, Principal};
use cartola_primitives::id::{CredentialId, LinkId};
use cartola_primitives::{Secret, Timestamp};
use serde::{Deserialize, Serialize};

use super::super::named::case_of;
use super::told::{End, end_of};

/// Who is to be told of an end. It is sealed with what is to end.
#[derive(Clone, Serialize, Deserialize)]
pub struct Ended {
    /// Through which key it was asked for; absent where the operator did.
    actor: Option<CredentialId>,
    pub link: LinkId,
    pub transfer_id: String,
    url: Option<String>,
}

/// What is posted.
#[derive(Serialize)]
struct Event<'a> {
    #[serde(rename = "event")]
    name: &'static str,
    transfer_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_at: Option<Timestamp>,
    /// What the gateway charges for it; banks of Chile charge people nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    fee: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

impl Ended {
    pub fn of(who: &Principal, link: LinkId, transfer_id: &str, url: Option<&str>) -> Self {
        let (actor, url) = (who.actor.credential(), url.map(str::to_owned));
        Self { actor, link, transfer_id: transfer_id.to_owned(), url }
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
        end: End,
    ) -> Result<Vec<Command>, EngineError> {
        let Some(url) = &self.url else { return Ok(Vec::new()) };
        let url = TargetUrl::parse(url).expect("it was written from a URL");
        let transfer_id = self.transfer_id.as_str();
        let event = match end {
            End::Completed(at) => Event {
                name: "transfer.completed",
                transfer_id,
                settled_at: Some(at),
                fee: Some(0),
                failure: None,
            },
            End::Failed(reason) => Event {
                name: "transfer.failed",
                transfer_id,
                settled_at: None,
                fee: None,
                failure: Some(reason),
            },
        };
        let body = serde_json::to_vec(&event).expect("texts and numbers are JSON");
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
    JobKind::parse("mibanco.transfer").expect("the names of our own kinds are sound")
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
        let case = case_of(ended.link, &ended.transfer_id);
        let payment = engine.payment_of_case(&who, &case).await?;
        let Some(end) = payment.and_then(|payment| end_of(payment.state())) else {
            return Ok(dead());
        };
        let messages = ended.message(&self.callbacks, task, end).await?;
        Ok(Outcome::End(messages, JobEnd::Done))
    }
}

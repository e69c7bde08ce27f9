//! What is posted to who asked once an instruction has ended: once, by the unit of work that ends the
//! job, whatever crashes.

use async_trait::async_trait;
use cartola_engine::instructions::Instruction;
use cartola_engine::readings::Next;
use cartola_engine::work::{Command, Handler, JobEnd, JobKind, Outcome, Task};
use cartola_engine::{Engine, EngineError};
use cartola_http::Problem;
use cartola_http::callbacks::{Callback, CallbackError, Callbacks, TargetUrl};
use cartola_http::problem::Text;
use cartola_model::{Failure, Principal};
use cartola_primitives::id::CredentialId;
use cartola_primitives::{Secret, Timestamp};
use serde::{Deserialize, Serialize};

use super::given::wrong;
use super::view::InstructionView;

/// The kind of the job. It never changes: jobs of older versions are in the queue.
pub fn kind() -> JobKind {
    JobKind::parse("v1.instruction").expect("the names of our own kinds are sound")
}

/// What the job knows.
#[derive(Serialize, Deserialize)]
struct Arguments {
    case: String,
    url: String,
    /// Through which key it was asked for; absent where the operator did.
    actor: Option<CredentialId>,
}

/// What follows once an instruction has ended, where its URL may be called.
pub async fn next(
    callbacks: Option<&Callbacks>,
    who: &Principal,
    case: &str,
    url: &str,
) -> Result<Next, Problem> {
    let named = wrong("callback_url");
    let Some(callbacks) = callbacks else {
        let why = Text::fixed("this process calls nobody", "este proceso no llama a nadie");
        return Err(named(why));
    };
    let url = callbacks.check(url).await.map_err(|error| {
        let es = "no es una dirección a la que se pueda avisar".to_owned();
        named(Text::new(error.to_string(), es))
    })?;
    let (case, url) = (case.to_owned(), url.to_text());
    let arguments = Arguments { case, url, actor: who.actor.credential() };
    let arguments = serde_json::to_vec(&arguments).expect("texts and ids are JSON");
    Ok(Next { kind: kind(), arguments: Secret::new(arguments) })
}

/// Posts them.
pub struct Ends {
    callbacks: Callbacks,
}

impl Ends {
    pub const fn new(callbacks: Callbacks) -> Self {
        Self { callbacks }
    }
}

/// What is posted, in the form that Standard Webhooks proposes.
#[derive(Serialize)]
struct Posted {
    /// Such as `withdrawal.claimed`.
    r#type: String,
    /// When it came to its end.
    timestamp: Timestamp,
    data: InstructionView,
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
        let dead = || Ok(Outcome::End(Vec::new(), JobEnd::Dead { failure: Failure::Internal }));
        let Some(arguments) = &task.arguments else { return dead() };
        let Arguments { case, url, actor } =
            serde_json::from_slice(arguments.expose()).map_err(EngineError::Content)?;
        let who = Principal::named(task.tenant, actor);
        let found = engine.instruction_of_case(&who, &case).await?;
        let Some(ended) = found.filter(|found| found.state().is_final()) else { return dead() };
        let Ok(url) = TargetUrl::parse(&url) else { return dead() };
        let body = serde_json::to_vec(&posted(ended)).expect("views have text keys");
        let composed = self.callbacks.compose(task.tenant, Callback { url, headers: &[], body });
        let message = composed.await.map_err(|error| match error {
            CallbackError::Engine(error) => error,
            CallbackError::Destination(_) | CallbackError::TooLong => {
                unreachable!("what is told is short, and has no headers of a caller's")
            }
        })?;
        Ok(Outcome::End(vec![Command::AddMessage(message)], JobEnd::Done))
    }
}

fn posted(ended: Instruction) -> Posted {
    let (kind, state) = (ended.row.kind.name(), ended.state().standing().name());
    let timestamp = ended.row.standing.changed_at;
    let data = InstructionView::from(ended);
    Posted {
        r#type: format!("{kind}.{state}"),
        timestamp: data.ended_at().unwrap_or(timestamp),
        data,
    }
}

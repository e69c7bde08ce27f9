//! What follows a decision: an instruction that was approved is given, any other has failed.

use async_trait::async_trait;
use cartola_engine::authorizations::{LeaveBy, may_be_used};
use cartola_engine::instructions::InstructionError;
use cartola_engine::readings::Next;
use cartola_engine::work::{Handler, JobEnd, JobKind, Outcome, Task};
use cartola_engine::{Engine, EngineError};
use cartola_http::callbacks::Callbacks;
use cartola_model::Failure;
use cartola_primitives::Secret;
use serde::{Deserialize, Serialize};

use super::super::named::case_of;
use super::super::transfer::told::not_begun;
use super::super::unapproved;
use super::ended::Ended;
use super::give::Order;
use super::told::Told;

/// What is given, and who is told of its end. It is sealed with the question.
#[derive(Serialize, Deserialize)]
pub struct Approved {
    ended: Ended,
    order: Order,
}

impl Approved {
    pub const fn of(ended: Ended, order: Order) -> Self {
        Self { ended, order }
    }

    /// As it follows the decision.
    pub fn next(&self) -> Next {
        let arguments = serde_json::to_vec(self).expect("texts and numbers are JSON");
        Next { kind: kind(), arguments: Secret::new(arguments) }
    }
}

/// The kind of the job. It never changes: jobs of older versions are in the queue.
fn kind() -> JobKind {
    JobKind::parse("mibanco.instruct").expect("the names of our own kinds are sound")
}

/// Gives instructions that were approved.
pub struct Approvals {
    callbacks: Callbacks,
}

impl Approvals {
    pub const fn new(callbacks: Callbacks) -> Self {
        Self { callbacks }
    }
}

#[async_trait]
impl Handler for Approvals {
    fn kind(&self) -> JobKind {
        kind()
    }

    /// Somebody is to be told how it ended, or it is yet to be begun.
    fn gives_up(&self) -> bool {
        false
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let dead = || Outcome::End(Vec::new(), JobEnd::Dead { failure: Failure::Internal });
        let Some(arguments) = &task.arguments else { return Ok(dead()) };
        let Approved { ended, order } =
            serde_json::from_slice(arguments.expose()).map_err(EngineError::Content)?;
        let who = ended.who(task);
        let case = case_of(ended.link, &ended.id);
        let Some(asked) = engine.authorization_of_case(&who, &case).await? else {
            return Ok(dead());
        };
        let which = (ended.kind, ended.id.as_str());
        // A job that was begun before may have used the approval up: then the instruction is there.
        let is_given = engine.instruction_of_case(&who, &case).await?.is_some();
        if !is_given && !may_be_used(asked.state()) {
            let told = Told::unapproved(which, asked.state()).about(&order.what);
            let messages = ended.message(&self.callbacks, task, &told).await?;
            return Ok(Outcome::End(messages, JobEnd::Done));
        }
        let request = order.request();
        let leave = LeaveBy::Approved(asked.id());
        let wanted = order.wanted(ended.link, (&case, &request), leave, Some(ended.next()));
        match engine.begin_instruction(&who, &wanted).await {
            Ok(_) => Ok(Outcome::End(Vec::new(), JobEnd::Done)),
            Err(InstructionError::Engine(error)) => Err(error),
            Err(error) => {
                let failure = failure_of(&error);
                let told = Told::failed(which, not_begun(failure)).about(&order.what);
                let mut commands = ended.message(&self.callbacks, task, &told).await?;
                // Told to have failed, it is never done any more.
                let given_up = engine.giving_up_authorization(&who, asked.id(), failure).await?;
                commands.extend(given_up);
                Ok(Outcome::End(commands, JobEnd::Dead { failure }))
            }
        }
    }
}

/// The class of what kept an instruction from being given.
fn failure_of(error: &InstructionError) -> Failure {
    match error {
        InstructionError::Leave(error) => unapproved::leave_failure(error),
        InstructionError::Engine(error) => error.failure(),
        InstructionError::Link(error) => error.failure(),
        InstructionError::NotOffered | InstructionError::NotEnabled => Failure::Unsupported,
        _ => Failure::RequestInvalid,
    }
}

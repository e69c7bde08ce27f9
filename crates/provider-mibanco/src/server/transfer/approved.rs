//! What follows a decision: a transfer that was approved is begun, any other has failed.

use async_trait::async_trait;
use cartola_engine::authorizations::{LeaveBy, LinkPaymentError, may_be_used};
use cartola_engine::readings::Next;
use cartola_engine::work::{Handler, JobEnd, JobKind, Outcome, Task};
use cartola_engine::{Engine, EngineError};
use cartola_http::callbacks::Callbacks;
use cartola_model::Failure;
use cartola_primitives::Secret;
use serde::{Deserialize, Serialize};

use super::super::named::case_of;
use super::super::unapproved;
use super::ended::Ended;
use super::order::Order;
use super::told::{End, not_begun, refusal_of};

/// What is begun, and who is told of its end. It is sealed with the question.
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
    JobKind::parse("mibanco.approved").expect("the names of our own kinds are sound")
}

/// Begins transfers that were approved.
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
        let case = case_of(ended.link, &ended.transfer_id);
        let Some(asked) = engine.authorization_of_case(&who, &case).await? else {
            return Ok(dead());
        };
        // A job that was begun before may have used the approval up: then the payment is there.
        let is_begun = engine.payment_of_case(&who, &case).await?.is_some();
        if !is_begun && !may_be_used(asked.state()) {
            let end = End::Failed(refusal_of(asked.state()));
            let messages = ended.message(&self.callbacks, task, end).await?;
            return Ok(Outcome::End(messages, JobEnd::Done));
        }
        let request = order.request();
        let payment = order.payment(ended.link, (&case, &request), Some(ended.next()));
        match engine.begin_link_payment(&who, &payment, LeaveBy::Approved(asked.id())).await {
            Ok(_) => Ok(Outcome::End(Vec::new(), JobEnd::Done)),
            Err(LinkPaymentError::Engine(error)) => Err(error),
            Err(error) => {
                let failure = failure_of(&error);
                let end = End::Failed(not_begun(failure));
                let mut commands = ended.message(&self.callbacks, task, end).await?;
                // Told to have failed, it is never done any more.
                let given_up = engine.giving_up_authorization(&who, asked.id(), failure).await?;
                commands.extend(given_up);
                Ok(Outcome::End(commands, JobEnd::Dead { failure }))
            }
        }
    }
}

/// The class of what kept a transfer from being begun.
fn failure_of(error: &LinkPaymentError) -> Failure {
    match error {
        LinkPaymentError::Leave(error) => unapproved::leave_failure(error),
        LinkPaymentError::Link(error) => error.failure(),
        LinkPaymentError::NotEnabled => Failure::Unsupported,
        LinkPaymentError::Payment(_) => Failure::RequestInvalid,
        LinkPaymentError::Engine(error) => error.failure(),
    }
}

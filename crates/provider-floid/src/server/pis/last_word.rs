//! The last word on a payment: what is posted once it has ended.

use async_trait::async_trait;
use cartola_engine::readings::Next;
use cartola_engine::work::{Command, Handler, JobEnd, JobKind, Outcome, Task};
use cartola_engine::{Engine, EngineError};
use cartola_http::callbacks::Callbacks;
use cartola_model::{Failure, PaymentStanding, Principal};
use cartola_primitives::Secret;
use cartola_primitives::id::CredentialId;
use serde::{Deserialize, Serialize};

use super::super::callback::Target;
use super::super::case::Case;
use super::transfer::payment_case;
use crate::{bank, mapping};

/// The kind of the job. It never changes: jobs of older versions are in the queue.
fn kind() -> JobKind {
    JobKind::parse("floid.payment").expect("the name of our own kind is sound")
}

/// Who is to be told of a payment's end, sealed with the payment.
#[derive(Serialize, Deserialize)]
pub struct LastWord {
    /// Through which key it was asked for; absent where the operator did.
    actor: Option<CredentialId>,
    pub case: Case,
    pub target: Target,
}

impl LastWord {
    pub fn new(who: &Principal, case: Case, target: Target) -> Self {
        Self { actor: who.actor.credential(), case, target }
    }

    /// As it follows the payment's end.
    pub fn next(&self) -> Next {
        let arguments = serde_json::to_vec(self).expect("texts are JSON");
        Next { kind: kind(), arguments: Secret::new(arguments) }
    }

    /// The body that is posted, and what came of the payment; nothing of one that is not there.
    async fn body(
        &self,
        engine: &Engine,
        who: &Principal,
    ) -> Result<Option<(Vec<u8>, PaymentStanding)>, EngineError> {
        let found = engine.payment_of_case(who, &payment_case(&self.case)).await?;
        let Some(payment) = found else { return Ok(None) };
        // It was begun at a bank that the document names.
        let bank = bank::name_of(&payment.row.institution).unwrap_or_default();
        let named = (bank, self.case.as_str());
        let body = mapping::transfer_callback(payment.state(), payment.row.amount, named);
        let body = serde_json::to_vec(&body).expect("wire shapes have text keys");
        Ok(Some((body, payment.state().standing())))
    }
}

/// Posts them.
pub struct LastWords {
    callbacks: Callbacks,
}

impl LastWords {
    pub const fn new(callbacks: Callbacks) -> Self {
        Self { callbacks }
    }
}

#[async_trait]
impl Handler for LastWords {
    fn kind(&self) -> JobKind {
        kind()
    }

    fn gives_up(&self) -> bool {
        false
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let dead = || Outcome::End(Vec::new(), JobEnd::Dead { failure: Failure::Internal });
        let Some(arguments) = &task.arguments else { return Ok(dead()) };
        let word: LastWord =
            serde_json::from_slice(arguments.expose()).map_err(EngineError::Content)?;
        let who = Principal::named(task.tenant, word.actor);
        let Some((body, standing)) = word.body(engine, &who).await? else { return Ok(dead()) };
        metrics::counter!("floid_payments_total", "outcome" => standing.name()).increment(1);
        let order = word.target.message(&self.callbacks, task.tenant, body).await?;
        Ok(Outcome::End(vec![Command::AddMessage(order)], JobEnd::Done))
    }
}

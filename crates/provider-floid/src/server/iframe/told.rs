//! The last word on a page: what is posted once its checkout has ended.

use async_trait::async_trait;
use cartola_engine::checkouts::Checkout;
use cartola_engine::readings::Next;
use cartola_engine::work::{Command, Handler, JobEnd, JobKind, Outcome, Task};
use cartola_engine::{Engine, EngineError};
use cartola_http::callbacks::Callbacks;
use cartola_model::{CheckoutStanding, Failure, Principal};
use cartola_primitives::Secret;
use cartola_primitives::id::{CheckoutId, CredentialId};
use serde::{Deserialize, Serialize};

use super::super::callback::Target;
use super::super::case::Case;
use crate::bank;
use crate::wire::{TransferCallback, TransferMessage};

/// The kind of the job. It never changes: jobs of older versions are in the queue.
fn kind() -> JobKind {
    JobKind::parse("floid.checkout").expect("the name of our own kind is sound")
}

/// Who is to be told of a checkout's end, as it is sealed with the checkout.
#[derive(Serialize)]
pub struct Told<'a> {
    /// Through which key it was asked for; absent where the operator did.
    actor: Option<CredentialId>,
    checkout: CheckoutId,
    case: &'a str,
    target: &'a Target,
}

/// The same as it is read.
#[derive(Deserialize)]
struct Kept {
    actor: Option<CredentialId>,
    checkout: CheckoutId,
    case: String,
    target: Target,
}

impl<'a> Told<'a> {
    pub fn new(who: &Principal, checkout: CheckoutId, case: &'a Case, target: &'a Target) -> Self {
        Self { actor: who.actor.credential(), checkout, case: case.as_str(), target }
    }

    /// As it follows the checkout's end.
    pub fn next(&self) -> Next {
        let arguments = serde_json::to_vec(self).expect("texts and ids are JSON");
        Next { kind: kind(), arguments: Secret::new(arguments) }
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
        let kept: Kept =
            serde_json::from_slice(arguments.expose()).map_err(EngineError::Content)?;
        let who = Principal::named(task.tenant, kept.actor);
        let found = engine.checkout_of(&who, kept.checkout).await?;
        let Some(checkout) = found else { return Ok(dead()) };
        let outcome = checkout.standing().name();
        metrics::counter!("floid_checkouts_total", "outcome" => outcome).increment(1);
        let body = body(&checkout, &kept.case);
        let order = kept.target.message(&self.callbacks, task.tenant, body).await?;
        Ok(Outcome::End(vec![Command::AddMessage(order)], JobEnd::Done))
    }
}

fn body(checkout: &Checkout, case_id: &str) -> Vec<u8> {
    let (is_valid, message) = match checkout.standing() {
        CheckoutStanding::Paid => ("true", TransferMessage::BankTransferCompleted),
        _ => ("false", TransferMessage::BankTransferFailed),
    };
    // None where nobody chose one.
    let bank =
        checkout.payment.as_ref().and_then(|payment| bank::name_of(&payment.row.institution));
    let money_amount = checkout.row.amount.to_decimal_string();
    let bank_name = bank.unwrap_or_default();
    let body = TransferCallback { is_valid, bank_name, money_amount, case_id, message };
    serde_json::to_vec(&body).expect("wire shapes have text keys")
}

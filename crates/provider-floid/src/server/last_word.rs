//! The last word on a payment or a checkout: what is posted once it has ended.

use async_trait::async_trait;
use cartola_engine::checkouts::Checkout;
use cartola_engine::payments::Payment;
use cartola_engine::readings::Next;
use cartola_engine::work::{Command, Handler, JobEnd, JobKind, Outcome, Task};
use cartola_engine::{Engine, EngineError};
use cartola_http::callbacks::Callbacks;
use cartola_model::{CheckoutStanding, Failure, InstitutionId, PaymentStanding, Principal};
use cartola_primitives::id::CredentialId;
use cartola_primitives::{Money, Secret};
use serde::{Deserialize, Serialize};

use super::callback::Target;
use super::case::Case;
use super::iframe::checkout_case;
use super::pis::transfer::payment_case;
use crate::{bank, mapping};

/// What has ended.
#[derive(Clone, Copy)]
pub enum Subject {
    /// A payment at the bank that the call named.
    Payment,
    /// A page for a payer, with the payments that were begun on it.
    Checkout,
}

impl Subject {
    /// The kind of the job. It never changes: jobs of older versions are in the queue.
    fn kind(self) -> JobKind {
        let kind = match self {
            Self::Payment => "floid.payment",
            Self::Checkout => "floid.checkout",
        };
        JobKind::parse(kind).expect("the names of our own kinds are sound")
    }
}

/// Who is to be told of an end. It is sealed with what is to end.
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

    /// As it follows the end.
    pub fn next(&self, subject: Subject) -> Next {
        let arguments = serde_json::to_vec(self).expect("texts are JSON");
        Next { kind: subject.kind(), arguments: Secret::new(arguments) }
    }
}

/// How something ended.
struct End {
    is_paid: bool,
    /// As metrics name it.
    outcome: &'static str,
    amount: Money,
    /// Where it was paid; none where the payer chose none.
    institution: Option<InstitutionId>,
}

impl End {
    fn of_payment(payment: Payment) -> Self {
        let standing = payment.state().standing();
        Self {
            is_paid: standing == PaymentStanding::Completed,
            outcome: standing.name(),
            amount: payment.row.amount,
            institution: Some(payment.row.institution),
        }
    }

    fn of_checkout(checkout: Checkout) -> Self {
        let standing = checkout.standing();
        Self {
            is_paid: standing == CheckoutStanding::Paid,
            outcome: standing.name(),
            amount: checkout.row.amount,
            institution: checkout.payment.map(|payment| payment.row.institution),
        }
    }

    fn body(&self, case: &Case) -> Vec<u8> {
        // A bank is one that the document names.
        let bank = self.institution.as_ref().and_then(bank::name_of).unwrap_or_default();
        let body = mapping::transfer_callback(self.is_paid, self.amount, (bank, case.as_str()));
        serde_json::to_vec(&body).expect("wire shapes have text keys")
    }
}

/// Posts them.
pub struct LastWords {
    subject: Subject,
    callbacks: Callbacks,
}

impl LastWords {
    pub const fn new(subject: Subject, callbacks: Callbacks) -> Self {
        Self { subject, callbacks }
    }

    /// How it ended; nothing of what is not there.
    async fn end(
        &self,
        engine: &Engine,
        who: &Principal,
        case: &Case,
    ) -> Result<Option<End>, EngineError> {
        Ok(match self.subject {
            Subject::Payment => {
                engine.payment_of_case(who, &payment_case(case)).await?.map(End::of_payment)
            }
            Subject::Checkout => {
                engine.checkout_of_case(who, &checkout_case(case)).await?.map(End::of_checkout)
            }
        })
    }

    fn count(&self, outcome: &'static str) {
        let counter = match self.subject {
            Subject::Payment => metrics::counter!("floid_payments_total", "outcome" => outcome),
            Subject::Checkout => metrics::counter!("floid_checkouts_total", "outcome" => outcome),
        };
        counter.increment(1);
    }
}

#[async_trait]
impl Handler for LastWords {
    fn kind(&self) -> JobKind {
        self.subject.kind()
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
        let Some(end) = self.end(engine, &who, &word.case).await? else { return Ok(dead()) };
        self.count(end.outcome);
        let body = end.body(&word.case);
        let order = word.target.message(&self.callbacks, task.tenant, body).await?;
        Ok(Outcome::End(vec![Command::AddMessage(order)], JobEnd::Done))
    }
}

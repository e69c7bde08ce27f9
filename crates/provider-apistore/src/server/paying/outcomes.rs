//! What is posted to subscribers once a payment, or a line of a deposit, has ended.

use async_trait::async_trait;
use cartola_engine::payments::PaymentState;
use cartola_engine::payouts::{EndedLine, LineEnded};
use cartola_engine::work::{Command, Handler, JobEnd, JobKind, Outcome, Task};
use cartola_engine::{Engine, EngineError};
use cartola_http::callbacks::Callbacks;

use super::super::{AUDIENCE, telling};
use crate::wire::{self, Amount, OutcomeEvent};

/// The kind of the job. It never changes: jobs of older versions are in the queue.
pub fn kind() -> JobKind {
    JobKind::parse("apistore.paid").expect("the names of our own kinds are sound")
}

/// Tells every subscriber, in the unit of work that ends the job: each once, whatever crashes.
pub struct Outcomes {
    callbacks: Callbacks,
}

impl Outcomes {
    pub const fn new(callbacks: Callbacks) -> Self {
        Self { callbacks }
    }
}

#[async_trait]
impl Handler for Outcomes {
    fn kind(&self) -> JobKind {
        kind()
    }

    /// Somebody is to be told of money that has moved.
    fn gives_up(&self) -> bool {
        false
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let over = |commands| Ok(Outcome::End(commands, JobEnd::Done));
        let Some(ended) = LineEnded::of_task(task)? else { return over(Vec::new()) };
        let who = ended.who(task.tenant);
        let Some(line) = engine.ended_line(&who, &ended).await? else { return over(Vec::new()) };
        let Some(told) = outcome(&line) else { return over(Vec::new()) };
        let body = serde_json::to_vec(&told).expect("wire shapes have text keys");
        let mut messages = Vec::new();
        for subscription in engine.subscriptions(&who, AUDIENCE.name()).await? {
            let message = telling::posted(&self.callbacks, &who, &subscription, body.clone());
            messages.push(Command::AddMessage(message.await?));
        }
        over(messages)
    }
}

/// How a line ended; nothing of one that has not.
fn outcome(ended: &EndedLine) -> Option<wire::Outcome> {
    let EndedLine { payout, line, payment } = ended;
    let (event, at, reason) = match payment.state() {
        PaymentState::Completed { settled_at } => (OutcomeEvent::Completed, *settled_at, None),
        PaymentState::Failed { at, reason } => (OutcomeEvent::Failed, *at, Some(reason.name())),
        _ => return None,
    };
    let paid = &line.line;
    Some(wire::Outcome {
        event,
        account_id: payout.account.clone(),
        amount: Amount::of(paid.amount),
        currency: paid.amount.currency().code(),
        date: at.to_string(),
        counterparty: paid.payee.name.clone(),
        id: payout.row.id.to_string(),
        payment_id: line.payment.to_string(),
        reference: paid.reference.clone(),
        reason,
    })
}

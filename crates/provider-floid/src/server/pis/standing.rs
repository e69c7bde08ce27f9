//! Where a payment stands, as a caller is told it.

use axum::http::StatusCode;
use cartola_engine::once::RecordedAnswer;
use cartola_engine::payments::{Payment, PaymentState};
use cartola_engine::{Engine, EngineError};
use cartola_http::answer;
use cartola_model::Principal;
use tokio::time::Instant;

use super::super::SYNC_WAIT;
use crate::mapping;

/// The page on which an answer is taken now, if there is one.
pub fn open_page<'a>(engine: &Engine, payment: &'a Payment) -> Option<&'a str> {
    let page = payment.row.standing.page?;
    payment.page.as_deref().filter(|_| engine.now() < page.expires_at)
}

/// The payment once its bank asks for something, has decided, or says that it needs time; as it
/// stands where none of this comes in [`SYNC_WAIT`].
#[allow(clippy::disallowed_methods, reason = "whoever waits does so in monotonic time")]
pub async fn until_told(
    engine: &Engine,
    who: &Principal,
    payment: Payment,
) -> Result<Payment, EngineError> {
    let deadline = Instant::now() + SYNC_WAIT;
    let (id, mut seen) = (payment.row.id, None);
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let found = engine.next_payment(who, id, seen, left).await?;
        let payment = found.ok_or(EngineError::Interrupted)?;
        if left.is_zero() || is_told(engine, &payment) {
            return Ok(payment);
        }
        seen = Some(payment.row.version);
    }
}

/// Whether there is something to say. What is in doubt is asked about at this moment, and so is what
/// nobody has answered in time.
fn is_told(engine: &Engine, payment: &Payment) -> bool {
    match payment.state() {
        PaymentState::Challenged(_) => {
            payment.page.is_none() || open_page(engine, payment).is_some()
        }
        PaymentState::Settling | PaymentState::Completed { .. } | PaymentState::Failed { .. } => {
            true
        }
        _ => false,
    }
}

/// What is said of it.
pub fn said(engine: &Engine, payment: &Payment) -> RecordedAnswer {
    let page = open_page(engine, payment).map(str::to_owned);
    answer::recorded(StatusCode::OK, &mapping::transfer_answer(payment.state(), page))
}

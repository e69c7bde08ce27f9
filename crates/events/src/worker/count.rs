//! Attempts, counted. Whose a message is and where it goes is no label: a log line has its id, and
//! the rest is for who may see it.

use std::time::Duration;

use cartola_store::outbox::{AttemptOutcome, DeliveryEnd};

/// Counts an attempt: what became of the message, and what was answered.
pub fn count(outcome: &'static str, answer: AttemptOutcome, lasted: Duration) {
    let labels = [("outcome", outcome), ("answer", class_of(answer))];
    metrics::counter!("outbox_attempts_total", &labels).increment(1);
    metrics::histogram!("outbox_attempt_duration_seconds", "outcome" => outcome).record(lasted);
}

/// The stable name of what became of a message.
pub const fn name_of(end: DeliveryEnd) -> &'static str {
    match end {
        DeliveryEnd::Delivered => "delivered",
        DeliveryEnd::Retry { .. } => "retried",
        DeliveryEnd::Dead { .. } => "dead",
        DeliveryEnd::Disabled => "disabled",
    }
}

const fn class_of(answer: AttemptOutcome) -> &'static str {
    match answer {
        AttemptOutcome::Failed(failure) => failure.name(),
        AttemptOutcome::Status(200..300) => "2xx",
        AttemptOutcome::Status(300..400) => "3xx",
        AttemptOutcome::Status(400..500) => "4xx",
        AttemptOutcome::Status(500..600) => "5xx",
        AttemptOutcome::Status(_) => "other",
    }
}

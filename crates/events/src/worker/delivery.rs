//! One attempt at one message.

use std::sync::Arc;

use bytes::Bytes;
use cartola_crypto::WebhookSecret;
use cartola_model::Failure;
use cartola_primitives::Timestamp;
use cartola_store::jobs::{ClaimedJob, record};
use cartola_store::outbox::{Attempt, AttemptFailure, AttemptOutcome, DeliveryEnd, message_of};
use cartola_store::{Command, UnitOfWork};
use http::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};

use super::Parts;
use super::count::{count, name_of};
use super::taken::Taken;
use crate::Destination;
use crate::client::Answer;
use crate::schedule::{next_attempt, wish};
use crate::signature::signature;

const AGENT: HeaderValue = HeaderValue::from_static("cartola");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// By this status a receiver says that it is gone for good (RFC 9110 §15.5.11).
const GONE: u16 = 410;

/// Sends a message and records what came of it. What cannot be recorded is sent again once the
/// lease is over.
pub async fn deliver(parts: Parts, taken: Arc<Taken>, job: ClaimedJob) {
    let id = message_of(job.row.order.id);
    let begun = parts.monotonic.moment();
    let at = parts.clock.now();
    let answer = attempt(&parts, &taken, &job).await;
    let lasted = parts.monotonic.moment().elapsed.saturating_sub(begun.elapsed);
    let now = parts.clock.now();
    let outcome = match &answer {
        Ok(answer) => AttemptOutcome::Status(answer.status),
        Err(failure) => AttemptOutcome::Failed(*failure),
    };
    let end = end(&parts, &job, &answer, now);
    let attempt = Attempt { at, lasted, outcome };
    let command = Command::EndDelivery { id, lease: job.lease, attempt, end };
    let work = UnitOfWork::new(job.tenant, now).with(command);
    match record(&*parts.store, work).await {
        Ok(_) => {
            count(name_of(end), outcome, lasted);
            tracing::info!(message = %id, ?outcome, ?end, "events.message.attempted");
            // From here on nobody is told by itself: an operator should know.
            match end {
                DeliveryEnd::Disabled => tracing::warn!(message = %id, "events.endpoint.disabled"),
                DeliveryEnd::Dead { .. } => {
                    tracing::warn!(message = %id, ?outcome, "events.message.given_up");
                }
                DeliveryEnd::Delivered | DeliveryEnd::Retry { .. } => {}
            }
        }
        Err(error) => {
            count("not_recorded", outcome, lasted);
            tracing::warn!(
                message = %id,
                ?outcome,
                error = &error as &dyn std::error::Error,
                "events.message.not_recorded"
            );
        }
    }
}

async fn attempt(parts: &Parts, taken: &Taken, job: &ClaimedJob) -> Result<Answer, AttemptFailure> {
    let Ready { destination, body, secrets, of_subscription } =
        open(parts, taken, job).await.ok_or(AttemptFailure::Unreadable)?;
    let id = message_of(job.row.order.id);
    let timestamp = parts.wall_clock.now().as_second();
    let mut headers = destination.headers().clone();
    headers.entry(CONTENT_TYPE).or_insert(JSON);
    headers.entry(USER_AGENT).or_insert(AGENT);
    if let Some(stamp) = destination.stamp() {
        let (name, value) =
            stamp.line(&of_subscription, timestamp, &body).ok_or(AttemptFailure::Unreadable)?;
        headers.insert(name, value);
    }
    let ascii =
        |text: &str| HeaderValue::from_str(text).expect("ids, numbers and base64 are ASCII");
    headers.insert("webhook-id", ascii(&id.to_string()));
    headers.insert("webhook-timestamp", ascii(&timestamp.to_string()));
    if let Some(signature) = signature(secrets, id, timestamp, &body) {
        headers.insert("webhook-signature", ascii(&signature));
    }
    parts.client.post(destination.url(), headers, body).await
}

/// A message, opened and read.
struct Ready<'a> {
    destination: Destination,
    body: Bytes,
    /// What signs for the tenant.
    secrets: &'a [WebhookSecret],
    /// What signs for a subscription, where the message is of one.
    of_subscription: Vec<WebhookSecret>,
}

async fn open<'a>(parts: &Parts, taken: &'a Taken, job: &ClaimedJob) -> Option<Ready<'a>> {
    let tenant = job.tenant;
    let order = taken.order(&*parts.store, message_of(job.row.order.id)).await?;
    let secrets = taken.secrets(&*parts.opener).await?;
    let plain = parts.opener.open(tenant, &order).await?;
    let destination = Destination::from_bytes(&plain.envelope).ok()?;
    let of_subscription = match destination.stamp() {
        Some(stamp) => parts.opener.secrets_of(tenant, stamp.signer()).await?,
        None => Vec::new(),
    };
    let body = Bytes::from(plain.body.into_inner());
    Some(Ready { destination, body, secrets, of_subscription })
}

/// What becomes of the message.
fn end(
    parts: &Parts,
    job: &ClaimedJob,
    answer: &Result<Answer, AttemptFailure>,
    now: Timestamp,
) -> DeliveryEnd {
    let failure = match answer {
        Ok(answer) if (200..300).contains(&answer.status) => return DeliveryEnd::Delivered,
        Ok(answer) if answer.status == GONE => return DeliveryEnd::Disabled,
        Ok(answer) => failure_of_status(answer.status),
        Err(failure) => failure_of(*failure),
    };
    let wish = answer.as_ref().ok().and_then(|answer| wish(&answer.headers, now));
    match next_attempt(job.row.attempts, now, wish, parts.randomness.as_ref()) {
        Some(not_before) => DeliveryEnd::Retry { not_before, failure },
        None => DeliveryEnd::Dead { failure },
    }
}

const fn failure_of_status(status: u16) -> Failure {
    match status {
        408 | 504 => Failure::Timeout,
        429 => Failure::RateLimited,
        300..500 => Failure::RequestInvalid,
        _ => Failure::InstitutionDown,
    }
}

const fn failure_of(failure: AttemptFailure) -> Failure {
    match failure {
        AttemptFailure::Forbidden => Failure::RequestInvalid,
        AttemptFailure::Timeout => Failure::Timeout,
        AttemptFailure::Protocol => Failure::ProviderAnswerInvalid,
        AttemptFailure::Unreadable => Failure::Internal,
        AttemptFailure::Unresolved | AttemptFailure::Unreachable | AttemptFailure::Tls => {
            Failure::InstitutionDown
        }
    }
}

//! A message as it is sent.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use cartola_engine::Engine;
use cartola_engine::messages::{Attempt, AttemptOutcome, EndpointId, Message, MessageState};
use cartola_http::callbacks::receiver_of;
use cartola_model::Principal;
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::endpoints::view::EndpointView;
use crate::wire::{self, IdText};

/// A callback or webhook. What it says is not shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageView {
    #[schema(value_type = wire::MessageId)]
    id: IdText,
    #[schema(value_type = wire::MessageState)]
    state: &'static str,
    endpoint: EndpointView,
    #[schema(value_type = wire::Instant)]
    created_at: Timestamp,
    /// Attempts since it was written, or replayed.
    attempts: u32,
    /// When it is tried next, while it waits for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Instant>, nullable = false)]
    next_attempt_at: Option<Timestamp>,
    /// When it arrived, or was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Instant>, nullable = false)]
    ended_at: Option<Timestamp>,
}

/// A message with what came of every attempt.
#[derive(Serialize, ToSchema)]
#[schema(as = MessageLog)]
pub struct LogView {
    #[serde(flatten)]
    message: MessageView,
    /// From the first on, those before a replay too.
    log: Vec<AttemptView>,
}

/// One attempt at a message: `status` or `failure` says what came of it.
#[derive(Serialize, ToSchema)]
#[schema(as = MessageAttempt)]
struct AttemptView {
    /// When it began.
    #[schema(value_type = wire::Instant)]
    at: Timestamp,
    /// How long it took.
    duration_ms: u64,
    /// The HTTP status that the receiver answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 100, maximum = 999)]
    status: Option<u16>,
    /// Why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::AttemptFailure>, nullable = false)]
    failure: Option<&'static str>,
}

impl MessageView {
    /// A message to that receiver, which is nothing where its envelope cannot be opened.
    fn of(message: &Message, receiver: Option<String>) -> Self {
        let head = &message.head;
        let (next_attempt_at, ended_at) = match head.state {
            MessageState::Pending { next_attempt } => (Some(next_attempt), None),
            MessageState::Sending => (None, None),
            MessageState::Delivered { at } | MessageState::Dead { at } => (None, Some(at)),
        };
        Self {
            id: head.id.into(),
            state: head.state.name(),
            endpoint: EndpointView::new(message.endpoint(), receiver, message.disabled_at),
            created_at: head.created_at,
            attempts: head.attempts,
            next_attempt_at,
            ended_at,
        }
    }

    /// One message.
    pub async fn one(engine: &Engine, who: &Principal, message: &Message) -> Self {
        Self::of(message, receiver_of(engine, who.tenant, &message.head).await)
    }

    /// The same with its attempts.
    pub fn with_log(self, attempts: &[Attempt]) -> LogView {
        LogView { message: self, log: attempts.iter().map(AttemptView::from).collect() }
    }
}

impl From<&Attempt> for AttemptView {
    fn from(attempt: &Attempt) -> Self {
        let (status, failure) = match attempt.outcome {
            AttemptOutcome::Status(status) => (Some(status), None),
            AttemptOutcome::Failed(failure) => (None, Some(failure.name())),
        };
        let duration_ms = u64::try_from(attempt.lasted.as_millis()).unwrap_or(u64::MAX);
        Self { at: attempt.at, duration_ms, status, failure }
    }
}

/// Who receives at the endpoints of a page, each opened once.
pub struct Receivers(HashMap<String, Option<String>>);

impl Receivers {
    /// Those of these messages.
    pub async fn of(engine: &Engine, who: &Principal, messages: &[Message]) -> Self {
        let mut known = HashMap::new();
        for message in messages {
            if let Entry::Vacant(unknown) = known.entry(message.endpoint().to_string()) {
                unknown.insert(receiver_of(engine, who.tenant, &message.head).await);
            }
        }
        Self(known)
    }

    fn at(&self, endpoint: EndpointId) -> Option<String> {
        self.0.get(&endpoint.to_string()).cloned().flatten()
    }

    /// A message as it is listed.
    pub fn view(&self, message: &Message) -> MessageView {
        MessageView::of(message, self.at(message.endpoint()))
    }
}

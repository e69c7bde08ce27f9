//! `cartola messages`: list, show and replay callbacks and webhooks, and enable where they go.

mod list;
mod replay;
mod show;

use std::process::ExitCode;

use cartola_engine::Engine;
use cartola_engine::messages::{Message, MessageState};
use cartola_http::callbacks::receiver_of;
use cartola_model::Principal;
use cartola_primitives::Timestamp;
use cartola_primitives::id::MessageId;
use clap::Subcommand;
use serde::Serialize;

/// What to do with messages.
#[derive(Subcommand)]
pub enum Verb {
    /// List messages: those that wait, and for thirty days those that arrived or were given up
    List(list::Arguments),
    /// Show a message with what came of every attempt
    Show(show::Arguments),
    /// Send again what was given up: one message, or those to an endpoint or of a span of time
    Replay(replay::Arguments),
    /// Let messages go to an endpoint again that has answered 410
    Enable(replay::Enable),
}

impl Verb {
    /// Whether it changes nothing.
    pub fn only_prints(&self) -> bool {
        matches!(self, Self::List(_) | Self::Show(_))
    }
}

/// Runs the verb.
pub async fn run(verb: Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::List(arguments) => list::run(arguments).await,
        Verb::Show(arguments) => show::run(arguments).await,
        Verb::Replay(arguments) => replay::run(arguments).await,
        Verb::Enable(arguments) => replay::enable(arguments).await,
    }
}

/// A message as it is printed; what it says is not.
#[derive(Serialize)]
struct Listed {
    message: MessageId,
    state: &'static str,
    endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<Timestamp>,
    created_at: Timestamp,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt_at: Option<Timestamp>,
}

impl Listed {
    async fn of(engine: &Engine, who: &Principal, message: &Message) -> Self {
        let head = &message.head;
        Self {
            message: head.id,
            state: head.state.name(),
            endpoint: message.endpoint().to_string(),
            receiver: receiver_of(engine, who.tenant, head).await,
            disabled_at: message.disabled_at,
            created_at: head.created_at,
            attempts: head.attempts,
            next_attempt_at: match head.state {
                MessageState::Pending { next_attempt } => Some(next_attempt),
                _ => None,
            },
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.message.to_string(),
            self.state.to_owned(),
            self.attempts.to_string(),
            self.created_at.to_string(),
            self.receiver.clone().unwrap_or_default(),
        ]
    }
}

/// The heading of those cells.
const HEADING: [&str; 5] = ["MESSAGE", "STATE", "ATTEMPTS", "WRITTEN", "RECEIVER"];

//! `cartola messages show`

use std::process::ExitCode;

use anyhow::{Context, anyhow};
use cartola_engine::messages::{Attempt, AttemptOutcome};
use cartola_primitives::Timestamp;
use cartola_primitives::id::MessageId;
use clap::Args;
use serde::Serialize;

use super::{HEADING, Listed};
use crate::output;
use crate::tenant::Whose;

#[derive(Args)]
pub struct Arguments {
    /// Id of the message
    id: MessageId,
    #[command(flatten)]
    whose: Whose,
    /// Print lines of JSON
    #[arg(long)]
    json: bool,
}

/// One attempt as it is printed.
#[derive(Serialize)]
struct Tried {
    at: Timestamp,
    duration_ms: u128,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'static str>,
}

impl From<&Attempt> for Tried {
    fn from(attempt: &Attempt) -> Self {
        let (status, failure) = match attempt.outcome {
            AttemptOutcome::Status(status) => (Some(status), None),
            AttemptOutcome::Failed(failure) => (None, Some(failure.name())),
        };
        Self { at: attempt.at, duration_ms: attempt.lasted.as_millis(), status, failure }
    }
}

impl Tried {
    fn cells(&self) -> Vec<String> {
        let answer = self.status.map_or_else(
            || self.failure.unwrap_or_default().to_owned(),
            |status| status.to_string(),
        );
        vec![self.at.to_string(), format!("{} ms", self.duration_ms), answer]
    }
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    message: Listed,
    log: Vec<Tried>,
}

/// Runs the verb.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let (gateway, who) = arguments.whose.open_as_operator().await?;
    let found = gateway.engine.message(&who, arguments.id).await;
    let (message, attempts) = found
        .context("the message cannot be read")?
        .ok_or_else(|| anyhow!("{}", no_message(arguments.id)))?;
    let message = Listed::of(&gateway.engine, &who, &message).await;
    let log: Vec<Tried> = attempts.iter().map(Tried::from).collect();
    if arguments.json {
        output::json(&Shown { message, log })?;
    } else {
        output::table(&HEADING, &[message.cells()])?;
        output::line(format_args!("endpoint {}", message.endpoint))?;
        if let Some(at) = message.disabled_at {
            output::line(format_args!("disabled since {at}, when its receiver answered 410"))?;
        }
        if let Some(at) = message.next_attempt_at {
            output::line(format_args!("next attempt {at}"))?;
        }
        let rows: Vec<_> = log.iter().map(Tried::cells).collect();
        output::table(&["ATTEMPT", "LASTED", "ANSWER"], &rows)?;
    }
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// What is said of an id that is no message.
pub fn no_message(id: MessageId) -> String {
    format!("there is no message {id}; `cartola messages list` shows them")
}

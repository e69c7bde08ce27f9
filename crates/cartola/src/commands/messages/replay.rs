//! `cartola messages replay` and `enable`

use std::process::ExitCode;

use anyhow::{Context, anyhow};
use cartola_engine::Engine;
use cartola_engine::messages::{DeadLetters, EndpointId, MessageQuery, ReplayError, Standing};
use cartola_engine::once::Reply;
use cartola_model::Principal;
use cartola_primitives::Timestamp;
use cartola_primitives::id::MessageId;
use clap::Args;
use serde::Serialize;

use super::show::no_message;
use crate::moments;
use crate::output;
use crate::tenant::Whose;

#[derive(Args)]
#[command(group(clap::ArgGroup::new("which").required(true).multiple(true)))]
pub struct Arguments {
    /// Id of a message
    #[arg(group = "which", conflicts_with_all = ["all", "endpoint", "from", "until"])]
    id: Option<MessageId>,
    /// All that was given up
    #[arg(long, group = "which", conflicts_with_all = ["endpoint", "from", "until"])]
    all: bool,
    /// What was given up to one endpoint (end_…)
    #[arg(long, group = "which")]
    endpoint: Option<EndpointId>,
    /// What was given up and written at this instant or later, such as 2026-03-31T14:05:09Z
    #[arg(long, group = "which", value_parser = moments::instant)]
    from: Option<Timestamp>,
    /// What was given up and written before this instant
    #[arg(long, group = "which", value_parser = moments::instant)]
    until: Option<Timestamp>,
    #[command(flatten)]
    whose: Whose,
    /// Print lines of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Enable {
    /// Id of the endpoint (end_…)
    id: EndpointId,
    #[command(flatten)]
    whose: Whose,
    /// Print lines of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Done {
    replayed: usize,
}

#[derive(Serialize)]
struct Enabled {
    enabled: String,
}

/// Runs `replay`.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let (gateway, who) = arguments.whose.open_as_operator().await?;
    let replayed = match arguments.id {
        Some(id) => one(&gateway.engine, &who, id).await?,
        None => several(&gateway.engine, &who, &arguments).await?,
    };
    if arguments.json {
        output::json(&Done { replayed })?;
    } else {
        output::line(format_args!("to be sent again: {replayed}"))?;
    }
    if arguments.id.is_none() && stays(&gateway.engine, &who, &arguments).await? {
        output::note(
            "messages to endpoints that are disabled stay as they are: `cartola messages list --state \
             dead --json` names the endpoints, and `cartola messages enable` lets messages go there again",
        );
    }
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

async fn one(engine: &Engine, who: &Principal, id: MessageId) -> anyhow::Result<usize> {
    let outcome = engine.replay_message(who, id, Reply::NONE).await;
    outcome.map(|_| 1).map_err(|error| match error {
        ReplayError::Unknown => anyhow!("{}", no_message(id)),
        error => told(error),
    })
}

/// As often as it takes.
async fn several(engine: &Engine, who: &Principal, arguments: &Arguments) -> anyhow::Result<usize> {
    let Arguments { endpoint, from, until, .. } = *arguments;
    let mut replayed = 0;
    loop {
        let which = DeadLetters { endpoint, from, until };
        let outcome = engine.replay_messages(who, which, Reply::NONE).await.map_err(told)?;
        replayed += outcome.count;
        if !outcome.more {
            return Ok(replayed);
        }
    }
}

/// Whether some of them were passed over: where all that can be sent waits, those that were given up go
/// to endpoints that are disabled.
async fn stays(engine: &Engine, who: &Principal, arguments: &Arguments) -> anyhow::Result<bool> {
    let query = MessageQuery {
        standing: Some(Standing::Dead),
        destination: arguments.endpoint.map(Into::into),
        from: arguments.from,
        until: arguments.until,
    };
    let page = engine.messages(who, query, None, 1).await;
    let page = page.context("the messages cannot be read")?;
    Ok(page.rows.iter().any(|message| message.disabled_at.is_some()))
}

fn told(error: ReplayError) -> anyhow::Error {
    match error {
        ReplayError::Disabled => anyhow!(
            "the endpoint is disabled, since its receiver has answered 410; `cartola messages show ID` \
             names it, and `cartola messages enable` lets messages go there again"
        ),
        error => anyhow::Error::new(error).context("nothing is replayed"),
    }
}

/// Runs `enable`.
pub async fn enable(arguments: Enable) -> anyhow::Result<ExitCode> {
    let (gateway, who) = arguments.whose.open_as_operator().await?;
    let outcome = gateway.engine.enable_endpoint(&who, arguments.id, Reply::NONE).await;
    outcome.context("the endpoint is not enabled")?.with_context(|| {
        format!("there is no endpoint {}; `cartola messages list --json` names them", arguments.id)
    })?;
    let enabled = arguments.id.to_string();
    if arguments.json {
        output::json(&Enabled { enabled })?;
    } else {
        output::line(format_args!("enabled {enabled}"))?;
    }
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

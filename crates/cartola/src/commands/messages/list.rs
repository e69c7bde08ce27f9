//! `cartola messages list`

use std::process::ExitCode;

use anyhow::Context;
use cartola_engine::messages::{EndpointId, MessageQuery, MessageState, Standing};
use cartola_primitives::Timestamp;
use clap::Args;

use super::{HEADING, Listed};
use crate::moments;
use crate::output;
use crate::tenant::Whose;

/// Messages that are read at once.
const PAGE: usize = 500;

#[derive(Args)]
pub struct Arguments {
    /// Those that stand so: pending, sending, delivered, dead
    #[arg(long, value_parser = parse_state)]
    state: Option<Standing>,
    /// Those to one endpoint (end_…)
    #[arg(long)]
    endpoint: Option<EndpointId>,
    /// Those written at this instant or later, such as 2026-03-31T14:05:09Z
    #[arg(long, value_parser = moments::instant)]
    from: Option<Timestamp>,
    /// Those written before this instant
    #[arg(long, value_parser = moments::instant)]
    until: Option<Timestamp>,
    #[command(flatten)]
    whose: Whose,
    /// Print lines of JSON
    #[arg(long)]
    json: bool,
}

fn parse_state(text: &str) -> Result<Standing, String> {
    let found = MessageState::NAMES.into_iter().find(|(name, _)| *name == text);
    let known = || MessageState::NAMES.map(|(name, _)| name).join(", ");
    found.map(|(_, standing)| standing).ok_or_else(|| format!("the states are {}", known()))
}

/// Runs the verb.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let (gateway, who) = arguments.whose.open_as_operator().await?;
    let query = MessageQuery {
        standing: arguments.state,
        destination: arguments.endpoint.map(Into::into),
        from: arguments.from,
        until: arguments.until,
    };
    let (mut after, mut rows) = (None, Vec::new());
    loop {
        let page = gateway.engine.messages(&who, query, after, PAGE).await;
        let page = page.context("the messages cannot be read")?;
        for message in &page.rows {
            let listed = Listed::of(&gateway.engine, &who, message).await;
            if arguments.json {
                output::json(&listed)?;
            } else {
                rows.push(listed.cells());
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if !arguments.json {
        output::table(&HEADING, &rows)?;
    }
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

//! `cartola links`: begin, list and revoke.

mod add;
mod client;

use std::process::ExitCode;

use anyhow::{Context, anyhow};
use cartola_engine::Engine;
use cartola_engine::links::{LinkError, ShownLink};
use cartola_model::Principal;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{LinkId, PersonId};
use cartola_store::MAX_PAGE;
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::tenant::Whose;
use crate::{output, pages};

/// What to do with links.
#[derive(Subcommand)]
pub enum Verb {
    /// Begin a link to an institution, or begin it again with other credentials
    Add(Box<add::Arguments>),
    /// List links
    List(List),
    /// End a link: its credentials are destroyed and its mandate is withdrawn
    Revoke(Revoke),
}

#[derive(Args)]
pub struct List {
    #[command(flatten)]
    whose: Whose,
    /// Print one line of JSON a link
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Revoke {
    /// Id of the link
    id: LinkId,
    #[command(flatten)]
    whose: Whose,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

impl Verb {
    /// Whether it changes nothing.
    pub fn only_prints(&self) -> bool {
        matches!(self, Self::List(_))
    }
}

/// Runs the verb.
pub async fn run(verb: Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Add(arguments) => add::run(*arguments).await,
        Verb::List(arguments) => list(arguments).await,
        Verb::Revoke(arguments) => revoke(arguments).await,
    }
}

/// Every link of a tenant, by age.
pub async fn all(engine: &Engine, who: &Principal) -> anyhow::Result<Vec<ShownLink>> {
    let rows = pages::all(async |after| engine.shown_links(who, after, MAX_PAGE).await).await;
    rows.context("the links cannot be read")
}

#[derive(Serialize)]
struct Listed<'a> {
    link: LinkId,
    institution: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<PersonId>,
    source: &'static str,
    state: &'static str,
    since: Timestamp,
}

impl<'a> Listed<'a> {
    fn of(ShownLink { row, standing }: &'a ShownLink) -> Self {
        Self {
            link: row.id,
            institution: row.institution.as_str(),
            person: row.person,
            source: row.source.name(),
            state: standing.name(),
            since: standing.since(),
        }
    }

    fn cells(&self) -> Vec<String> {
        let words = [self.institution, self.source, self.state].map(str::to_owned);
        let person = self.person.map(|id| id.to_string()).unwrap_or_default();
        [self.link.to_string()].into_iter().chain(words).chain([person]).collect()
    }
}

async fn list(arguments: List) -> anyhow::Result<ExitCode> {
    let (gateway, who) = arguments.whose.open_as_operator().await?;
    let rows = all(&gateway.engine, &who).await?;
    let listed: Vec<Listed<'_>> = rows.iter().map(Listed::of).collect();
    if arguments.json {
        listed.iter().try_for_each(output::json)?;
    } else {
        let rows: Vec<_> = listed.iter().map(Listed::cells).collect();
        output::table(&["LINK", "INSTITUTION", "SOURCE", "STATE", "PERSON"], &rows)?;
    }
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Ended {
    revoked: LinkId,
}

async fn revoke(arguments: Revoke) -> anyhow::Result<ExitCode> {
    let (gateway, who) = arguments.whose.open_as_operator().await?;
    let id = arguments.id;
    let ended = gateway.engine.end_link(&who, id).await;
    ended.map_err(|error| match error {
        LinkError::Unknown => anyhow!("{}", no_link(id)),
        error => anyhow::Error::new(error).context(format!("the link {id} is not ended")),
    })?;
    if arguments.json {
        output::json(&Ended { revoked: id })?;
    } else {
        output::line(format_args!("revoked {id}"))?;
    }
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// What is said of an id that is no link to an institution.
pub fn no_link(id: LinkId) -> String {
    format!("{id} is no link to an institution; `cartola links list` shows them")
}

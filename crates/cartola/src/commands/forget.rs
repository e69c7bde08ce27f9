//! `cartola forget`: movements of long ago, of all tenants.

use std::process::ExitCode;

use anyhow::Context;
use cartola_primitives::{Date, santiago};
use cartola_store::retention::Forgotten;
use clap::Args;
use serde::Serialize;

use crate::backend;
use crate::installation::Named;
use crate::output;
use crate::problem::wrong_use;
use crate::wiring::Gateway;

#[derive(Args)]
pub struct Arguments {
    /// First month that is kept, such as 2023-01
    #[arg(long, value_name = "MONTH", value_parser = first_day)]
    before: Date,
    #[command(flatten)]
    installation: Named,
    /// Say how much would be forgotten, and forget nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one line of JSON a tenant
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    tenant: String,
    before: Date,
    /// Whether it is done.
    forgotten: bool,
    movements: u64,
    sources: u64,
    feed_entries: u64,
    aliases: u64,
    sightings: u64,
}

fn first_day(month: &str) -> Result<Date, String> {
    const EXPECTED: &str = "a month is a year and two digits, such as 2023-01";
    let digits = month.len() == "2023-01".len();
    digits.then(|| format!("{month}-01").parse().ok()).flatten().ok_or_else(|| EXPECTED.to_owned())
}

/// Says how much it is, writes that into each tenant's audit trail, and forgets.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let mut installation = if arguments.dry_run {
        arguments.installation.find()?
    } else {
        arguments.installation.find_with_owner()?
    };
    let before = arguments.before;
    if before > santiago::today(installation.clock.now()) {
        return Err(wrong_use(format!("{before} is still to come; name a month that has begun")));
    }
    let owner = installation.place.take_owner();
    let gateway = Gateway::open(installation).await?;
    for tenant in gateway.engine.tenants().await.context("the tenants cannot be read")? {
        let much = gateway.backend.would_forget(tenant.id, before).await;
        let much = much.with_context(|| format!("{} cannot be looked through", tenant.name))?;
        if !arguments.dry_run {
            gateway.engine.record_forgetting(tenant.id, before, &much).await?;
        }
        tell(&arguments, Report::of(tenant.name, &much, &arguments))?;
    }
    if arguments.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    let bar = output::spinner("forgetting");
    let mut progress = |gone| bar.set_position(gone);
    let done = backend::forget(&gateway.backend, owner.as_ref(), before, &mut progress).await;
    bar.finish_and_clear();
    done?;
    gateway.close().await?;
    if !arguments.json {
        output::line(format_args!(
            "what was booked before {before} is forgotten, and is not taken in again; sealed files of \
             imports stay"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Report {
    fn of(tenant: String, much: &Forgotten, arguments: &Arguments) -> Self {
        let Forgotten { movements, sources, feed, aliases, sightings } = *much;
        let (before, forgotten) = (arguments.before, !arguments.dry_run);
        Self {
            tenant,
            before,
            forgotten,
            movements,
            sources,
            feed_entries: feed,
            aliases,
            sightings,
        }
    }
}

fn tell(arguments: &Arguments, report: Report) -> anyhow::Result<()> {
    if arguments.json {
        return output::json(&report);
    }
    let Report { tenant, movements, sources, feed_entries, aliases, sightings, .. } = report;
    Ok(output::line(format_args!(
        "{tenant}: {movements} movements with {sources} sources, {feed_entries} entries of the change \
         feed, {aliases} merges, {sightings} sightings"
    ))?)
}

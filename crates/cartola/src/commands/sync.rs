//! `cartola sync`: what institutions have, through links.

mod progress;
mod report;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use cartola_engine::Engine;
use cartola_engine::imports::ImportError;
use cartola_engine::links::{DayRange, LinkError, ShownLink};
use cartola_engine::readings::{Products, ReadScope, Wanted, usual_from};
use cartola_engine::work::Limits;
use cartola_model::{Failure, LinkSource, LinkStanding, Principal};
use cartola_primitives::id::LinkId;
use cartola_primitives::{Date, santiago};
use cartola_store::people::LinkRow;
use clap::Args;
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use indicatif::ProgressBar;

use crate::commands::links;
use crate::config;
use crate::jobs::Jobs;
use crate::problem::{FAILED, wrong_use};
use crate::tenant::Whose;
use crate::wiring::Gateway;
use crate::{moments, output};

use report::Report;

#[derive(Args)]
pub struct Arguments {
    /// Links to read; all that are active where none is named
    #[arg(value_name = "LINK")]
    links: Vec<LinkId>,
    /// First day, such as 2026-03-01; 90 days before the last one unless said otherwise
    #[arg(long, value_name = "DAY", value_parser = moments::day)]
    from: Option<Date>,
    /// Last day; today unless said otherwise
    #[arg(long, value_name = "DAY", value_parser = moments::day)]
    to: Option<Date>,
    /// `all`, or names with commas between them, such as movements,cards,debts; unless said otherwise
    /// movements, and everything where an institution has no accounts
    #[arg(long, value_name = "NAMES")]
    products: Option<Products>,
    #[command(flatten)]
    whose: Whose,
    /// Print one line of JSON a link
    #[arg(long)]
    json: bool,
}

/// How a reading is asked for.
type Order = fn(ReadScope) -> Wanted;

/// Readings at once that this command runs by itself at most, where no gateway does.
const AT_ONCE: usize = 16;

/// How long a link is waited for: its own reading, and others of the same link before it.
const PATIENCE: Duration = Duration::from_mins(15);

/// Reads every link; one that fails does not keep the others from being read. The gateway of the
/// folder reads them, or this command where none runs.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let installation = arguments.whose.find()?;
    let configured = installation.jobs.clone();
    let gateway = Gateway::open(installation).await?;
    let tenant = arguments.whose.choose(&gateway.engine).await?;
    let who = Principal::operator(tenant.id);
    let days = days(&arguments, santiago::today(gateway.engine.now()))?;
    let links = wanted(&arguments.links, links::all(&gateway.engine, &who).await?)?;
    let orders = orders(&gateway.engine, links, arguments.products, days)?;
    // Who names links waits for these; all of them together hold up nobody who waits.
    let order: Order = if arguments.links.is_empty() { Wanted::in_bulk } else { Wanted::at_once };
    let (at_once, limits) = places(&configured, gateway.backend.is_shared());
    let jobs = Jobs::start(&gateway, at_once, limits);
    let read = read_all(&gateway.engine, &who, (&orders, order), arguments.json).await;
    jobs.stop().await;
    let reports = read?;
    if !arguments.json {
        report::print(&reports)?;
    }
    reports.iter().filter_map(Report::complaint).for_each(output::note);
    gateway.close().await?;
    let failed = reports.iter().any(Report::is_failed);
    Ok(if failed { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

/// Jobs that this command runs at once, and the limits over all processes: those of the configuration,
/// of which a command takes a part.
fn places(configured: &config::Jobs, is_shared: bool) -> (usize, Limits) {
    let (at_once, limits) = configured.places(is_shared);
    (at_once.min(AT_ONCE), limits)
}

/// Reads all links at once, and reports on them in their order.
async fn read_all(
    engine: &Engine,
    who: &Principal,
    (orders, order): (&[(LinkRow, ReadScope)], Order),
    json: bool,
) -> anyhow::Result<Vec<Report>> {
    let bar = output::progress(orders.len() as u64, "reading");
    let mut readings: FuturesOrdered<_> =
        orders.iter().map(|(link, scope)| one(engine, who, link, order(*scope), &bar)).collect();
    let mut reports = Vec::with_capacity(orders.len());
    while let Some(report) = readings.next().await {
        let report = report?;
        if json {
            bar.suspend(|| output::json(&report))?;
        }
        reports.push(report);
    }
    bar.finish_and_clear();
    Ok(reports)
}

fn days(arguments: &Arguments, today: Date) -> anyhow::Result<DayRange> {
    let to = arguments.to.unwrap_or(today);
    let from = arguments.from.unwrap_or_else(|| usual_from(to));
    DayRange::new(from, to)
        .map_err(|error| wrong_use(format!("--from {from} and --to {to} are no range: {error}")))
}

/// The links that were named, in that order, or all that may be read. Whoever took back what they allowed, or
/// wants nothing done for now, is no failure of tonight's; a mandate that has run out is one that somebody
/// may want to renew.
fn wanted(named: &[LinkId], mut known: Vec<ShownLink>) -> anyhow::Result<Vec<LinkRow>> {
    known.retain(|link| link.row.source == LinkSource::Credentials);
    if named.is_empty() {
        let may_be_read = |link: &ShownLink| {
            matches!(link.standing, LinkStanding::Active { .. } | LinkStanding::Expired { .. })
        };
        let links: Vec<_> = known.into_iter().filter(may_be_read).map(|link| link.row).collect();
        if links.is_empty() {
            bail!("there is no link that may be read; begin one with `cartola links add`");
        }
        return Ok(links);
    }
    let find = |id: &LinkId| {
        let found = known.iter().find(|link| link.row.id == *id);
        found.map(|link| link.row.clone()).with_context(|| links::no_link(*id))
    };
    named.iter().map(find).collect()
}

/// What is read of each link; a link whose institution offers nothing of what is wanted is left out.
fn orders(
    engine: &Engine,
    links: Vec<LinkRow>,
    products: Option<Products>,
    days: DayRange,
) -> anyhow::Result<Vec<(LinkRow, ReadScope)>> {
    let scope = |link: &LinkRow| engine.scope_of(&link.institution, products, days);
    let orders: Vec<_> =
        links.into_iter().filter_map(|link| scope(&link).map(|scope| (link, scope))).collect();
    if orders.is_empty() {
        bail!("none of these links is to an institution that offers the products of --products");
    }
    Ok(orders)
}

/// Reads one link. What is wrong with the link or its institution is told in the report; what is
/// wrong with us ends the command.
async fn one(
    engine: &Engine,
    who: &Principal,
    link: &LinkRow,
    wanted: Wanted,
    bar: &ProgressBar,
) -> anyhow::Result<Report> {
    let context = || format!("{} is not read", link.id);
    let report = match engine.request_reading(who, link.id, wanted).await {
        Ok(mut reading) => {
            let job = reading.job();
            let ended = tokio::select! {
                ended = engine.wait_for(&mut reading, PATIENCE) => ended.with_context(context)?,
                never = progress::show(engine, who, (link, job), bar) => match never {},
            };
            match ended.unwrap_or(Err(Failure::Timeout)) {
                Ok(()) => {
                    let last = engine.last_reading(who, link.id).await.with_context(context)?;
                    let figures = last.and_then(|last| last.outcome.ok()).unwrap_or_default();
                    Report::done(link, figures)
                }
                // Where that is why, it is this configuration that lacks it.
                Err(Failure::Internal) if !engine.asks(&link.institution) => {
                    Report::failed(link, Failure::Unsupported)
                }
                Err(failure) => Report::failed(link, failure),
            }
        }
        Err(LinkError::Engine(error) | LinkError::Answer(ImportError::Engine(error))) => {
            return Err(error).with_context(context);
        }
        Err(error) => Report::refused(link, &error),
    };
    bar.inc(1);
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, is_shared: bool, expected: (usize, Limits)) {
        let configured: config::Jobs = toml::from_str(written).expect("the table is sound");
        assert_eq!(places(&configured, is_shared), expected);
    }

    #[test]
    fn limits_are_those_of_the_configuration() {
        let limits =
            |of_lane, of_tenant| Limits { of_lane: Some(of_lane), of_tenant: Some(of_tenant) };
        check("", false, (AT_ONCE, limits(100, 500)));
        check("", true, (AT_ONCE, limits(20, 100)));
        check("at_once = 4", false, (4, limits(1, 2)));
        check("of_institution = 3\nof_tenant = 5", true, (AT_ONCE, limits(3, 5)));
    }
}

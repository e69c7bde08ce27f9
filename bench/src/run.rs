//! All benches, one after another.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use cartola_primitives::clock::SystemClock;
use cartola_primitives::{Clock, santiago};
use clap::{Args, ValueEnum};

use crate::lab::{self, Lab, say};
use crate::population::Population;
use crate::report::{Page, Report};
use crate::site::{Kind, Site};
use crate::{
    audit, crowd, deliveries, extraction, footprint, ingest, insights, machine, notifications,
    page, payments, queue, tail, tasks, token,
};

/// Movements of the stores that pages are read from.
const FEW: u32 = 100_000;
const USUAL: u32 = 1_000_000;
const MANY: u32 = 10_000_000;

/// What is measured, and where it is written.
#[derive(Args)]
pub struct Arguments {
    /// The long benches too: ten million movements, longer rounds
    #[arg(long)]
    full: bool,
    /// The binary that is measured
    #[arg(long, value_name = "FILE")]
    gateway: PathBuf,
    /// A folder on the disk that is measured; what is made in it is removed
    #[arg(long, value_name = "DIR")]
    within: PathBuf,
    /// Only these parts; then no page is written
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    only: Vec<Part>,
    /// The page that is written
    #[arg(long, value_name = "FILE", default_value = "docs/benchmarks.md")]
    page: PathBuf,
}

/// A part of the bench.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Memory and start
    Footprint,
    /// Imports against the bare store
    Ingest,
    /// Pages against the same bytes out of memory
    Page,
    /// Pages of a large store against those of a small one
    Tail,
    /// Access tokens checked against their signatures, and issued against signing alone
    Token,
    /// Readings of banks, from the call to the answer, against the banks alone
    Extraction,
    /// Memory with a thousand readings under way
    Crowd,
    /// Tasks from their beginning to their success, against the banks alone, on both stores
    Tasks,
    /// Callbacks delivered, signed and recorded, against the same client alone, on both stores
    Deliveries,
    /// Payments through all states, against bare durable commits, on both stores
    Payments,
    /// Notifications of institutions acknowledged, against bare durable commits, on both stores
    Notifications,
    /// Categories and incomes, on one core
    Insights,
    /// Units of work with and without their audit entries, and proving a trail, on both stores
    Audit,
    /// Jobs taken and ended on PostgreSQL, against bare committed updates
    Queue,
    /// Memory, start, imports and pages on PostgreSQL
    Postgres,
}

impl Arguments {
    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

/// Runs them.
pub async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let lab = Lab::open(&arguments.within, arguments.gateway.clone(), arguments.full)?;
    let machine = machine::facts(lab.path());
    let mut report = Report::default();
    let embedded = Kind::Sqlite;
    if arguments.wants(Part::Footprint) {
        footprint::measure(&lab, embedded, &mut report).await.context("memory and start")?;
    }
    if arguments.wants(Part::Ingest) {
        ingest::measure(&lab, embedded, &mut report).await.context("ingest")?;
    }
    pages(&lab, arguments, &mut report).await.context("pages")?;
    if arguments.wants(Part::Postgres) {
        shared(&lab, &mut report).await.context("PostgreSQL")?;
    }
    if arguments.wants(Part::Token) {
        token::measure(&lab, &mut report).await.context("tokens")?;
    }
    if arguments.wants(Part::Extraction) {
        extraction::measure(&lab, &mut report).await.context("extractions")?;
    }
    if arguments.wants(Part::Crowd) {
        crowd::measure(&lab, &mut report).await.context("a crowd of extractions")?;
    }
    if arguments.wants(Part::Tasks) {
        for kind in [embedded, Kind::Postgres] {
            tasks::measure(&lab, kind, &mut report).await.context("tasks")?;
        }
    }
    if arguments.wants(Part::Deliveries) {
        for kind in [embedded, Kind::Postgres] {
            deliveries::measure(&lab, kind, &mut report).await.context("deliveries")?;
        }
    }
    if arguments.wants(Part::Payments) {
        for kind in [embedded, Kind::Postgres] {
            payments::measure(&lab, kind, &mut report).await.context("payments")?;
        }
    }
    if arguments.wants(Part::Notifications) {
        for kind in [embedded, Kind::Postgres] {
            notifications::measure(&lab, kind, &mut report).await.context("notifications")?;
        }
    }
    if arguments.wants(Part::Audit) {
        for kind in [embedded, Kind::Postgres] {
            audit::measure(&lab, kind, &mut report).await.context("the audit trail")?;
        }
    }
    if arguments.wants(Part::Insights) {
        insights::measure(&mut report).context("insights")?;
    }
    if arguments.wants(Part::Queue) {
        queue::measure(&lab, &mut report).await.context("the queue")?;
    }
    eprintln!("\n{}", report.table());
    if arguments.only.is_empty() {
        write_page(&arguments.page, lab.full, &machine, &report)?;
    }
    Ok(())
}

async fn pages(lab: &Lab, arguments: &Arguments, report: &mut Report) -> anyhow::Result<()> {
    let (page, tail) = (arguments.wants(Part::Page), arguments.wants(Part::Tail));
    let mut many = None;
    if page || (tail && !lab.full) {
        let usual = population(lab, "usual", USUAL, Kind::Sqlite).await?;
        if page {
            page::measure(lab, &usual, report).await?;
        }
        many = Some((usual, USUAL));
    }
    if !tail {
        return Ok(());
    }
    if lab.full {
        if let Some((usual, _)) = many {
            lab::clear(&usual.site.folder)?;
        }
        many = Some((population(lab, "many", MANY, Kind::Sqlite).await?, MANY));
    }
    let few = population(lab, "few", FEW, Kind::Sqlite).await?;
    let (many, stored) = many.context("there is a large store")?;
    tail::measure(lab, (&few, FEW), (&many, stored), report).await
}

/// The table of the embedded store once more.
async fn shared(lab: &Lab, report: &mut Report) -> anyhow::Result<()> {
    let kind = Kind::Postgres;
    footprint::measure(lab, kind, report).await?;
    ingest::measure(lab, kind, report).await?;
    let usual = population(lab, "shared", USUAL, kind).await?;
    page::measure(lab, &usual, report).await?;
    let few = population(lab, "shared-few", FEW, kind).await?;
    tail::measure(lab, (&few, FEW), (&usual, USUAL), report).await
}

async fn population(
    lab: &Lab,
    name: &str,
    movements: u32,
    kind: Kind,
) -> anyhow::Result<Population> {
    say(format_args!("filling {} with {movements} movements", kind.name()));
    Population::make(Site::new(lab, name, kind).await?, movements).await
}

fn write_page(
    path: &Path,
    full: bool,
    machine: &[(&'static str, String)],
    report: &Report,
) -> anyhow::Result<()> {
    let on = santiago::today(SystemClock.now());
    let page = Page { on, full, machine, table: &report.table() };
    fs::write(path, page.text())
        .with_context(|| format!("{} cannot be written", path.display()))?;
    say(format_args!("written to {}", path.display()));
    Ok(())
}

//! All benches, one after another.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use cartola_primitives::clock::SystemClock;
use cartola_primitives::{Clock, santiago};
use clap::Args;

use crate::lab::{self, Lab, say};
use crate::population::Population;
use crate::report::{Page, Report};
use crate::{footprint, ingest, machine, page, tail};

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
    /// The page that is written
    #[arg(long, value_name = "FILE", default_value = "docs/benchmarks.md")]
    page: PathBuf,
}

/// Runs them.
pub async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let lab = Lab::open(&arguments.within, arguments.gateway.clone(), arguments.full)?;
    let machine = machine::facts(lab.path());
    let mut report = Report::default();
    footprint::measure(&lab, &mut report).await.context("memory and start")?;
    ingest::measure(&lab, &mut report).await.context("ingest")?;
    pages(&lab, &mut report).await.context("pages")?;
    let page = Page {
        on: santiago::today(SystemClock.now()),
        full: lab.full,
        machine: &machine,
        table: &report.table(),
    };
    let text = page.text();
    write(&arguments.page, &text)?;
    say(format_args!("written to {}", arguments.page.display()));
    eprintln!("\n{}", report.table());
    Ok(())
}

async fn pages(lab: &Lab, report: &mut Report) -> anyhow::Result<()> {
    let few = population(lab, "few", FEW).await?;
    let usual = population(lab, "usual", USUAL).await?;
    page::measure(lab, &usual, report).await?;
    if !lab.full {
        return tail::measure(lab, (&few, FEW), (&usual, USUAL), report).await;
    }
    lab::clear(&usual.folder)?;
    let many = population(lab, "many", MANY).await?;
    tail::measure(lab, (&few, FEW), (&many, MANY), report).await
}

async fn population(lab: &Lab, name: &str, movements: u32) -> anyhow::Result<Population> {
    say(format_args!("filling a store with {movements} movements"));
    Population::make(&lab.folder(name)?, movements).await
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

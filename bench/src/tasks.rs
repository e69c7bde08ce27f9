//! How many tasks a second: begun, done by the bank, kept, looked at until they have ended; against
//! the banks asked by the same connector alone.

use std::time::Duration;

use anyhow::{Context, ensure};
use cartola_connector::session::DayRange;
use cartola_engine::readings::RECORD_DAYS;
use cartola_primitives::clock::SystemClock;
use cartola_primitives::{Clock, SignedDuration, santiago};
use futures::{StreamExt, TryStreamExt, stream};

use crate::bank::Banks;
use crate::customer::{self, Customer};
use crate::extraction;
use crate::lab::{self, Lab, say};
use crate::report::{Figure, Report, of_rounds};
use crate::server::{self, Server};
use crate::site::{Kind, Site};
use crate::synaptic::Synaptic;
use crate::trail::{self, Path};
use crate::watch::{self, Readings};

/// Rounds of both, in turn, each with customers of its own.
const ROUNDS: usize = 5;

/// Customers of each institution in a round: many times those under way at once.
const OF_EACH: usize = 80;

/// Tasks under way at once, and extractions of the banks alone; a client looks at each ten times a second.
const AT_ONCE: usize = 128;

/// How long both rest between rounds.
const REST: Duration = Duration::from_secs(2);

/// What is wanted of everybody.
const ACTION: &str = "movements";

/// Measures and reports.
pub async fn measure(lab: &Lab, kind: Kind, report: &mut Report) -> anyhow::Result<()> {
    let site = Site::new(lab, "tasks", kind).await?;
    let rounds: Vec<Vec<Customer>> = customer::rounds(ROUNDS + 1, OF_EACH)
        .into_iter()
        .map(|round| round.into_iter().filter(|it| it.synaptic_name().is_some()).collect())
        .collect();
    let first = rounds.first().context("there are rounds")?;
    ensure!(!first.is_empty(), "the banks have customers");
    let sandbox = Server::sandbox(lab, &site.folder).await?;
    let banks = Banks::new(sandbox.address, first)?;
    let synaptic = Synaptic::start(lab, &site, (sandbox.address, first)).await?;
    server::grown(AT_ONCE).await;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    let known = trail::entries(&site).await?;
    for (number, customers) in rounds.iter().enumerate() {
        let before = synaptic.gateway.effort()?;
        let whole = whole_way(&synaptic, customers).await?;
        let effort = synaptic.gateway.effort()? - before;
        tokio::time::sleep(REST).await;
        let (alone, _) = extraction::alone(&banks, customers, days()?, AT_ONCE).await?;
        tokio::time::sleep(REST).await;
        // The first warms up.
        if number > 0 {
            say(format_args!(
                "tasks on {}, round {number}: {whole:.1} tasks/s, alone {alone:.1}; {}",
                kind.name(),
                extraction::of_each(effort, customers.len())
            ));
            ours.push(whole);
            bare.push(alone);
        }
    }
    synaptic.gateway.stop().await?;
    drop(sandbox);
    let left = trail::entries(&site).await? - known;
    let all = rounds.iter().map(Vec::len).sum::<usize>() as u64;
    let a_second = Readings::of(ours.iter().copied()).median();
    report.paths.push(Path::new("a task".to_owned(), kind, (left, all), a_second));
    report.add(figure(kind, &ours, &bare));
    lab::clear(&site.folder)
}

async fn whole_way(synaptic: &Synaptic, customers: &[Customer]) -> anyhow::Result<f64> {
    let begun = watch::start();
    let tasks = stream::iter(customers).map(|customer| synaptic.run(customer, ACTION));
    let _: Vec<usize> = tasks.buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(watch::rate(customers.len() as u64, begun.elapsed()))
}

/// The days of which such a task reads.
fn days() -> anyhow::Result<DayRange> {
    let today = santiago::today(SystemClock.now());
    Ok(DayRange::new(today - SignedDuration::from_hours(24 * (RECORD_DAYS - 1)), today)?)
}

fn figure(kind: Kind, ours: &[f64], bare: &[f64]) -> Figure {
    let alone = Readings::of(bare.iter().copied());
    Figure {
        what: format!("task on {}: 90 days of movements of a new customer", kind.name()),
        measured: of_rounds(&Readings::of(ours.iter().copied()), "tasks/s"),
        against: format!("banks alone: {}", of_rounds(&alone, "extractions/s")),
        ratio: Some(Readings::of(ours.iter().zip(bare).map(|(ours, bare)| ours / bare))),
        aim: "≥ 0.4",
    }
}

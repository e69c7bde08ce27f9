//! How many extractions a second: from the call of a client to its answer, against the banks asked
//! by the same connector alone.

use std::time::Duration;

use anyhow::{Context, ensure};
use cartola_connector::session::DayRange;
use cartola_primitives::clock::SystemClock;
use cartola_primitives::{Clock, SignedDuration, santiago};
use futures::{StreamExt, TryStreamExt, stream};

use crate::bank::{Banks, Extracted};
use crate::customer::{self, Customer};
use crate::khipu::Khipu;
use crate::lab::{self, Lab, say};
use crate::report::{Figure, Report, grouped, of_rounds};
use crate::server::Server;
use crate::watch::{self, Readings};

/// Rounds of both, in turn, each with customers of its own: what is read is new.
const ROUNDS: usize = 7;

/// Customers of each institution in a round: few enough that no bank's pace is reached, which is
/// twenty calls at once.
const OF_EACH: usize = 3;

/// Extractions under way at once.
const AT_ONCE: usize = 32;

/// Days that are read: 24 months. They end when all is booked.
const DAYS: i64 = 730;
const LAST_DAY: i64 = 10;

/// How long both rest between rounds: then each bank may be asked as often as before.
const REST: Duration = Duration::from_secs(2);

/// Measures and reports.
pub async fn measure(lab: &Lab, report: &mut Report) -> anyhow::Result<()> {
    let folder = lab.folder("extraction")?;
    let rounds = customer::rounds(ROUNDS + 1, OF_EACH);
    let first = rounds.first().context("there are rounds")?;
    ensure!(!first.is_empty(), "the banks have customers");
    let sandbox = Server::sandbox(lab, &folder).await?;
    let banks = Banks::new(sandbox.address, first)?;
    let khipu = Khipu::start(lab, &folder, (sandbox.address, first)).await?;
    let (mut ours, mut bare, mut brought) = (Vec::new(), Vec::new(), Extracted::default());
    for (number, customers) in rounds.iter().enumerate() {
        let whole = whole_way(&khipu, customers).await?;
        tokio::time::sleep(REST).await;
        let (alone, extracted) = alone(&banks, customers).await?;
        tokio::time::sleep(REST).await;
        // The first warms up.
        if number == 0 {
            continue;
        }
        say(format_args!("round {number}: {whole:.1} extractions/s, banks alone {alone:.1}"));
        ours.push(whole);
        bare.push(alone);
        brought += extracted;
    }
    khipu.gateway.stop().await?;
    drop(sandbox);
    report.add(figure(&ours, &bare, brought, ROUNDS * first.len()));
    lab::clear(&folder)
}

/// The days that are read.
pub fn days() -> anyhow::Result<DayRange> {
    let day = |ago: i64| santiago::today(SystemClock.now()) - SignedDuration::from_hours(24 * ago);
    Ok(DayRange::new(day(LAST_DAY + DAYS), day(LAST_DAY))?)
}

/// Client, gateway, banks, and all the way back.
async fn whole_way(khipu: &Khipu, customers: &[Customer]) -> anyhow::Result<f64> {
    let days = days()?;
    let begun = watch::start();
    let asked = stream::iter(customers).map(|customer| khipu.movements(customer, days));
    let told: Vec<usize> = asked.buffer_unordered(AT_ONCE).try_collect().await?;
    let rate = watch::rate(customers.len() as u64, begun.elapsed());
    ensure!(told.iter().sum::<usize>() > 0, "nobody has movements");
    Ok(rate)
}

async fn alone(banks: &Banks, customers: &[Customer]) -> anyhow::Result<(f64, Extracted)> {
    let days = days()?;
    let begun = watch::start();
    let asked = stream::iter(customers).map(|customer| banks.extract(customer, days));
    let mut told = asked.buffer_unordered(AT_ONCE);
    let mut all = Extracted::default();
    while let Some(extracted) = told.next().await {
        all += extracted?;
    }
    Ok((watch::rate(customers.len() as u64, begun.elapsed()), all))
}

#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn figure(ours: &[f64], bare: &[f64], brought: Extracted, extractions: usize) -> Figure {
    let of_one = |count: usize| count as f64 / extractions as f64;
    let Extracted { pages, movements, accounts } = brought;
    Figure {
        what: format!(
            "extraction of 24 months, new to the store: {:.1} accounts, {:.1} pages, {} movements",
            of_one(accounts),
            of_one(pages),
            grouped(of_one(movements)),
        ),
        measured: of_rounds(&Readings::of(ours.iter().copied()), "extractions/s"),
        against: format!(
            "banks alone: {}",
            of_rounds(&Readings::of(bare.iter().copied()), "extractions/s")
        ),
        ratio: Some(Readings::of(ours.iter().zip(bare).map(|(ours, bare)| ours / bare))),
        aim: "≥ 0.4",
    }
}

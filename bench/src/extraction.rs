//! How many extractions a second: from the call of a client to its answer, against the banks asked
//! by the same connector alone.

use std::time::Duration;

use anyhow::{Context, ensure};
use cartola_connector::session::DayRange;
use cartola_primitives::clock::SystemClock;
use cartola_primitives::{Clock, SignedDuration, santiago};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use crate::bank::{Banks, Extracted};
use crate::customer::{self, Customer};
use crate::khipu::Khipu;
use crate::lab::{self, Lab, say};
use crate::report::{Figure, Report, grouped, of_rounds};
use crate::server::{self, Effort, Server};
use crate::site::{Kind, Site};
use crate::trail::{self, Path};
use crate::watch::{self, Readings};

/// Rounds of both, in turn, each with customers of its own.
const ROUNDS: usize = 5;

/// Customers of each institution in a round: many times those under way at once, so that beginning and
/// end, when fewer are, are a small part of it.
const OF_EACH: usize = 40;

/// Extractions under way at once. With a quarter of them the gateway left one of five parts of the cores
/// idle.
const AT_ONCE: usize = 128;

/// Days that are read: a new customer's 24 months, and what is read again as a rule.
pub const LONG: (i64, &str) = (730, "24 months");
const USUAL: (i64, &str) = (90, "90 days");

/// Whether the gateway has read them before.
const NEW: &str = "new to the store";
const KNOWN: &str = "read before";

/// Days ago of the last one: by then all is booked.
const LAST_DAY: i64 = 10;

/// How long both rest between rounds: then each bank may be asked as often as before.
const REST: Duration = Duration::from_secs(2);

/// Measures and reports.
pub async fn measure(lab: &Lab, report: &mut Report) -> anyhow::Result<()> {
    let site = Site::new(lab, "extraction", Kind::Sqlite).await?;
    let mut rounds = customer::rounds(2 * (ROUNDS + 1), OF_EACH);
    let usual = rounds.split_off(ROUNDS + 1);
    let first = rounds.first().context("there are rounds")?;
    ensure!(!first.is_empty(), "the banks have customers");
    let sandbox = Server::sandbox(lab, &site.folder).await?;
    let banks = Banks::new(sandbox.address, first)?;
    let khipu = Khipu::start(lab, &site, (sandbox.address, first)).await?;
    server::grown(AT_ONCE).await;
    // The last ones read once more what they have just read, as links are read day by day.
    for (rounds, length, state) in
        [(&rounds, LONG, NEW), (&usual, USUAL, NEW), (&usual, USUAL, KNOWN)]
    {
        let (figure, path) = in_turn((&khipu, &banks, &site), rounds, length, state).await?;
        report.add(figure);
        report.paths.push(path);
    }
    khipu.gateway.stop().await?;
    drop(sandbox);
    lab::clear(&site.folder)
}

/// Both in turn, round by round; the first warms up.
async fn in_turn(
    (khipu, banks, site): (&Khipu, &Banks, &Site),
    rounds: &[Vec<Customer>],
    (length, name): (i64, &str),
    state: &str,
) -> anyhow::Result<(Figure, Path)> {
    let days = days(length)?;
    let (mut ours, mut bare, mut brought) = (Vec::new(), Vec::new(), Extracted::default());
    let mut entries = 0;
    for (number, customers) in rounds.iter().enumerate() {
        let who = credentials(khipu, customers, days, state).await?;
        let known = trail::entries(site).await?;
        let before = khipu.gateway.effort()?;
        let whole = whole_way(khipu, &who, days).await?;
        let effort = khipu.gateway.effort()? - before;
        tokio::time::sleep(REST).await;
        let left = trail::entries(site).await? - known;
        let (alone, extracted) = alone(banks, customers, days, AT_ONCE).await?;
        tokio::time::sleep(REST).await;
        if number == 0 {
            continue;
        }
        say(format_args!(
            "{name}, {state}, round {number}: {whole:.1} extractions/s, alone {alone:.1}; {}",
            of_each(effort, who.len())
        ));
        ours.push(whole);
        bare.push(alone);
        brought += extracted;
        entries += left;
    }
    let extractions = rounds.iter().skip(1).map(Vec::len).sum();
    let what = format!("{name}, {state}");
    let (counted, rate) =
        ((entries, extractions as u64), Readings::of(ours.iter().copied()).median());
    let path = Path::new(format!("an extraction of {what}"), Kind::Sqlite, counted, rate);
    Ok((figure(&what, (&ours, &bare), brought, extractions), path))
}

/// What the gateway used for each, for whoever looks on.
#[allow(clippy::cast_precision_loss, reason = "a round needs far less than 2^52 bytes")]
pub fn of_each(effort: Effort, extractions: usize) -> String {
    let count = extractions as f64;
    let processor = effort.processor.as_secs_f64() * 1_000.0 / count;
    let written = effort.written as f64 / 1_000.0 / count;
    format!("{processor:.1} ms of processor and {written:.0} kB written each")
}

/// So many days until all is booked.
pub fn days(length: i64) -> anyhow::Result<DayRange> {
    let day = |ago: i64| santiago::today(SystemClock.now()) - SignedDuration::from_hours(24 * ago);
    Ok(DayRange::new(day(LAST_DAY + length - 1), day(LAST_DAY))?)
}

/// What customers are asked for with: their passwords, or links through which the same was read a
/// moment ago.
async fn credentials<'a>(
    khipu: &Khipu,
    customers: &'a [Customer],
    days: DayRange,
    state: &str,
) -> anyhow::Result<Vec<(&'a Customer, Value)>> {
    if state == NEW {
        return Ok(customers.iter().map(|customer| (customer, customer.login())).collect());
    }
    let begun = stream::iter(customers).map(async |customer| {
        let link = khipu.link(customer).await?;
        khipu.movements((customer, &link), days).await?;
        anyhow::Ok((customer, link))
    });
    begun.buffer_unordered(AT_ONCE).try_collect().await
}

/// Client, gateway, banks, and all the way back.
async fn whole_way(
    khipu: &Khipu,
    who: &[(&Customer, Value)],
    days: DayRange,
) -> anyhow::Result<f64> {
    let begun = watch::start();
    let asked = stream::iter(who)
        .map(|(customer, credential)| khipu.movements((customer, credential), days));
    let told: Vec<usize> = asked.buffer_unordered(AT_ONCE).try_collect().await?;
    let rate = watch::rate(who.len() as u64, begun.elapsed());
    ensure!(told.iter().sum::<usize>() > 0, "nobody has movements");
    Ok(rate)
}

/// The banks asked by the connector alone, so many at once.
pub async fn alone(
    banks: &Banks,
    customers: &[Customer],
    days: DayRange,
    at_once: usize,
) -> anyhow::Result<(f64, Extracted)> {
    let begun = watch::start();
    let asked = stream::iter(customers).map(|customer| banks.extract(customer, days));
    let mut told = asked.buffer_unordered(at_once);
    let mut all = Extracted::default();
    while let Some(extracted) = told.next().await {
        all += extracted?;
    }
    Ok((watch::rate(customers.len() as u64, begun.elapsed()), all))
}

#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn figure(
    name: &str,
    (ours, bare): (&[f64], &[f64]),
    brought: Extracted,
    extractions: usize,
) -> Figure {
    let of_one = |count: usize| count as f64 / extractions as f64;
    let Extracted { pages, movements, accounts } = brought;
    Figure {
        what: format!(
            "extraction of {name}: {:.1} accounts, {:.1} pages, {} movements",
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

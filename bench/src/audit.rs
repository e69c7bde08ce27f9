//! What the audit trail costs: units of work with their entries against the same without, and proving a
//! million entries.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use cartola_model::audit::AuditEvent;
use cartola_primitives::date;
use cartola_primitives::id::MovementId;
use cartola_store::movements::{MovementRow, SourceRow};
use cartola_store::{Command, Store, UnitOfWork};
use tokio::task::JoinSet;

use crate::ingest::rows_of;
use crate::installation::Installation;
use crate::lab::{self, Lab, say};
use crate::report::{Figure, Report, of_rounds};
use crate::site::{Kind, Site};
use crate::statement::Statement;
use crate::trail;
use crate::watch::{self, Readings};

/// Units that are committed with their entries, and without.
struct Shape {
    /// Lines that are committed in a round.
    lines: u32,
    /// Movements of one unit.
    movements: usize,
    /// The entries of one unit.
    entries: &'static [&'static str],
    /// How a unit is called on the page.
    what: &'static str,
    /// What it aims at.
    aim: &'static str,
}

/// What a reading of 90 days brings, and leaves in the trail.
const READING: Shape = Shape {
    lines: 50_000,
    movements: 132,
    entries: &["consent.granted", "import.committed", "link.fetched"],
    what: "units of 132 movements with three audit entries",
    aim: "time ≤ 1.10",
};

/// The least that a unit does, where an entry weighs most: measured for what one costs, with no aim.
const SMALLEST: Shape = Shape {
    lines: 4_000,
    movements: 1,
    entries: &["link.fetched"],
    what: "units of one movement with an audit entry",
    aim: "",
};

/// Units that are on their way at once.
const AT_ONCE: usize = 32;

/// Rounds; each measures both, and every second one in the other order.
const ROUNDS: usize = 6;

/// Entries that are proven, and how many of them a unit of work writes.
const PROVEN: u64 = 1_000_000;
const ENTRIES_A_UNIT: u64 = 5_000;

/// Rounds of proving.
const PROOFS: usize = 3;

/// Measures and reports.
pub async fn measure(lab: &Lab, kind: Kind, report: &mut Report) -> anyhow::Result<()> {
    overhead(lab, kind, &READING, report).await?;
    let cost = overhead(lab, kind, &SMALLEST, report).await?;
    trail::report(kind, cost, report);
    proof(lab, kind, report).await
}

/// How many seconds a unit takes longer with its entries, the units being on their way together.
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
async fn overhead(
    lab: &Lab,
    kind: Kind,
    shape: &Shape,
    report: &mut Report,
) -> anyhow::Result<f64> {
    let on = kind.name();
    let units = units(lab, kind, shape).await?;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        say(format_args!("units with and without audit entries on {on}, round {}", round + 1));
        for audited in [round % 2 == 0, round % 2 == 1] {
            let entries = if audited { shape.entries } else { &[] };
            let time = commit(lab, kind, &units, entries).await?.as_secs_f64();
            if audited { &mut with } else { &mut without }.push(time);
        }
    }
    let gained = with.iter().zip(&without).map(|(with, without)| with - without);
    let longer = Readings::of(gained).median() / units.len() as f64;
    let ratios: Vec<f64> =
        with.iter().zip(&without).map(|(with, without)| with / without).collect();
    let a_second = |times: &[f64]| {
        let rate = |time: &f64| watch::rate(units.len() as u64, Duration::from_secs_f64(*time));
        of_rounds(&Readings::of(times.iter().map(rate)), "units/s")
    };
    report.add(Figure {
        what: format!("{} on {on}", shape.what),
        measured: a_second(&with),
        against: format!("without: {}", a_second(&without)),
        ratio: Some(Readings::of(ratios)),
        aim: shape.aim,
    });
    Ok(longer.max(0.0))
}

/// The first units of a store: its tenant, and what an import wrote, so many movements at a time.
async fn units(lab: &Lab, kind: Kind, shape: &Shape) -> anyhow::Result<Vec<UnitOfWork>> {
    let site = Site::new(lab, "audit-source", kind).await?;
    let installation = Installation::make(&site).await?;
    let statement = Statement {
        account: 0,
        first_day: date(2024, 1, 1),
        days: 365,
        lines: shape.lines,
        with_carriage_returns: false,
    };
    installation.import(&statement).await?;
    let whole = rows_of(&installation).await?;
    drop(installation);
    lab::clear(&site.folder)?;
    let (mut movements, mut sources) = (Vec::new(), Vec::new());
    let mut first = UnitOfWork::new(whole.tenant, whole.at);
    for command in whole.commands {
        match command {
            Command::AddMovements(rows) => movements = rows,
            Command::AddSources(rows) => sources = rows,
            other => first.push(other),
        }
    }
    let mut of: HashMap<MovementId, Vec<SourceRow>> = HashMap::new();
    for source in sources {
        of.entry(source.movement).or_default().push(source);
    }
    let unit = |rows: &[MovementRow]| {
        let sources = rows.iter().filter_map(|row| of.get(&row.movement.id).cloned()).flatten();
        UnitOfWork::new(whole.tenant, whole.at)
            .with(Command::AddMovements(rows.to_vec()))
            .with(Command::AddSources(sources.collect()))
    };
    Ok([first].into_iter().chain(movements.chunks(shape.movements).map(unit)).collect())
}

/// Commits them to a store of their own; how long all but the first took.
async fn commit(
    lab: &Lab,
    kind: Kind,
    units: &[UnitOfWork],
    entries: &'static [&'static str],
) -> anyhow::Result<Duration> {
    let site = Site::new(lab, "audit", kind).await?;
    let (store, archive) = site.open().await?;
    let (first, rest) = units.split_first().context("there are units")?;
    store.commit(first.clone()).await?;
    let mut rest: Vec<UnitOfWork> = rest.to_vec();
    for unit in &mut rest {
        let subject = format!("{}", unit.tenant);
        let entry = |action: &&'static str| {
            Command::Audit(
                AuditEvent::once(action, "operator", &subject)
                    .with("kind", "tenant_mandate")
                    .with("evidence", &subject),
            )
        };
        unit.commands.extend(entries.iter().map(entry));
    }
    let begun = watch::start();
    let mut under_way = JoinSet::new();
    for unit in rest {
        if under_way.len() >= AT_ONCE {
            under_way.join_next().await.context("some are under way")???;
        }
        let store: Arc<dyn Store> = Arc::clone(&store);
        under_way.spawn(async move { store.commit(unit).await.map(drop) });
    }
    while let Some(ended) = under_way.join_next().await {
        ended??;
    }
    let time = begun.elapsed();
    drop((store, archive));
    lab::clear(&site.folder)?;
    Ok(time)
}

async fn proof(lab: &Lab, kind: Kind, report: &mut Report) -> anyhow::Result<()> {
    let on = kind.name();
    say(format_args!("a trail of {PROVEN} entries on {on}"));
    let site = Site::new(lab, "audit-proof", kind).await?;
    let installation = Installation::make(&site).await?;
    let tenant = installation.tenant.id;
    for unit in 0..PROVEN / ENTRIES_A_UNIT {
        let mut work = UnitOfWork::new(tenant, installation.engine.now());
        for entry in 0..ENTRIES_A_UNIT {
            let subject = format!("mov_{:032x}", unit * ENTRIES_A_UNIT + entry);
            work.push(Command::Audit(AuditEvent::once("movement.read", tenant, subject)));
        }
        installation.store.commit(work).await?;
    }
    let mut seconds = Vec::new();
    for _ in 0..PROOFS {
        let begun = watch::start();
        let found = installation.engine.verify_audit(tenant, &[], &mut |_| {}).await?;
        seconds.push(begun.elapsed().as_secs_f64());
        ensure!(found.is_whole() && found.entries >= PROVEN, "the trail is whole");
    }
    drop(installation);
    lab::clear(&site.folder)?;
    report.add(Figure {
        what: format!("proof of an audit trail of {PROVEN} entries on {on}"),
        measured: of_rounds(&Readings::of(seconds), "s"),
        against: String::new(),
        ratio: None,
        aim: "≤ 10 s",
    });
    Ok(())
}

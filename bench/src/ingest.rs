//! How fast statements are taken in, against the bare store with the same rows.

use std::time::Duration;

use anyhow::Context;
use cartola_engine::imports::Upload;
use cartola_primitives::{Date, date};
use cartola_store::movements::{MovementRow, SourceRow};
use cartola_store::{Command, UnitOfWork};
use cartola_store_sqlite::bench_support::{BareRows, BareWriter};

use crate::copy::Copied;
use crate::installation::Installation;
use crate::lab::{self, Lab, say};
use crate::report::{Figure, Report, movements_a_second};
use crate::site::{Kind, Site};
use crate::statement::Statement;
use crate::trail::{self, Path};
use crate::watch::{self, Readings, rate};

/// Files of one round: two years of each of five accounts.
const ACCOUNTS: u32 = 5;
const YEARS: [Date; 2] = [date(2024, 1, 1), date(2025, 1, 1)];

/// Lines of a file.
const LINES: u32 = 50_000;

const DAYS_OF_A_YEAR: u32 = 365;

/// Rounds, each on a store of its own.
const ROUNDS: usize = 3;

/// What one round came to.
struct Round {
    import: Duration,
    duplicates: Duration,
    bare: Duration,
    /// Entries that the imports left in the trail.
    entries: u64,
}

/// Measures and reports.
pub async fn measure(lab: &Lab, kind: Kind, report: &mut Report) -> anyhow::Result<()> {
    let on = kind.name();
    let mut rounds = Vec::with_capacity(ROUNDS);
    for number in 1..=ROUNDS {
        say(format_args!("ingest into {on}, round {number} of {ROUNDS}"));
        rounds.push(round(lab, kind).await?);
    }
    let all = u64::try_from(statements(false).count()).expect("a handful") * u64::from(LINES);
    let of = |time: fn(&Round) -> Duration, lines: u64| {
        Readings::of(rounds.iter().map(|round| rate(lines, time(round))))
    };
    let files = all / u64::from(LINES);
    let entries = rounds.iter().map(|round| round.entries).sum();
    let counted = (entries, files * rounds.len() as u64);
    let a_second = of(|round| round.import, files).median();
    let path = format!("an import of {LINES} lines");
    report.paths.push(Path::new(path, kind, counted, a_second));
    let ratios = Readings::of(
        rounds.iter().map(|round| round.bare.as_secs_f64() / round.import.as_secs_f64()),
    );
    report.add(Figure {
        what: format!("ingest of mapped CSV into {on}"),
        measured: movements_a_second(&of(|round| round.import, all)),
        against: format!("{}: {}", bare(kind), movements_a_second(&of(|round| round.bare, all))),
        ratio: Some(ratios),
        aim: aim(kind),
    });
    report.add(Figure {
        what: format!("ingest into {on} of a file whose lines are all known"),
        measured: movements_a_second(&of(|round| round.duplicates, LINES.into())),
        against: String::new(),
        ratio: None,
        aim: "",
    });
    Ok(())
}

fn statements(with_carriage_returns: bool) -> impl Iterator<Item = Statement> {
    YEARS.into_iter().flat_map(move |first_day| {
        (0..ACCOUNTS).map(move |account| Statement {
            account,
            first_day,
            days: DAYS_OF_A_YEAR,
            lines: LINES,
            with_carriage_returns,
        })
    })
}

/// What it is compared with.
const fn bare(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "bare store",
        Kind::Postgres => "bare COPY",
    }
}

const fn aim(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "≥ 0.33",
        Kind::Postgres => "≥ 0.4",
    }
}

async fn round(lab: &Lab, kind: Kind) -> anyhow::Result<Round> {
    let site = Site::new(lab, "ingest", kind).await?;
    let installation = Installation::make(&site).await?;
    let uploads: Vec<Upload> = statements(false).map(|statement| statement.upload()).collect();
    let known = trail::entries(&site).await?;
    let begun = watch::start();
    for upload in uploads {
        installation.import_upload(upload, LINES.into(), LINES.into()).await?;
    }
    let import = begun.elapsed();
    let entries = trail::entries(&site).await? - known;
    let rows = Rows::of(&site, &installation).await?;
    let known = statements(true).next().context("there are statements")?;
    let begun = watch::start();
    installation.import_upload(known.upload(), LINES.into(), 0).await?;
    let duplicates = begun.elapsed();
    drop(installation);
    lab::clear(&site.folder)?;
    Ok(Round { import, duplicates, bare: rows.write(lab).await?, entries })
}

/// What an import wrote in many rows, ready to be written once more by the store alone.
enum Rows {
    Sqlite(BareRows),
    Postgres(Copied),
}

impl Rows {
    async fn of(site: &Site, installation: &Installation) -> anyhow::Result<Self> {
        Ok(match site.kind() {
            Kind::Sqlite => Self::Sqlite(BareRows::of(rows_of(installation).await?)),
            Kind::Postgres => Self::Postgres(Copied::out_of(site.database()?).await?),
        })
    }

    async fn write(self, lab: &Lab) -> anyhow::Result<Duration> {
        let kind = match self {
            Self::Sqlite(_) => Kind::Sqlite,
            Self::Postgres(_) => Kind::Postgres,
        };
        let site = Site::new(lab, "bare", kind).await?;
        let time = match self {
            Self::Sqlite(rows) => write_bare(&site, &rows).await?,
            Self::Postgres(copied) => copied.into(site.database()?).await?,
        };
        lab::clear(&site.folder)?;
        Ok(time)
    }
}

/// All movements and sources of an installation as one unit of work.
pub async fn rows_of(installation: &Installation) -> anyhow::Result<UnitOfWork> {
    let (tenant, now) = (installation.tenant.id, installation.engine.now());
    let mut movements: Vec<MovementRow> = Vec::new();
    let mut sources: Vec<SourceRow> = Vec::new();
    let accounts = installation.store.accounts(tenant, None, ACCOUNTS as usize, now).await?;
    for account in accounts.rows {
        let (from, to) = (date(2000, 1, 1), date(2100, 1, 1));
        for attested in installation.store.window(tenant, account.id, from, to).await? {
            movements.push(attested.row);
            sources.extend(attested.sources);
        }
    }
    let work = UnitOfWork::new(tenant, now)
        .with(Command::AddTenant(installation.tenant.clone()))
        .with(Command::AddMovements(movements))
        .with(Command::AddSources(sources));
    Ok(work)
}

async fn write_bare(site: &Site, rows: &BareRows) -> anyhow::Result<Duration> {
    drop(site.open().await?);
    let writer = BareWriter::open(&site.data())?;
    let begun = watch::start();
    writer.write(rows)?;
    Ok(begun.elapsed())
}

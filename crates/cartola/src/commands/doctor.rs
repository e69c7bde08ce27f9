//! `cartola doctor`: whether a data folder is sound.

mod seals;

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use cartola_store::StoreError;
use cartola_store_postgres::check::Report as OfDatabase;
use cartola_store_sqlite::check::Report;
use clap::Args;
use serde::Serialize;

use seals::Seals;

use crate::backend::{Backend, Place};
use crate::installation::Named;
use crate::problem::FAILED;
use crate::wiring::Gateway;
use crate::{folder, output};

/// Files and folders that are named as open to others, at most.
const MAX_LISTED: usize = 20;

#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    installation: Named,
    /// Open everything that is sealed too, which reads all of it: tells each value and key that was altered
    /// or stands in another's place. On PostgreSQL it needs the owner's URL
    #[arg(long)]
    seals: bool,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Findings {
    problems: Vec<String>,
    tenants: u64,
    movements: u64,
    audit: u64,
    /// Sealed files that imports name and that are not there.
    absent: u64,
    /// Sealed files that no import names.
    orphans: u64,
    /// Sealed files that were not written to their end.
    unfinished: u64,
    /// What was opened, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    seals: Option<Seals>,
}

/// Checks who may read the folder, that the key opens it, and everything that the store promises.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let mut installation = if arguments.seals {
        arguments.installation.find_with_owner()?
    } else {
        arguments.installation.find()?
    };
    let (sealed, keys) = (whole(&mut installation.place), installation.keys.clone());
    // Before opening, which closes the folder to others.
    let mut problems = match &installation.place {
        Place::Folder { data, .. } => open_to_others(data)?,
        Place::Database(_) => Vec::new(),
    };
    let gateway = Gateway::open(installation).await?;
    let spinner = output::spinner("checking");
    let found = check(&gateway.backend).await;
    spinner.finish_and_clear();
    let mut findings = found.context("the store cannot be checked")?;
    problems.append(&mut findings.problems);
    if arguments.seals {
        findings.seals = Some(seals::check(sealed, &keys, &mut problems).await?);
    }
    if findings.absent > 0 {
        problems.push(format!(
            "{} sealed files that imports name are not there; look for them in a backup",
            findings.absent
        ));
    }
    let sound = problems.is_empty();
    let findings = Findings { problems, ..findings };
    if arguments.json {
        output::json(&findings)?;
    } else {
        print(&findings)?;
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// The same place, with the role that owns the tables of a database, which the other goes without.
fn whole(place: &mut Place) -> Place {
    match place {
        Place::Folder { data, options } => {
            Place::Folder { data: data.clone(), options: options.clone() }
        }
        Place::Database(options) => Place::Database(options.take_owner()),
    }
}

async fn check(backend: &Backend) -> Result<Findings, StoreError> {
    match backend {
        Backend::Embedded { store, .. } => {
            tokio::task::block_in_place(|| store.check()).map(Findings::from)
        }
        Backend::Shared(store) => store.check().await.map(Findings::from),
    }
}

impl From<Report> for Findings {
    fn from(report: Report) -> Self {
        Self {
            problems: report.problems,
            tenants: report.tenants,
            movements: report.movements,
            audit: report.audit,
            absent: report.absent,
            orphans: report.leftovers.orphans,
            unfinished: report.leftovers.unfinished,
            seals: None,
        }
    }
}

impl From<OfDatabase> for Findings {
    fn from(report: OfDatabase) -> Self {
        Self {
            problems: report.problems,
            tenants: report.tenants,
            movements: report.movements,
            audit: report.audit,
            absent: report.absent,
            orphans: report.orphans,
            // A row is there or not.
            unfinished: 0,
            seals: None,
        }
    }
}

fn print(findings: &Findings) -> io::Result<()> {
    for problem in &findings.problems {
        output::line(problem)?;
    }
    let Findings { tenants, movements, audit, orphans, unfinished, .. } = findings;
    if orphans + unfinished > 0 {
        output::line(format_args!(
            "{orphans} sealed files that no import names, {unfinished} unfinished: an import is under \
             way or was cut off; the gateway removes those older than an hour"
        ))?;
    }
    if let Some(Seals { values, keys, unopened, noise }) = &findings.seals {
        output::line(format_args!(
            "{values} sealed values and {keys} keys open, {unopened} do not; {noise} are of people who \
             were erased"
        ))?;
    }
    let verdict = if findings.problems.is_empty() { "sound" } else { "NOT SOUND" };
    output::line(format_args!(
        "{verdict}: {tenants} tenants, {movements} movements, {audit} audit entries; the master \
         key opens the store"
    ))
}

/// What somebody else than the owner may use, in the folder and all below.
fn open_to_others(data: &Path) -> anyhow::Result<Vec<String>> {
    let mut problems = Vec::new();
    if data.exists() {
        look_into(data, &mut problems)
            .with_context(|| format!("{} cannot be read", data.display()))?;
    }
    Ok(problems)
}

fn look_into(path: &Path, problems: &mut Vec<String>) -> io::Result<()> {
    let metadata = match fs::symlink_metadata(path) {
        // A running gateway finishes and removes files.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata?,
    };
    if problems.len() == MAX_LISTED {
        return Ok(());
    }
    // A link says nothing about who may use what it leads to.
    let mode = metadata.permissions().mode();
    if !metadata.is_symlink() && mode & folder::OTHERS != 0 {
        problems.push(format!("others than its owner may use {}; chmod go= it", path.display()));
    }
    if metadata.is_dir() {
        let mut paths =
            fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
        paths.sort();
        paths.iter().try_for_each(|path| look_into(path, problems))?;
    }
    Ok(())
}

//! `cartola doctor`: whether a data folder is sound.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use cartola_store_sqlite::check::Report;
use clap::Args;
use serde::Serialize;

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
}

/// Checks who may read the folder, that the key opens it, and everything that the store promises.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let installation = arguments.installation.find()?;
    // Before opening, which closes the folder to others.
    let mut problems = open_to_others(&installation.data)?;
    let gateway = Gateway::open(installation).await?;
    let spinner = output::spinner("checking");
    let report = tokio::task::block_in_place(|| gateway.store.check());
    spinner.finish_and_clear();
    let report = report.context("the store cannot be checked")?;
    problems.extend(report.problems.iter().cloned());
    if report.absent > 0 {
        problems.push(format!(
            "{} sealed files that imports name are not there; look for them under raw/ in a backup",
            report.absent
        ));
    }
    let sound = problems.is_empty();
    let findings = findings(problems, &report);
    if arguments.json {
        output::json(&findings)?;
    } else {
        print(&findings)?;
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

fn findings(problems: Vec<String>, report: &Report) -> Findings {
    Findings {
        problems,
        tenants: report.tenants,
        movements: report.movements,
        audit: report.audit,
        absent: report.absent,
        orphans: report.leftovers.orphans,
        unfinished: report.leftovers.unfinished,
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
             way or was cut off; a gateway that starts removes those older than an hour"
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

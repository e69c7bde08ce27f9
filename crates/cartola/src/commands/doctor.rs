//! `cartola doctor`: whether a data folder is sound.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use crate::installation::Named;
use crate::problem::FAILED;
use crate::wiring::Gateway;
use crate::{folder, output};

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
    problems.extend(report.problems);
    let sound = problems.is_empty();
    let (tenants, movements, audit) = (report.tenants, report.movements, report.audit);
    let findings = Findings { problems, tenants, movements, audit };
    if arguments.json {
        output::json(&findings)?;
    } else {
        print(&findings)?;
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

fn print(findings: &Findings) -> std::io::Result<()> {
    for problem in &findings.problems {
        output::line(problem)?;
    }
    let Findings { tenants, movements, audit, .. } = findings;
    let verdict = if findings.problems.is_empty() { "sound" } else { "NOT SOUND" };
    output::line(format_args!(
        "{verdict}: {tenants} tenants, {movements} movements, {audit} audit entries; the master \
         key opens the store"
    ))
}

/// What somebody else than the owner may read, in the folder and one level below.
fn open_to_others(data: &Path) -> anyhow::Result<Vec<String>> {
    let reading = || format!("{} cannot be read", data.display());
    let mut problems = Vec::new();
    if !data.exists() {
        return Ok(problems);
    }
    let entries = std::fs::read_dir(data).with_context(reading)?;
    let mut paths = vec![data.to_owned()];
    for entry in entries {
        paths.push(entry.with_context(reading)?.path());
    }
    paths.sort();
    for path in paths {
        if folder::mode(&path).with_context(reading)? & folder::OTHERS != 0 {
            problems
                .push(format!("others than its owner may use {}; chmod go= it", path.display()));
        }
    }
    Ok(problems)
}

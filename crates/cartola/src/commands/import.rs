//! `cartola import`: statement files into a tenant's accounts.

mod report;
mod source;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use cartola_engine::Engine;
use cartola_engine::imports::{ImportError, Imported, Upload};
use cartola_engine::once::Reply;
use cartola_model::{InstitutionId, Principal};
use cartola_primitives::id::AccountId;
use clap::Args;

use crate::problem::FAILED;
use crate::tenant::Whose;
use crate::{keys, output};

use report::Report;
use source::Refusal;

#[derive(Args)]
pub struct Arguments {
    /// Statement files: XLS, XLSX, OFX or CSV
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    whose: Whose,
    /// Account that the files belong to, for files that do not say
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// Institution that the files come from, for files that do not say
    #[arg(long, value_name = "ID", value_parser = InstitutionId::parse)]
    institution: Option<InstitutionId>,
    /// How to read CSV files: a TOML file that names their columns
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// File that holds the password of encrypted files; no layout of this version reads such files
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Print one line of JSON a file, or one an account where a file has several
    #[arg(long)]
    json: bool,
}

/// Imports every file; one that is refused does not keep the others out.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let template = template(&arguments)?;
    let (gateway, tenant) = arguments.whose.open().await?;
    let who = Principal::operator(tenant.id);
    let bar = output::progress(arguments.files.len() as u64, "importing");
    let mut reports = Vec::new();
    for path in &arguments.files {
        let outcome = one(&gateway.engine, &who, path, template.clone()).await?;
        let found = report::of_file(path, outcome);
        if arguments.json {
            bar.suspend(|| found.iter().try_for_each(output::json))?;
        }
        reports.extend(found);
        bar.inc(1);
    }
    bar.finish_and_clear();
    if !arguments.json {
        report::print(&reports)?;
        reports.iter().filter_map(Report::refusal).for_each(output::note);
    }
    gateway.close().await?;
    let refused = reports.iter().any(Report::is_refused);
    Ok(if refused { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

/// What all files have in common.
fn template(arguments: &Arguments) -> anyhow::Result<Upload> {
    let mapping = arguments.mapping.as_deref().map(source::read_mapping).transpose()?;
    let password = arguments.password_file.as_deref().map(keys::read_first_line).transpose();
    let password = password.context("the password cannot be read")?;
    Ok(Upload {
        mapping,
        password: password.map(Arc::new),
        account: arguments.account,
        institution: arguments.institution.clone(),
        ..Upload::default()
    })
}

/// Imports one file. What is wrong with the file is a refusal; what is wrong with us ends the
/// command.
async fn one(
    engine: &Engine,
    who: &Principal,
    path: &Path,
    template: Upload,
) -> anyhow::Result<Result<Imported, Refusal>> {
    let bytes = match source::read(path) {
        Ok(bytes) => bytes,
        Err(refusal) => return Ok(Err(refusal)),
    };
    match engine.import(who, Upload { bytes, ..template }, Reply::NONE).await {
        Ok(imported) => Ok(Ok(imported)),
        Err(ImportError::Engine(error)) => {
            Err(error).with_context(|| format!("{} is not imported", path.display()))
        }
        Err(error) => Ok(Err(Refusal::from(error))),
    }
}

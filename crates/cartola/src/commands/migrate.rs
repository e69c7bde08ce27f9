//! `cartola migrate`: the schema of a database, brought up to date while older processes serve.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::backend::{self, Place};
use crate::config::Config;
use crate::installation::DEFAULT_CONFIG;
use crate::logging::{self, LogFormat};
use crate::output;

#[derive(Args)]
pub struct Arguments {
    /// Configuration, whose [store] names the role that owns the tables
    #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
    config: PathBuf,
}

/// Migrates. A data folder needs none.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    logging::start(LogFormat::Text, logging::QUIET)?;
    match Config::read(&arguments.config)?.place_with_owner()? {
        Place::Database(options) => {
            backend::migrate(&options).await?;
            output::line(format_args!(
                "the database has schema {}, which this program needs",
                backend::SHARED_SCHEMA
            ))?;
        }
        Place::Folder { data, .. } => output::line(format_args!(
            "the data folder {} is brought up to date by whatever opens it; there is nothing to do",
            data.display()
        ))?,
    }
    Ok(ExitCode::SUCCESS)
}

//! `cartola migrate`: the schema of a database, brought up to date while older processes serve.

use std::path::PathBuf;
use std::process::ExitCode;

use cartola_store_postgres::{Plan, PlannedStep, Step};
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
    /// Say what would be done and who would have to end first, and do nothing
    #[arg(long)]
    plan: bool,
}

/// Migrates. A data folder needs none.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    logging::start(LogFormat::Text, logging::QUIET)?;
    match Config::read(&arguments.config)?.place_with_owner()? {
        Place::Database(options) if arguments.plan => print(&backend::plan(&options).await?)?,
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

fn print(plan: &Plan) -> anyhow::Result<()> {
    let Plan { present, steps } = plan;
    if steps.is_empty() {
        let nothing = format_args!("the database has schema {present}; there is nothing to do");
        return Ok(output::line(nothing)?);
    }
    output::line(format_args!("the database has schema {present}; `cartola migrate` applies:"))?;
    for step in steps {
        output::line(told(step))?;
    }
    Ok(())
}

fn told(planned: &PlannedStep) -> String {
    let PlannedStep { number, name, step, waits_for } = planned;
    let Step::Contract { oldest } = step else {
        return format!("{number} {name}: adds; whoever serves goes on");
    };
    let takes = format!("{number} {name}: takes away what programs before schema {oldest} use");
    if waits_for.is_empty() {
        return format!("{takes}; none of them is alive");
    }
    let alive: Vec<String> = waits_for.iter().map(ToString::to_string).collect();
    format!("{takes}; waits until these have ended: {}", alive.join(", "))
}

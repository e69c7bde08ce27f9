//! `cartola copy`: a whole store from the data folder to PostgreSQL, or back.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use cartola_store::copying::{self, Copied, Dump, Load};
use clap::Args;
use indicatif::ProgressBar;
use serde::Serialize;

use crate::backend::Place;
use crate::backend::copying::{Rings, source, target};
use crate::config::Config;
use crate::installation::Named;
use crate::output;
use crate::problem::wrong_use;

#[derive(Args)]
pub struct Arguments {
    /// Configuration of the store to copy to: a data folder that is not there yet, where this one is
    /// in PostgreSQL, or an empty database, where it is in a folder
    #[arg(value_name = "CONFIG")]
    to: PathBuf,
    #[command(flatten)]
    installation: Named,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    /// Rows by table.
    tables: BTreeMap<&'static str, u64>,
    rows: u64,
}

/// Copies, compares and only then makes the copy usable. The source stays as it is.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let from = arguments.installation.find_with_owner()?;
    let to = Config::read(&arguments.to)?.installation_with_owner()?;
    refuse_same_kind(&from.place, &to.place)?;
    let (from_name, to_name) = (from.place.to_string(), to.place.to_string());
    let rings = Rings { from: &from.keys, to: &to.keys };
    let from = source(from.place, &rings).await?;
    let to = target(to.place).await?;
    let bar = output::progress(0, "copying and comparing");
    let copied = copy(from.side.as_ref(), to.side.as_ref(), &bar).await;
    bar.finish_and_clear();
    let copied =
        copied.with_context(|| format!("{to_name} is no copy of {from_name}, and is not used"))?;
    tell(&arguments, &copied, &from_name, &to_name)?;
    Ok(ExitCode::SUCCESS)
}

async fn copy(
    from: &dyn Dump,
    to: &dyn Load,
    bar: &ProgressBar,
) -> Result<Copied, copying::CopyError> {
    let mut progress = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    copying::copy(from, to, &mut progress).await
}

fn refuse_same_kind(from: &Place, to: &Place) -> anyhow::Result<()> {
    match (from, to) {
        (Place::Folder { .. }, Place::Folder { .. }) => Err(wrong_use(
            "both stores are in data folders; use `cartola backup` and `cartola restore`",
        )),
        (Place::Database(_), Place::Database(_)) => Err(wrong_use(
            "both stores are in PostgreSQL; use pg_dump and pg_restore (docs/postgresql.md)",
        )),
        _ => Ok(()),
    }
}

fn tell(arguments: &Arguments, copied: &Copied, from: &str, to: &str) -> anyhow::Result<()> {
    if arguments.json {
        let tables = copied.rows.iter().copied().collect();
        return output::json(&Report { tables, rows: copied.total() });
    }
    Ok(output::line(format_args!(
        "{to} is the same as {from}, row by row: {} tenants, {} movements, {} sealed files, {} rows in \
         all; the audit trails hold. {from} is as it was: serve the copy from now on, and not both",
        copied.of("tenant"),
        copied.of("movement"),
        copied.of("archive"),
        copied.total(),
    ))?)
}

//! `cartola backup`: a copy of the data folder while it is in use.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use cartola_store_sqlite::backup::Counts;
use clap::Args;

use crate::backend::{Backend, Place};
use crate::installation::Named;
use crate::output;
use crate::wiring::Gateway;

#[derive(Args)]
pub struct Arguments {
    /// Folder to make, which must not exist
    destination: PathBuf,
    #[command(flatten)]
    installation: Named,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Makes the backup. It holds no key.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let installation = arguments.installation.find()?;
    let destination = arguments.destination;
    if destination.exists() {
        bail!("{} exists; name a folder that is not there yet", destination.display());
    }
    if matches!(installation.place, Place::Database(_)) {
        bail!(
            "the store is in PostgreSQL, whose own backups hold everything: use pg_dump, or \
             point-in-time recovery (docs/postgresql.md)"
        );
    }
    let gateway = Gateway::open(installation).await?;
    let counts = copy(&gateway, &destination)?;
    gateway.close().await?;
    if counts.objects_absent > 0 {
        output::note(format_args!(
            "warning: {} sealed files that imports name are not in the data folder, and so not in the \
             backup; look for them in an earlier one",
            counts.objects_absent
        ));
    }
    if arguments.json {
        output::json(&counts)?;
    } else {
        output::line(format_args!(
            "{}: {} movements of {} accounts, {} sealed files; keep the master key elsewhere, the \
             backup opens nothing without it",
            destination.display(),
            counts.movements,
            counts.accounts,
            counts.objects
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn copy(gateway: &Gateway, destination: &Path) -> anyhow::Result<Counts> {
    let Backend::Embedded { store, .. } = &gateway.backend else {
        unreachable!("a store in PostgreSQL is refused before it is opened")
    };
    let bar = output::progress(0, "copying");
    let counts = tokio::task::block_in_place(|| {
        store.backup(destination, &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })
    });
    bar.finish_and_clear();
    counts.context("the backup is not made")
}

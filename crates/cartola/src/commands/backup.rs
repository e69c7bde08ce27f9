//! `cartola backup`: a copy of the data folder while it is in use.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

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
    let gateway = Gateway::open(installation).await?;
    let bar = output::progress(0, "copying");
    let counts = tokio::task::block_in_place(|| {
        gateway.store.backup(&destination, &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })
    });
    bar.finish_and_clear();
    let counts = counts.context("the backup is not made")?;
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

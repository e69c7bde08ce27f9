//! `cartola restore`: a data folder from a backup.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use cartola_store::{StoreError, StoreErrorKind};
use clap::Args;

use crate::logging::{self, LogFormat};
use crate::{folder, keys, output};

/// What a backup is known by.
const MANIFEST: &str = "manifest.json";

#[derive(Args)]
pub struct Arguments {
    /// Folder that `cartola backup` made
    backup: PathBuf,
    /// Data folder to make; it must be empty or not there
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Restores. Every file is compared with the backup's manifest, and nothing stays where one differs.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    logging::start(LogFormat::Text, logging::QUIET)?;
    let Arguments { backup, data, json } = arguments;
    if !backup.is_dir() {
        bail!("there is no backup {}; name a folder that `cartola backup` made", backup.display());
    }
    if !backup.join(MANIFEST).exists() {
        bail!("{} is no backup: it has no manifest", backup.display());
    }
    if data.exists() && !folder::is_empty(data)? {
        bail!("{} is not empty; name a folder that is empty or not there yet", data.display());
    }
    let spinner = output::spinner("restoring");
    let counts = cartola_store_sqlite::restore(backup, data);
    spinner.finish_and_clear();
    let counts = counts.map_err(|error| not_restored(error, backup))?;
    // For the key that is put there next: a folder made by hand would be open to others.
    let folder_of_key = data.join(keys::FOLDER);
    folder::create(&folder_of_key)
        .with_context(|| format!("{} cannot be made", folder_of_key.display()))?;
    if *json {
        output::json(&counts)?;
    } else {
        output::line(format_args!(
            "{}: {} movements of {} accounts; now put its master key at {}, or name it in the \
             configuration",
            data.display(),
            counts.movements,
            counts.accounts,
            keys::path_in(data).display()
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A backup that is damaged calls for another backup, not for what helps a damaged store.
fn not_restored(error: StoreError, backup: &Path) -> anyhow::Error {
    let backup = backup.display();
    if error.kind == StoreErrorKind::Corrupt {
        return anyhow!(
            "{backup} is not restored: {error}; the backup is damaged; take another one"
        );
    }
    anyhow::Error::new(error).context(format!("{backup} is not restored"))
}

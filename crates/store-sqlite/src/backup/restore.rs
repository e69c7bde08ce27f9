//! Putting a backup back.

use std::fs;
use std::path::Path;

use cartola_store::{StoreError, StoreErrorKind};
use rusqlite::{Connection, OpenFlags};

use super::copy::copy;
use super::in_place;
use super::manifest::{Counts, FileEntry, Manifest, NAME};
use crate::check::count;
use crate::error::Doing;
use crate::{archive, folder, migrate};

const READING: &str = "reading the backup";

/// Copies a backup to `destination`, a data folder that is empty or not there. Every file is
/// compared with the manifest, and nothing is left behind where one differs. Blocks.
pub fn restore(backup: &Path, destination: &Path) -> Result<Counts, StoreError> {
    let text = fs::read_to_string(backup.join(NAME)).doing("reading the backup's manifest")?;
    let manifest = Manifest::of_json(&text)?;
    refuse_if_used(destination)?;
    in_place(destination, |beside| {
        folder::create(&beside.join(archive::FOLDER))
            .doing("creating the folder of the archive")?;
        manifest.files.iter().try_for_each(|listed| restore_file(backup, beside, listed))?;
        check_database(&beside.join(folder::DATABASE), &manifest)?;
        Ok(manifest.counts)
    })
}

/// A rename takes the place of an empty folder, and of nothing else.
fn refuse_if_used(destination: &Path) -> Result<(), StoreError> {
    const LOOKING: &str = "looking at the destination";
    if !destination.try_exists().doing(LOOKING)? {
        return Ok(());
    }
    match fs::read_dir(destination).doing(LOOKING)?.next() {
        None => Ok(()),
        Some(_) => Err(StoreError::conflict("the destination is not empty")),
    }
}

fn restore_file(backup: &Path, beside: &Path, listed: &FileEntry) -> Result<(), StoreError> {
    let name = Path::new(&listed.path);
    let source = backup.join(name);
    if !source.try_exists().doing(READING)? {
        return Err(StoreError::corrupt(format!("the backup lacks {}", listed.path)));
    }
    let found = copy(&source, beside, name)?;
    if (found.bytes, found.sha256) != (listed.bytes, listed.sha256) {
        return Err(StoreError::corrupt(format!(
            "{} is not what the backup's manifest says",
            listed.path
        )));
    }
    Ok(())
}

fn check_database(path: &Path, manifest: &Manifest) -> Result<(), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(path, flags).doing(READING)?;
    let movements = count(&database, "SELECT count(*) FROM movement")?;
    if migrate::version(&database)? != manifest.schema || movements != manifest.counts.movements {
        let context = "the backup's database is not what its manifest says";
        return Err(StoreError::new(StoreErrorKind::Corrupt, context));
    }
    Ok(())
}

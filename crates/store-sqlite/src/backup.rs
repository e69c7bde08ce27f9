//! Copying a store while it runs, and putting it back.
//!
//! A backup is a folder with the database as it was at one instant, the sealed sources that this
//! database refers to, and `manifest.json`, which lists every file with its SHA-256. Keys are not
//! part of it: they live in the operator's settings and are kept apart, since whoever holds both
//! holds everything. Without them a backup opens nothing.

mod copy;
mod manifest;
mod restore;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use cartola_store::{StoreError, StoreErrorKind};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use self::copy::{copy, fingerprint};
use self::manifest::{FileEntry, Manifest};
use crate::check::count;
use crate::error::Doing;
use crate::leftovers::named;
use crate::{SqliteStore, folder, migrate};

pub use self::manifest::Counts;
pub use self::restore::restore;

/// Pages copied between two reports of progress, 8 KiB each.
const PAGES_PER_STEP: i32 = 4_096;

const COPYING: &str = "copying the database";

impl SqliteStore {
    /// Copies the store to `destination`, which must not exist, while it is read and written.
    /// `progress` is told how much of how much is done, in pages and then in files too; the whole is
    /// known better once the pages are copied. Blocks.
    ///
    /// The log cannot be shortened meanwhile: a writer that is busy all along needs space for what
    /// it writes until the pages are copied.
    pub fn backup(
        &self,
        destination: &Path,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Counts, StoreError> {
        if destination.try_exists().doing("looking at the backup's destination")? {
            return Err(StoreError::conflict("the backup's destination exists"));
        }
        in_place(destination, |beside| {
            let source = self.open_reader()?;
            let pages = copy_database(&source, &beside.join(folder::DATABASE), progress)?;
            drop(source);
            let manifest = copy_objects(self.folder(), beside, pages, progress)?;
            write_manifest(beside, &manifest)?;
            Ok(manifest.counts)
        })
    }
}

/// Builds a folder beside its destination and renames it at the end: under its name it is whole or
/// not there.
fn in_place<T>(
    destination: &Path,
    fill: impl FnOnce(&Path) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let beside = beside(destination)?;
    clear(&beside).doing("clearing away an unfinished copy")?;
    folder::create(&beside).doing("creating the copy's folder")?;
    let filled = fill(&beside).and_then(|result| {
        finish(&beside, destination).doing("giving the copy its name")?;
        Ok(result)
    });
    if filled.is_err() {
        drop(clear(&beside));
    }
    filled
}

/// What a process of the same number left behind is its own; two do not run at once.
fn beside(destination: &Path) -> Result<PathBuf, StoreError> {
    let Some(name) = destination.file_name() else {
        return Err(StoreError::new(StoreErrorKind::Misuse, "the copy's destination has no name"));
    };
    let mut beside = OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.partial", std::process::id()));
    Ok(destination.with_file_name(beside))
}

fn clear(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn finish(beside: &Path, destination: &Path) -> io::Result<()> {
    folder::sync(beside)?;
    fs::rename(beside, destination)?;
    match destination.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => folder::sync(parent),
        _ => folder::sync(Path::new(".")),
    }
}

/// Copies one state of the database; gives its pages.
fn copy_database(
    source: &Connection,
    path: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<u64, StoreError> {
    drop(folder::create_file(path).doing(COPYING)?);
    let mut copy = Connection::open(path).doing(COPYING)?;
    // Without a transaction of our own, each write of somebody else would begin the copy anew.
    source.execute_batch("BEGIN").doing(COPYING)?;
    count(source, "SELECT count(*) FROM sqlite_schema")?;
    let pages = run_backup(source, &mut copy, progress)?;
    source.execute_batch("COMMIT").doing(COPYING)?;
    // A file by itself, that needs no log beside it.
    copy.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(())).doing(COPYING)?;
    copy.close().map_err(|(_, error)| error).doing(COPYING)?;
    Ok(pages)
}

fn run_backup(
    source: &Connection,
    copy: &mut Connection,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<u64, StoreError> {
    let backup = Backup::new(source, copy).doing(COPYING)?;
    loop {
        let step = backup.step(PAGES_PER_STEP).doing(COPYING)?;
        let reached = backup.progress();
        let total = u64::try_from(reached.pagecount).unwrap_or(0);
        progress(total - u64::try_from(reached.remaining).unwrap_or(0), total);
        match step {
            StepResult::Done => return Ok(total),
            StepResult::More => {}
            _ => return Err(StoreError::new(StoreErrorKind::Busy, "the copy is in use")),
        }
    }
}

/// Copies the objects that the copied database refers to, and lists all files.
fn copy_objects(
    data_folder: &Path,
    beside: &Path,
    pages: u64,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Manifest, StoreError> {
    let database = Connection::open(beside.join(folder::DATABASE)).doing(COPYING)?;
    let mut manifest = Manifest::new(migrate::version(&database)?, counts(&database)?);
    manifest.files.push(fingerprint(beside, folder::DATABASE)?);
    let objects = named(&database)?;
    let total = pages + objects.len() as u64;
    for (done, name) in (pages..).zip(&objects) {
        progress(done, total);
        match copy_object(data_folder, beside, name)? {
            Some(entry) => manifest.files.push(entry),
            None => manifest.counts.objects_absent += 1,
        }
    }
    manifest.counts.objects = manifest.files.len() as u64 - 1;
    progress(total, total);
    Ok(manifest)
}

/// Copies one object; nothing where it is no longer there: objects may be forgotten.
fn copy_object(
    data_folder: &Path,
    beside: &Path,
    name: &Path,
) -> Result<Option<FileEntry>, StoreError> {
    const COPYING: &str = "copying a source of the archive";
    let source = data_folder.join(name);
    if !source.try_exists().doing(COPYING)? {
        return Ok(None);
    }
    copy(&source, beside, name).map(Some)
}

fn counts(database: &Connection) -> Result<Counts, StoreError> {
    Ok(Counts {
        tenants: count(database, "SELECT count(*) FROM tenant")?,
        accounts: count(database, "SELECT count(*) FROM account")?,
        movements: count(database, "SELECT count(*) FROM movement")?,
        imports: count(database, "SELECT count(*) FROM import")?,
        objects: 0,
        objects_absent: 0,
    })
}

fn write_manifest(beside: &Path, manifest: &Manifest) -> Result<(), StoreError> {
    const WRITING: &str = "writing the backup's manifest";
    let mut file = folder::create_file(&beside.join(manifest::NAME)).doing(WRITING)?;
    file.write_all(manifest.to_json()?.as_bytes()).doing(WRITING)?;
    file.sync_all().doing(WRITING)
}

//! What a process that died leaves in the archive's folder, and what is missing there.
//!
//! An object is durable before the unit of work that names it is. A crash in between leaves a sealed
//! source that nothing names: nobody consented to its being kept, so it is removed. Since another
//! process may be in between at this moment, only what is old enough is.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use cartola_primitives::id::{ArchiveId, ID_HEX_DIGITS, TenantId};
use cartola_store::StoreError;
use rusqlite::Connection;

use crate::error::Doing;
use crate::rows::each;
use crate::{SqliteStore, archive, folder};

/// How the name of an object ends that is still being written.
const UNFINISHED: &str = ".new";

/// Every object that a row refers to.
const NAMED: &str = "SELECT tenant, archive FROM import WHERE archive <> zeroblob(16) \
    UNION SELECT tenant, archive FROM record";

const LOOKING: &str = "looking through the archive";

/// What nothing refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Leftovers {
    /// Objects that nothing names.
    pub orphans: u64,
    /// Objects that were not written to their end.
    pub unfinished: u64,
}

impl SqliteStore {
    /// Removes what nothing refers to and was last written before `limit`, which must be long enough
    /// ago for every import of then to have ended. Gives what was removed. Blocks.
    pub fn clear_leftovers(&self, limit: SystemTime) -> Result<Leftovers, StoreError> {
        let present = Present::list(self.folder())?.written_before(limit)?;
        let named = named(&self.open_reader()?)?;
        let mut removed = Leftovers::default();
        for path in present.objects.difference(&named) {
            removed.orphans += remove(self.folder(), path)?;
        }
        for path in &present.unfinished {
            removed.unfinished += remove(self.folder(), path)?;
        }
        Ok(removed)
    }
}

/// Removes a file durably; one that is gone is not counted.
fn remove(data_folder: &Path, path: &Path) -> Result<u64, StoreError> {
    const REMOVING: &str = "removing what nothing names from the archive";
    let path = data_folder.join(path);
    match fs::remove_file(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        removed => removed.doing(REMOVING)?,
    }
    let parent = path.parent().expect("an object lies in the folder of its tenant");
    folder::sync(parent).doing(REMOVING)?;
    Ok(1)
}

/// What lies in the archive's folder; all paths begin there, at the data folder.
///
/// List it before reading which objects are named: what is committed meanwhile is then named.
#[derive(Default)]
pub struct Present {
    objects: BTreeSet<PathBuf>,
    unfinished: BTreeSet<PathBuf>,
    data_folder: PathBuf,
}

impl Present {
    /// Looks. Files of other names than ours are left out, and so left alone.
    pub fn list(data_folder: &Path) -> Result<Self, StoreError> {
        let mut present = Self { data_folder: data_folder.to_owned(), ..Self::default() };
        let root = Path::new(archive::FOLDER);
        for tenant in names(&data_folder.join(root))?.iter().filter(|name| is_id(name)) {
            let within = root.join(tenant);
            for name in names(&data_folder.join(&within))? {
                let path = within.join(&name);
                if is_id(&name) {
                    present.objects.insert(path);
                } else if name.ends_with(UNFINISHED) {
                    present.unfinished.insert(path);
                }
            }
        }
        Ok(present)
    }

    /// What was written to its end, by tenant and id.
    pub fn objects(&self) -> &BTreeSet<PathBuf> {
        &self.objects
    }

    /// What nothing refers to, given what is named.
    pub fn leftovers(&self, named: &BTreeSet<PathBuf>) -> Leftovers {
        let orphans = self.objects.difference(named).count() as u64;
        Leftovers { orphans, unfinished: self.unfinished.len() as u64 }
    }

    fn written_before(mut self, limit: SystemTime) -> Result<Self, StoreError> {
        for paths in [&mut self.objects, &mut self.unfinished] {
            let mut kept = BTreeSet::new();
            for path in std::mem::take(paths) {
                if is_older(&self.data_folder.join(&path), limit).doing(LOOKING)? {
                    kept.insert(path);
                }
            }
            *paths = kept;
        }
        Ok(self)
    }
}

/// Whether a file was last written before an instant; one that is gone by now was not.
fn is_older(path: &Path, limit: SystemTime) -> io::Result<bool> {
    match fs::metadata(path).and_then(|metadata| metadata.modified()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        modified => Ok(modified? < limit),
    }
}

/// The names in a folder that are text, as all of ours are.
fn names(folder: &Path) -> Result<Vec<String>, StoreError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).doing(LOOKING)? {
        names.extend(entry.doing(LOOKING)?.file_name().into_string());
    }
    Ok(names)
}

/// Whether a name is that of a tenant or an object: hexadecimal digits.
pub fn is_id(name: &str) -> bool {
    name.len() == ID_HEX_DIGITS
        && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The objects that imports and records name, as paths from the data folder on.
pub fn named(connection: &Connection) -> Result<BTreeSet<PathBuf>, StoreError> {
    let mut named = BTreeSet::new();
    each(connection, NAMED, [], |columns| {
        let (tenant, id): (TenantId, ArchiveId) = (columns.id()?, columns.id()?);
        named.insert(archive::path(Path::new(archive::FOLDER), tenant, id));
        Ok(true)
    })?;
    Ok(named)
}

/// How many of these objects are not there.
pub fn count_absent(data_folder: &Path, named: &BTreeSet<PathBuf>) -> Result<u64, StoreError> {
    let mut absent = 0;
    for path in named {
        let there = data_folder.join(path).try_exists().doing(LOOKING)?;
        absent += u64::from(!there);
    }
    Ok(absent)
}

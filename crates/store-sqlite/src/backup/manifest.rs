//! What a backup says of itself.

use cartola_crypto::ContentHash;
use cartola_store::{StoreError, StoreErrorKind};
use serde::{Deserialize, Serialize};

use crate::leftovers::is_id;
use crate::{SCHEMA, archive, folder};

/// The manifest within the backup's folder.
pub const NAME: &str = "manifest.json";

/// The format of the folder that this program writes and reads.
const FORMAT: u32 = 1;

/// How many rows and objects a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Tenants.
    pub tenants: u64,
    /// Accounts.
    pub accounts: u64,
    /// Movements.
    pub movements: u64,
    /// Imports.
    pub imports: u64,
    /// Sealed sources.
    pub objects: u64,
    /// Sealed sources that imports name and that had been forgotten by then.
    pub objects_absent: u64,
}

/// One file of a backup.
#[derive(Debug, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path within the backup, with `/`.
    pub path: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: ContentHash,
}

/// What is in a backup.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of the folder.
    pub format: u32,
    /// The schema of the database.
    pub schema: usize,
    /// What is in it.
    pub counts: Counts,
    /// Every file but this one.
    pub files: Vec<FileEntry>,
}

impl Manifest {
    pub fn new(schema: usize, counts: Counts) -> Self {
        Self { format: FORMAT, schema, counts, files: Vec::new() }
    }

    pub fn to_json(&self) -> Result<String, StoreError> {
        serde_json::to_string_pretty(self).map_err(|error| {
            StoreError::new(StoreErrorKind::Misuse, "writing the backup's manifest")
                .caused_by(error)
        })
    }

    /// Reads a manifest, and refuses one that this program cannot restore from.
    pub fn of_json(text: &str) -> Result<Self, StoreError> {
        let manifest: Self = serde_json::from_str(text).map_err(|error| {
            StoreError::corrupt("the backup's manifest is damaged").caused_by(error)
        })?;
        if manifest.format > FORMAT || manifest.schema > SCHEMA {
            let context = "the backup was made by a newer version of this program";
            return Err(StoreError::new(StoreErrorKind::TooNew, context));
        }
        let sound = manifest.files.iter().all(|file| is_ours(&file.path))
            && manifest.files.iter().any(|file| file.path == folder::DATABASE);
        sound.then_some(manifest).ok_or_else(|| {
            StoreError::corrupt("the backup's manifest lists what no backup of ours holds")
        })
    }
}

/// Whether a path is one that a backup writes: nothing that a manifest says leads elsewhere.
fn is_ours(path: &str) -> bool {
    let mut parts = path.split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(folder::DATABASE), None, None, None) => true,
        (Some(archive::FOLDER), Some(tenant), Some(id), None) => is_id(tenant) && is_id(id),
        _ => false,
    }
}

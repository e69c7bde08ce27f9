//! Files and folders that only their owner can read.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use cartola_store::{StoreError, StoreErrorKind};

use crate::error::Doing;

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// The database within its folder.
pub const DATABASE: &str = "cartola.db";

/// Held while a store is opened, so that two processes never set up one file at once.
const LOCK: &str = "cartola.lock";

/// There as long as the store is a copy that was not brought to its end. Beside the database, since
/// that may be torn.
pub const UNFINISHED: &str = "unfinished-copy";

/// Creates a folder and those above it; one that exists is left as it is.
pub fn create(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path)
}

/// Creates a file that must not exist.
pub fn create_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path)
}

/// Creates an empty file unless it exists. SQLite gives its own files beside it the same mode.
pub fn touch(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(FILE_MODE).open(path)
}

/// Makes the names in a folder durable.
pub fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Waits until no other process opens this folder, and keeps others waiting until dropped.
pub fn lock(folder: &Path) -> Result<File, StoreError> {
    let file = touch(&folder.join(LOCK)).doing("opening the lock of the data folder")?;
    file.lock().doing("locking the data folder")?;
    Ok(file)
}

/// Refuses a store that is an unfinished copy.
pub fn refuse_unfinished(folder: &Path) -> Result<(), StoreError> {
    const LOOKING: &str = "looking whether the store is whole";
    if folder.join(UNFINISHED).try_exists().doing(LOOKING)? {
        let context = "a copy into it was not brought to its end";
        return Err(StoreError::new(StoreErrorKind::Unfinished, context));
    }
    Ok(())
}

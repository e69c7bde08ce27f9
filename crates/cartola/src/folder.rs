//! The data folder and its files: only their owner can read them.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

const FOLDER_MODE: u32 = 0o700;
pub const FILE_MODE: u32 = 0o600;

/// The bits that let others than the owner do something.
pub const OTHERS: u32 = 0o077;

/// The store's file, by which a data folder is known.
const STORE: &str = "cartola.db";

/// Held by the gateway that runs on a folder.
const LOCK: &str = "gateway.lock";

/// The lock of whoever runs the jobs of a folder: its gateway, or a command where there is none.
pub const JOBS_LOCK: &str = "jobs.lock";

/// What runs on a folder of its own.
pub struct Occupant {
    /// What people call it.
    name: &'static str,
    /// What its folder holds from its first moment on: one of these.
    files: &'static [&'static str],
}

/// The gateway, on its data folder.
pub const GATEWAY: Occupant =
    Occupant { name: "gateway", files: &[LOCK, crate::keys::FOLDER, STORE] };

/// The sandbox, on its own.
pub const SANDBOX: Occupant = Occupant { name: "sandbox", files: &[cartola_sandbox::FILE_NAME] };

/// Whether there is a store in the folder.
pub fn has_store(folder: &Path) -> bool {
    folder.join(STORE).exists()
}

/// The same, where the folder may be one that cannot be looked into.
pub fn holds_store(folder: &Path) -> io::Result<bool> {
    folder.join(STORE).try_exists()
}

/// Makes the folder, or takes an empty one or one of the occupant's, and closes it to others. A
/// folder of something else is refused.
pub fn prepare(folder: &Path, occupant: &Occupant) -> anyhow::Result<()> {
    let making = || format!("the data folder {} cannot be made", folder.display());
    if !folder.try_exists().with_context(making)? {
        return create(folder).with_context(making);
    }
    let reading = || format!("the data folder {} cannot be read", folder.display());
    let is_ours = occupant.files.iter().any(|name| folder.join(name).exists());
    if !is_ours && !is_empty(folder).with_context(reading)? {
        bail!(
            "{} holds other files; name a folder that is empty, is not there yet, or is a folder \
             of the {} already",
            folder.display(),
            occupant.name
        );
    }
    close_to_others(folder)
}

/// Whether a folder holds nothing.
pub fn is_empty(folder: &Path) -> io::Result<bool> {
    Ok(fs::read_dir(folder)?.next().is_none())
}

fn close_to_others(folder: &Path) -> anyhow::Result<()> {
    let closing = || format!("others may read {} and that cannot be changed", folder.display());
    if mode(folder).with_context(closing)? != FOLDER_MODE {
        fs::set_permissions(folder, Permissions::from_mode(FOLDER_MODE)).with_context(closing)?;
    }
    Ok(())
}

/// Makes a folder and those above it.
pub fn create(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)
}

/// Who may do what with a file or folder: the nine bits.
pub fn mode(path: &Path) -> io::Result<u32> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o777)
}

/// Writes a private file so that under its name it is whole or not there, whatever happens.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let beside = beside(path);
    let mut file = create_private(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

/// Opens an empty file that only its owner can read, in place of one that may be there.
pub fn create_private(path: &Path) -> io::Result<File> {
    let file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(FILE_MODE).open(path)?;
    // One that was there has its own mode.
    if file.metadata()?.is_file() {
        file.set_permissions(Permissions::from_mode(FILE_MODE))?;
    }
    Ok(file)
}

/// Makes a file that only its owner can read, where none is of that name.
pub fn create_new_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

/// Keeps other gateways off a folder until dropped, or until the process dies.
pub fn lock(folder: &Path) -> anyhow::Result<File> {
    try_lock(folder, LOCK)?.with_context(|| {
        format!("a gateway runs on {} already; stop it, or name another folder", folder.display())
    })
}

/// Takes a lock of a folder until dropped, or until the process dies; nothing where another process
/// has it.
pub fn try_lock(folder: &Path, name: &str) -> anyhow::Result<Option<File>> {
    let path = folder.join(name);
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(FILE_MODE)
        .open(&path)
        .with_context(|| format!("{} cannot be opened", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("{} cannot be locked", path.display()))
        }
    }
}

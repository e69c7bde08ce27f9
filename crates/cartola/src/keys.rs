//! The master key of a data folder that keeps its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use cartola_crypto::{KeyRing, MasterKey};
use cartola_primitives::Secret;
use cartola_primitives::randomness::OsRandomness;

use crate::folder;

/// The folder of keys within a data folder.
pub const FOLDER: &str = "keys";

/// The master key within [`FOLDER`].
const MASTER_KEY: &str = "master.key";

/// Longest file that is read as a key, in bytes.
const MAX_KEY_FILE_BYTES: u64 = 4_096;

/// Where a data folder keeps its master key.
pub fn path_in(data: &Path) -> PathBuf {
    data.join(FOLDER).join(MASTER_KEY)
}

/// The keys of a folder that keeps its own.
pub fn of_folder(data: &Path) -> anyhow::Result<KeyRing> {
    let path = path_in(data);
    if !path.exists() && folder::has_store(data) {
        bail!(
            "{} holds a store and its master key is not at {}; put the key back there, or name a \
             configuration that has it with --config",
            data.display(),
            path.display()
        );
    }
    Ok(KeyRing::new(read(&path)?, Vec::new()))
}

/// The same, and makes the key of a folder that has neither key nor store. The key comes first, so
/// a store without one has lost it.
pub fn of_folder_or_new(data: &Path) -> anyhow::Result<KeyRing> {
    let path = path_in(data);
    if !path.exists() && !folder::has_store(data) {
        make(&path).with_context(|| format!("the master key {} cannot be made", path.display()))?;
    }
    of_folder(data)
}

fn make(path: &Path) -> io::Result<()> {
    let key = MasterKey::generate(&OsRandomness).to_base64();
    let text = Secret::new(format!("{}\n", key.expose()));
    if let Some(folder) = path.parent() {
        folder::create(folder)?;
    }
    folder::write_private(path, text.expose().as_bytes())
}

/// One master key in a file.
pub fn read(path: &Path) -> anyhow::Result<MasterKey> {
    let text = read_text(path)?;
    MasterKey::from_base64(&text).with_context(|| format!("{} holds no master key", path.display()))
}

/// Whether others than its owner may use a file of keys.
pub fn is_open_to_others(path: &Path) -> bool {
    folder::mode(path).is_ok_and(|mode| mode & folder::OTHERS != 0)
}

/// The first line of a file that holds a password or PIN: what follows is its editor's.
pub fn read_first_line(path: &Path) -> anyhow::Result<Secret<String>> {
    let text = read_text(path)?;
    Ok(Secret::new(text.expose().lines().next().unwrap_or_default().to_owned()))
}

/// A file that holds a secret as text.
pub fn read_text(path: &Path) -> anyhow::Result<Secret<String>> {
    let reading = || format!("{} cannot be read", path.display());
    if fs::metadata(path).with_context(reading)?.len() > MAX_KEY_FILE_BYTES {
        bail!("{} is too large to hold a secret; name another file", path.display());
    }
    fs::read_to_string(path).map(Secret::new).with_context(reading)
}

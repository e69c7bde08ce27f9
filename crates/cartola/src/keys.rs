//! The master key of a data folder that keeps its own.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use cartola_crypto::{KeyRing, MasterKey};
use cartola_engine::vault::{KeySource, KeysUnread};
use cartola_primitives::Secret;
use cartola_primitives::randomness::OsRandomness;
use zeroize::Zeroizing;

use crate::config::one_a_line;
use crate::folder;
use crate::problem::sentence;

/// The folder of keys within a data folder.
pub const FOLDER: &str = "keys";

/// The master key within [`FOLDER`].
const MASTER_KEY: &str = "master.key";

/// Those before it that still wrap something, one a line, within [`FOLDER`].
const RETIRED_KEYS: &str = "retired.keys";

/// Held by whoever changes them.
const LOCK: &str = "rotation.lock";

/// A key in base64 and a line break, bytes.
const LINE_BYTES: usize = 45;

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
    Ok(KeyRing::new(read(&path)?, read_retired(data)?))
}

/// The keys of such a folder, as they are by the time that they are read.
pub struct FolderKeys(PathBuf);

impl FolderKeys {
    /// Those of this folder.
    pub fn of(data: &Path) -> Self {
        Self(data.to_owned())
    }
}

impl KeySource for FolderKeys {
    fn read(&self) -> Result<KeyRing, KeysUnread> {
        of_folder(&self.0).map_err(|error| KeysUnread(sentence(&error)))
    }
}

/// Keeps others from changing the keys of a folder until dropped, or until the process dies.
pub fn lock(data: &Path) -> anyhow::Result<File> {
    folder::try_lock(&data.join(FOLDER), LOCK)?
        .context("another rotation runs on the data folder already; let it end first")
}

/// Makes a new master key for the folder and retires the one that was: kept first, so that whatever
/// happens, what it wraps can be opened.
pub fn make_next(data: &Path) -> anyhow::Result<()> {
    let path = path_in(data);
    let mut kept = vec![read(&path)?];
    kept.extend(read_retired(data)?);
    kept.sort_by_key(MasterKey::id);
    kept.dedup_by_key(|key| key.id());
    let mut text = Zeroizing::new(String::with_capacity(kept.len() * LINE_BYTES));
    for key in &kept {
        text.push_str(key.to_base64().expose());
        text.push('\n');
    }
    let retired = retired_in(data);
    folder::write_private(&retired, text.as_bytes())
        .with_context(|| format!("{} cannot be written", retired.display()))?;
    make(&path).with_context(|| format!("the master key {} cannot be made", path.display()))
}

/// Forgets the keys of a folder that wrap nothing any more.
pub fn forget_retired(data: &Path) -> anyhow::Result<()> {
    let path = retired_in(data);
    match fs::remove_file(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.with_context(|| format!("{} cannot be removed", path.display())),
    }
}

fn retired_in(data: &Path) -> PathBuf {
    data.join(FOLDER).join(RETIRED_KEYS)
}

fn read_retired(data: &Path) -> anyhow::Result<Vec<MasterKey>> {
    let path = retired_in(data);
    if path.exists() { one_a_line(&path) } else { Ok(Vec::new()) }
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

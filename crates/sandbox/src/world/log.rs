//! A file of what people did, each line a record, nothing ever rewritten.
//!
//! A line is the checksum of everything before it and itself, a blank, and JSON. A process that is
//! killed while writing leaves at most one line that is not whole: it is cut off when the file is
//! opened again, and nobody was told of it, since an answer is given after the disk has it. What
//! several people did meanwhile is put on the disk together.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// Digits of a checksum: 64 bits against a torn or mistyped line, not against an enemy.
const CHECKSUM_DIGITS: usize = 16;
/// It is its owner's alone, as everything in a gateway's folder.
const FILE_MODE: u32 = 0o600;
/// Longest file that is read, in bytes: years of a busy box.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Another process has it open.
    #[error("the sandbox's folder is in use by another process; stop that one first")]
    InUse,
    /// A line that is not the last one is broken.
    #[error("line {line} of the sandbox's file is damaged; restore the file or use another folder")]
    Damaged {
        /// Counted from 1.
        line: usize,
    },
    /// Larger than [`MAX_FILE_BYTES`].
    #[error("the sandbox's file is larger than {MAX_FILE_BYTES} bytes; use another folder")]
    TooLarge,
    /// A write failed before, so that what the file holds is not known until it is opened again.
    #[error("the sandbox could not write to its file; free some disk and start it again")]
    Broken,
    /// The operating system refused.
    #[error("the sandbox's file cannot be read or written")]
    Io(#[from] std::io::Error),
}

/// The open file.
#[derive(Debug)]
pub(crate) struct Log {
    file: Arc<File>,
    checksum: String,
    standing: Arc<Standing>,
}

/// How far the file is.
#[derive(Debug, Default)]
struct Standing {
    /// Records that were written.
    written: AtomicU64,
    /// Records that the disk has.
    synced: AtomicU64,
    /// Whether a write failed.
    broken: AtomicBool,
}

/// Puts what was written on the disk.
#[derive(Debug)]
pub(crate) struct Syncer {
    file: Arc<File>,
    standing: Arc<Standing>,
    /// Whether the disk has failed: that it does so no more the next time says nothing of what it lost.
    failed: Mutex<bool>,
}

impl Syncer {
    /// Records that were written so far.
    pub(crate) fn written(&self) -> u64 {
        self.standing.written.load(Ordering::Acquire)
    }

    /// Whether the disk has so many records.
    pub(crate) fn has(&self, records: u64) -> bool {
        self.standing.synced.load(Ordering::Acquire) >= records
    }

    /// Comes back when the disk has all that was written before. Whoever waits while somebody else
    /// does so is done with the next time, together with all others.
    pub(crate) fn sync(&self) -> Result<(), LogError> {
        let wanted = self.written();
        if self.has(wanted) {
            return Ok(());
        }
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if self.has(wanted) {
            return Ok(());
        }
        if *failed {
            return Err(LogError::Broken);
        }
        let written = self.written();
        if let Err(error) = self.file.sync_data() {
            *failed = true;
            self.standing.broken.store(true, Ordering::Release);
            return Err(error.into());
        }
        self.standing.synced.store(written, Ordering::Release);
        Ok(())
    }

    /// As after a disk that failed.
    #[cfg(test)]
    pub(crate) fn fail(&self) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }
}

impl Log {
    /// Opens or makes the file, gives what it holds, and cuts off a line that is not whole.
    pub(crate) fn open<R: DeserializeOwned>(path: &Path) -> Result<(Self, Vec<R>), LogError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(FILE_MODE);
        let mut file = options.open(path)?;
        file.try_lock().map_err(|_| LogError::InUse)?;
        if file.metadata()?.len() > MAX_FILE_BYTES {
            return Err(LogError::TooLarge);
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let Whole { records, length, checksum } = read(&bytes)?;
        if length < bytes.len() {
            file.set_len(length as u64)?;
            file.sync_all()?;
        }
        file.seek(SeekFrom::End(0))?;
        if bytes.is_empty() {
            sync_folder(path)?;
        }
        Ok((Self { file: Arc::new(file), checksum, standing: Arc::default() }, records))
    }

    /// What puts on the disk what is written here.
    pub(crate) fn syncer(&self) -> Syncer {
        let (file, standing) = (Arc::clone(&self.file), Arc::clone(&self.standing));
        Syncer { file, standing, failed: Mutex::default() }
    }

    /// Writes a record. The disk has it after [`Syncer::sync`]. After a failure nothing more is taken.
    pub(crate) fn append<R: Serialize>(&mut self, record: &R) -> Result<(), LogError> {
        if self.standing.broken.load(Ordering::Acquire) {
            return Err(LogError::Broken);
        }
        let json = serde_json::to_string(record).map_err(std::io::Error::from)?;
        let checksum = checksum(&self.checksum, &json);
        let mut file = &*self.file;
        if let Err(error) = file.write_all(format!("{checksum} {json}\n").as_bytes()) {
            self.standing.broken.store(true, Ordering::Release);
            return Err(error.into());
        }
        self.standing.written.fetch_add(1, Ordering::Release);
        self.checksum = checksum;
        Ok(())
    }
}

/// What a file holds, for a look beside the process that writes it. A line that is being written is
/// not whole yet, and left out.
pub(crate) fn records<R: DeserializeOwned>(path: &Path) -> Result<Vec<R>, LogError> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(LogError::TooLarge);
    }
    Ok(read(&bytes)?.records)
}

/// What of a file is whole.
struct Whole<R> {
    records: Vec<R>,
    length: usize,
    checksum: String,
}

fn read<R: DeserializeOwned>(bytes: &[u8]) -> Result<Whole<R>, LogError> {
    let mut whole = Whole { records: Vec::new(), length: 0, checksum: String::new() };
    for (line, text) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        match record(&whole.checksum, text) {
            Some((record, checksum)) => {
                whole.records.push(record);
                whole.checksum = checksum;
                whole.length += text.len();
            }
            None if whole.length + text.len() == bytes.len() => break,
            None => return Err(LogError::Damaged { line }),
        }
    }
    Ok(whole)
}

fn record<R: DeserializeOwned>(before: &str, line: &[u8]) -> Option<(R, String)> {
    let text = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (written, json) = text.split_once(' ')?;
    let expected = checksum(before, json);
    let record = serde_json::from_str(json).ok()?;
    (written == expected).then_some((record, expected))
}

fn checksum(before: &str, json: &str) -> String {
    let digest = Sha256::new().chain_update(before).chain_update(json).finalize();
    let mut hex = data_encoding::HEXLOWER.encode(&digest);
    hex.truncate(CHECKSUM_DIGITS);
    hex
}

/// A new file is there after a power cut once its folder has been written too.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

//! Copying files, durably, with their fingerprint.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use cartola_crypto::ContentHash;
use cartola_store::StoreError;
use sha2::{Digest, Sha256};

use super::manifest::FileEntry;
use crate::error::Doing;
use crate::folder;

/// What is read at once, bytes.
const CHUNK: usize = 256 * 1024;

/// Copies a file to `name` under `folder`, which gets the folders that it needs.
pub fn copy(source: &Path, folder: &Path, name: &Path) -> Result<FileEntry, StoreError> {
    let target = folder.join(name);
    let copied = copy_durably(source, &target).doing("copying a file")?;
    Ok(entry(name, copied))
}

/// The entry of a file that is there already.
pub fn fingerprint(folder: &Path, name: &str) -> Result<FileEntry, StoreError> {
    let read = File::open(folder.join(name)).and_then(|file| pour(file, &mut io::sink()));
    Ok(entry(Path::new(name), read.doing("reading a file")?))
}

fn entry(name: &Path, (bytes, sha256): (u64, ContentHash)) -> FileEntry {
    FileEntry { path: name.to_string_lossy().into_owned(), bytes, sha256 }
}

fn copy_durably(source: &Path, target: &Path) -> io::Result<(u64, ContentHash)> {
    let parent = target.parent().expect("a file under a folder has a parent");
    if !parent.try_exists()? {
        folder::create(parent)?;
    }
    let mut file = folder::create_file(target)?;
    let copied = pour(File::open(source)?, &mut file)?;
    file.sync_all()?;
    folder::sync(parent)?;
    Ok(copied)
}

fn pour(mut from: impl Read, to: &mut impl Write) -> io::Result<(u64, ContentHash)> {
    let mut chunk = vec![0; CHUNK];
    let mut hasher = Sha256::new();
    let mut bytes = 0;
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            return Ok((bytes, ContentHash::from_bytes(hasher.finalize().into())));
        }
        hasher.update(&chunk[..read]);
        to.write_all(&chunk[..read])?;
        bytes += read as u64;
    }
}

//! Files that are signed.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use cartola_crypto::ContentHash;
use cartola_crypto::fingerprint::Hashing;

/// Bytes that are read at a time.
const AT_A_TIME: usize = 64 * 1024;

/// Where the signature of an export is kept.
pub fn signature_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".jws");
    name.into()
}

/// The SHA-256 of a file, and its length.
pub fn hash(path: &Path) -> anyhow::Result<(ContentHash, u64)> {
    let unread = || format!("{} cannot be read", path.display());
    let mut file = File::open(path).with_context(unread)?;
    let (mut hashing, mut bytes) = (Hashing::default(), 0);
    let mut piece = vec![0; AT_A_TIME];
    loop {
        match file.read(&mut piece).with_context(unread)? {
            0 => return Ok((hashing.finish(), bytes)),
            read => {
                hashing.update(&piece[..read]);
                bytes += read as u64;
            }
        }
    }
}

//! Files that are written out, and signed.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use cartola_crypto::ContentHash;
use cartola_crypto::fingerprint::Hashing;
use clap::Args;

use crate::folder;

/// Bytes that are read at a time.
const AT_A_TIME: usize = 64 * 1024;

/// Where an export is written, and what is signed of it.
#[derive(Args)]
pub struct Output {
    /// File to write, which must not exist; what is signed of it is written to FILE.jws
    #[arg(long, value_name = "FILE")]
    pub output: PathBuf,
    /// Write in place of FILE and FILE.jws where they exist
    #[arg(long)]
    force: bool,
}

impl Output {
    /// Refuses what is there, before anything is read or written.
    pub fn check(&self) -> anyhow::Result<()> {
        let files = [self.output.clone(), signature_of(&self.output)];
        files.iter().try_for_each(|file| refuse_existing(file, self.force))
    }

    /// Makes the file to write.
    pub fn create(&self) -> anyhow::Result<File> {
        make(&self.output, self.force)
    }

    /// Makes the file of what is signed of it, and says which it is.
    pub fn create_signature(&self) -> anyhow::Result<(File, PathBuf)> {
        let beside = signature_of(&self.output);
        Ok((make(&beside, self.force)?, beside))
    }
}

/// Refuses a file that is there, unless it was said that it may be written over.
pub fn refuse_existing(path: &Path, force: bool) -> anyhow::Result<()> {
    if !force && path.exists() {
        bail!("{}", is_there(path));
    }
    Ok(())
}

/// Makes a file to write. Another process may have made it since it was looked for.
pub fn make(path: &Path, force: bool) -> anyhow::Result<File> {
    let made = if force { folder::create_private(path) } else { folder::create_new_private(path) };
    made.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => anyhow::anyhow!(is_there(path)),
        _ => anyhow::Error::new(error).context(format!("{} cannot be made", path.display())),
    })
}

fn is_there(path: &Path) -> String {
    format!(
        "{} exists; name a file that is not there yet, or say --force to write in its place",
        path.display()
    )
}

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

//! Reading files to import, and why one is refused.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, bail};
use bytes::Bytes;
use cartola_connector::Place;
use cartola_engine::imports::{ImportError, MAX_FILE_BYTES, MAX_MAPPING_BYTES};
use serde::Serialize;

/// A file that was not imported.
#[derive(Debug, Serialize)]
pub struct Refusal {
    /// Where in the file.
    pub place: String,
    /// Why, and what to do.
    pub reason: String,
}

impl Refusal {
    fn whole(reason: impl Into<String>) -> Self {
        Self { place: Place::File.to_string(), reason: reason.into() }
    }
}

impl From<ImportError> for Refusal {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Refused(error) => {
                Self { place: error.place.to_string(), reason: error.reason }
            }
            error => Self::whole(error.to_string()),
        }
    }
}

/// Reads a file whose size is looked at first, and which cannot grow beyond the limit meanwhile.
pub fn read(path: &Path) -> Result<Bytes, Refusal> {
    let unreadable = |error: io::Error| Refusal::whole(format!("it cannot be read: {error}"));
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(Refusal::whole("it is a folder; name the files in it"));
    }
    if metadata.len() > MAX_FILE_BYTES as u64 {
        return Err(Refusal::from(ImportError::TooLarge));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > MAX_FILE_BYTES {
        return Err(Refusal::from(ImportError::TooLarge));
    }
    Ok(bytes.into())
}

/// Reads a mapping file.
pub fn read_mapping(path: &Path) -> anyhow::Result<String> {
    let reading = || format!("the mapping {} cannot be read", path.display());
    if fs::metadata(path).with_context(reading)?.len() > MAX_MAPPING_BYTES as u64 {
        bail!("the mapping {} is larger than {} KiB", path.display(), MAX_MAPPING_BYTES >> 10);
    }
    fs::read_to_string(path).with_context(reading)
}

//! Anchors as lines of JSON: printed, kept in a file elsewhere, and read again.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use cartola_crypto::jws::VerifyingKey;
use cartola_engine::audit::{Anchored, read_anchor};
use cartola_primitives::id::TenantId;
use cartola_primitives::{Date, Timestamp};
use cartola_store::audit::AnchorRow;
use serde::{Deserialize, Serialize};

use crate::folder::FILE_MODE;

/// Longest file of anchors that is read, bytes: thousands of tenants for years.
const MAX_FILE: u64 = 256 << 20;

/// An anchor as a line. What counts is `signed`; the rest is for people.
#[derive(Serialize)]
pub struct Line<'a> {
    tenant: TenantId,
    number: u64,
    day: Date,
    sequence: u64,
    hash: String,
    made_at: Timestamp,
    signed: &'a str,
}

/// What is read again of it.
#[derive(Deserialize)]
struct Signed {
    signed: String,
}

impl<'a> Line<'a> {
    /// The line of a tenant's anchor.
    pub fn new(tenant: TenantId, row: &'a AnchorRow) -> Self {
        let AnchorRow { number, day, sequence, hash, made_at, signed } = row;
        let (number, day, sequence, made_at) = (*number, *day, *sequence, *made_at);
        Self { tenant, number, day, sequence, hash: hash.hex(), made_at, signed }
    }
}

/// Appends anchors to a file, made where it is not there, and waits until they are on disk. Each is
/// written by one call, so that processes which share the file do not write into each other's lines.
/// Blocks.
pub fn append(path: &Path, made: &[(TenantId, AnchorRow)]) -> io::Result<()> {
    if made.is_empty() {
        return Ok(());
    }
    let mut file = OpenOptions::new().append(true).create(true).mode(FILE_MODE).open(path)?;
    for (tenant, row) in made {
        let mut line = serde_json::to_vec(&Line::new(*tenant, row))?;
        line.push(b'\n');
        file.write_all(&line)?;
    }
    file.sync_data()
}

/// Anchors that were kept in a file, as [`Line`].
pub struct Kept(PathBuf);

impl Kept {
    /// Those of a file.
    pub fn of(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Reads them; each has to be signed by this key.
    pub fn read(&self, key: &VerifyingKey) -> anyhow::Result<Vec<Anchored>> {
        let name = self.0.display();
        let unread = || format!("{name} cannot be read");
        let length = fs::metadata(&self.0).with_context(unread)?.len();
        if length > MAX_FILE {
            bail!("{name} is longer than {MAX_FILE} bytes; split it by tenant");
        }
        let text = fs::read_to_string(&self.0).with_context(unread)?;
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let read = lines.map(|(number, line)| {
            let place = || format!("line {number} of {name} is no anchor of this gateway");
            let Signed { signed } = serde_json::from_str(line).with_context(place)?;
            read_anchor(key, &signed).with_context(place)
        });
        let anchors: Vec<Anchored> = read.collect::<anyhow::Result<_>>()?;
        if anchors.is_empty() {
            bail!("{name} has no anchors; `cartola audit anchors --json` writes them");
        }
        Ok(anchors)
    }
}

//! The raw archive as files: `raw/<tenant>/<id>`, both in hexadecimal digits.
//!
//! | bytes | content |
//! |---|---|
//! | 8 | `CARTRAW` and the format, 1 |
//! | 16 | data key id |
//! | 2 | schema version, big-endian |
//! | n | sealed bytes |

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use cartola_crypto::Sealed;
use cartola_primitives::id::{ArchiveId, DataKeyId, ID_BYTES, TenantId};
use cartola_store::{Archive, StoreError};

use crate::error::Doing;
use crate::folder;
use crate::workers::Workers;

/// The folder of the archive within the data folder.
pub const FOLDER: &str = "raw";

const MAGIC: &[u8; 8] = b"CARTRAW\x01";
const HEADER_BYTES: usize = MAGIC.len() + ID_BYTES + size_of::<u16>();

/// Threads that write and read objects. Most of their time they wait for the disk, and a file system
/// makes durable at once what several of them wait for.
const THREADS: usize = 8;

/// Objects that wait to be written or read; an object may have some megabytes.
const QUEUE: usize = 256;

/// Sealed sources in a folder.
pub struct FolderArchive {
    workers: Workers<PathBuf>,
}

impl FolderArchive {
    /// Opens the archive of a data folder, which must exist.
    pub fn open(data_folder: &Path) -> Result<Self, StoreError> {
        let root = data_folder.join(FOLDER);
        folder::create(&root).doing("creating the folder of the archive")?;
        folder::sync(data_folder).doing("creating the folder of the archive")?;
        Ok(Self { workers: Workers::start("archive", vec![root; THREADS], QUEUE, |_| ())? })
    }
}

#[async_trait]
impl Archive for FolderArchive {
    async fn put(&self, tenant: TenantId, id: ArchiveId, object: Sealed) -> Result<(), StoreError> {
        self.workers
            .run(move |root| put(root, tenant, id, &object).doing("archiving a source"))
            .await
    }

    async fn read(&self, tenant: TenantId, id: ArchiveId) -> Result<Option<Sealed>, StoreError> {
        self.workers.run(move |root| read(&path(root, tenant, id))).await
    }

    async fn remove(&self, tenant: TenantId, id: ArchiveId) -> Result<(), StoreError> {
        self.workers.run(move |root| remove(root, tenant, id).doing("forgetting a source")).await
    }
}

/// Where an object lies.
pub fn path(root: &Path, tenant: TenantId, id: ArchiveId) -> PathBuf {
    root.join(tenant.hex()).join(id.hex())
}

/// Writes beside, then gives the name: under its name an object is whole or not there. A hard link
/// is the one way to give a name that refuses one that exists.
fn put(root: &Path, tenant: TenantId, id: ArchiveId, object: &Sealed) -> io::Result<()> {
    let path = path(root, tenant, id);
    let tenant_folder = root.join(tenant.hex());
    if !tenant_folder.try_exists()? {
        folder::create(&tenant_folder)?;
        folder::sync(root)?;
    }
    let beside = path.with_extension(unused_extension());
    let written = write_new(&beside, object).and_then(|()| fs::hard_link(&beside, &path));
    // Whatever came of it, the other name has served.
    let removed = fs::remove_file(&beside);
    written.and(removed)?;
    folder::sync(&tenant_folder)
}

/// Of two writers of one id, neither touches what the other has begun.
fn unused_extension() -> String {
    static TRIES: AtomicU64 = AtomicU64::new(0);
    format!("{}-{}.new", std::process::id(), TRIES.fetch_add(1, Ordering::Relaxed))
}

fn write_new(path: &Path, object: &Sealed) -> io::Result<()> {
    let mut file = folder::create_file(path)?;
    file.write_all(MAGIC)?;
    file.write_all(object.key.as_bytes())?;
    file.write_all(&object.schema.to_be_bytes())?;
    file.write_all(&object.bytes)?;
    file.sync_all()
}

/// Reads an object; nothing where it is not there.
pub fn read(path: &Path) -> Result<Option<Sealed>, StoreError> {
    const READING: &str = "reading a source from the archive";
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.doing(READING)?,
    };
    let mut header = [0; HEADER_BYTES];
    match file.read_exact(&mut header) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(damaged()),
        result => result.doing(READING)?,
    }
    let (key, schema) = parse(&header).ok_or_else(damaged)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).doing(READING)?;
    Ok(Some(Sealed { key, schema, bytes }))
}

fn parse(header: &[u8; HEADER_BYTES]) -> Option<(DataKeyId, u16)> {
    let rest = header.strip_prefix(MAGIC)?;
    let (key, schema) = rest.split_first_chunk::<ID_BYTES>()?;
    Some((DataKeyId::from_bytes(*key), u16::from_be_bytes(schema.try_into().ok()?)))
}

fn damaged() -> StoreError {
    StoreError::corrupt("an object of the archive is damaged")
}

fn remove(root: &Path, tenant: TenantId, id: ArchiveId) -> io::Result<()> {
    match fs::remove_file(path(root, tenant, id)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => folder::sync(&root.join(tenant.hex())),
    }
}

//! Loading a store from rows.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cartola_crypto::Sealed;
use cartola_primitives::id::{ArchiveId, DataKeyId, TenantId};
use cartola_store::copying::{Cell, Dump, Load, Row, Rows, Table};
use cartola_store::{Archive, StoreError};
use rusqlite::{Connection, params_from_iter};
use tokio::task::JoinSet;

use super::dump::{count_rows, read_rows};
use super::statements::{Bound, inserts, is_archive};
use super::{Shared, on};
use crate::archive::{self, FolderArchive};
use crate::columns::damaged;
use crate::error::Doing;
use crate::{Options, folder, migrate, pragmas};

const LOADING: &str = "loading rows into the store";
const BEGINNING: &str = "beginning a copy";
const COMPLETING: &str = "completing a copy";

/// Pages of the log after which it is copied back, 8 KiB each.
const LOG_PAGES: u32 = 4_096;

/// Sealed files that are written at once, at most.
const FILES_AT_ONCE: usize = 32;

/// A store in a folder that is loaded.
pub struct FolderLoad {
    /// Absent until it is begun.
    connection: Shared,
    folder: PathBuf,
}

impl FolderLoad {
    /// Looks at a folder, which must be there. A conflict where it holds a store that is no
    /// unfinished copy. Touches nothing.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        const LOOKING: &str = "looking at the folder of the copy";
        let unfinished = folder.join(folder::UNFINISHED).try_exists().doing(LOOKING)?;
        for name in [folder::DATABASE, archive::FOLDER] {
            if !unfinished && folder.join(name).try_exists().doing(LOOKING)? {
                return Err(StoreError::conflict("the folder holds a store already"));
            }
        }
        Ok(Self { connection: Arc::new(Mutex::new(None)), folder: folder.to_owned() })
    }
}

#[async_trait]
impl Dump for FolderLoad {
    async fn count(&self, table: &'static Table) -> Result<u64, StoreError> {
        count_rows(&self.connection, &self.folder, table).await
    }

    async fn rows(&self, table: &'static Table) -> Result<Rows, StoreError> {
        Ok(read_rows(&self.connection, &self.folder, table))
    }
}

#[async_trait]
impl Load for FolderLoad {
    async fn begin(&self) -> Result<(), StoreError> {
        let (folder, connection) = (self.folder.clone(), Arc::clone(&self.connection));
        let begun = tokio::task::spawn_blocking(move || {
            mark(&folder)?;
            clear(&folder).doing(BEGINNING)?;
            let opened = open(&folder)?;
            *connection.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(opened);
            Ok(())
        });
        begun.await.map_err(|error| damaged().caused_by(error))?
    }

    async fn add(&self, table: &'static Table, rows: Vec<Row>) -> Result<(), StoreError> {
        if is_archive(table) {
            return put_all(&self.folder, rows).await;
        }
        on(&self.connection, move |connection| insert(connection, table, &rows)).await
    }

    async fn settle(&self) -> Result<(), StoreError> {
        // Nothing follows from rows here.
        Ok(())
    }

    async fn complete(&self) -> Result<(), StoreError> {
        let folder = self.folder.clone();
        on(&self.connection, move |connection| {
            let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
            connection.query_row(checkpoint, [], |_| Ok(())).doing(COMPLETING)?;
            finish(&folder).doing(COMPLETING)
        })
        .await
    }
}

/// From here on nobody opens what is in the folder.
fn mark(folder: &Path) -> Result<(), StoreError> {
    drop(folder::touch(&folder.join(folder::UNFINISHED)).doing(BEGINNING)?);
    folder::sync(folder).doing(BEGINNING)
}

/// Removes what an earlier copy has left.
fn clear(folder: &Path) -> io::Result<()> {
    for ending in ["", "-wal", "-shm"] {
        let path = folder.join(format!("{}{ending}", folder::DATABASE));
        gone(fs::remove_file(path))?;
    }
    gone(fs::remove_dir_all(folder.join(archive::FOLDER)))
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    removed.or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })
}

fn open(folder: &Path) -> Result<Connection, StoreError> {
    let database = folder.join(folder::DATABASE);
    drop(folder::create_file(&database).doing(BEGINNING)?);
    folder::create(&folder.join(archive::FOLDER)).doing(BEGINNING)?;
    let mut connection = pragmas::open_writer(&database, &Options::default())?;
    migrate::migrate(&mut connection)?;
    let every = format!("PRAGMA wal_autocheckpoint = {LOG_PAGES}");
    connection.query_row(&every, [], |_| Ok(())).doing(BEGINNING)?;
    Ok(connection)
}

/// All names are durable before the mark goes.
fn finish(folder: &Path) -> io::Result<()> {
    File::open(folder.join(folder::DATABASE))?.sync_all()?;
    folder::sync(&folder.join(archive::FOLDER))?;
    folder::sync(folder)?;
    fs::remove_file(folder.join(folder::UNFINISHED))?;
    folder::sync(folder)
}

fn insert(
    connection: &mut Connection,
    table: &'static Table,
    rows: &[Row],
) -> Result<(), StoreError> {
    let transaction = connection.transaction().doing(LOADING)?;
    for statement in inserts(table) {
        let mut insert = transaction.prepare_cached(&statement).doing(LOADING)?;
        for row in rows {
            let values = table.columns.iter().zip(&row.0).map(|(column, cell)| Bound(column, cell));
            insert.execute(params_from_iter(values)).doing(LOADING)?;
        }
    }
    transaction.commit().doing(LOADING)
}

/// Writes sealed files, several at once: each waits for the disk.
async fn put_all(folder: &Path, rows: Vec<Row>) -> Result<(), StoreError> {
    let archive = Arc::new(FolderArchive::open(folder)?);
    let mut writing = JoinSet::new();
    for row in rows {
        let (tenant, id, object) = object_of(row).ok_or_else(damaged)?;
        if writing.len() == FILES_AT_ONCE {
            written(writing.join_next().await)?;
        }
        let archive = Arc::clone(&archive);
        writing.spawn(async move { archive.put(tenant, id, object).await });
    }
    while let Some(outcome) = writing.join_next().await {
        written(Some(outcome))?;
    }
    Ok(())
}

fn written(
    outcome: Option<Result<Result<(), StoreError>, tokio::task::JoinError>>,
) -> Result<(), StoreError> {
    outcome.map_or(Ok(()), |outcome| outcome.map_err(|error| damaged().caused_by(error))?)
}

fn object_of(row: Row) -> Option<(TenantId, ArchiveId, Sealed)> {
    let [tenant, id, key, schema, Cell::Bytes(bytes)]: [Cell; 5] = row.0.try_into().ok()? else {
        return None;
    };
    let id_bytes = |cell: &Cell| cell.bytes().and_then(|bytes| bytes.try_into().ok());
    let schema = schema.integer().and_then(|schema| schema.try_into().ok())?;
    let key = DataKeyId::from_bytes(id_bytes(&key)?);
    let (tenant, id) =
        (TenantId::from_bytes(id_bytes(&tenant)?), ArchiveId::from_bytes(id_bytes(&id)?));
    Some((tenant, id, Sealed { key, schema, bytes }))
}

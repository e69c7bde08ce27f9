//! Reading all rows as they are.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cartola_store::StoreError;
use cartola_store::copying::stream::channel;
use cartola_store::copying::{Cell, Dump, Row, Rows, Sender, Table};
use rusqlite::Connection;

use super::statements::{cell, count, is_archive, select};
use super::{Shared, on, with};
use crate::columns::damaged;
use crate::error::Doing;
use crate::leftovers::Present;
use crate::{Options, archive, folder, migrate, pragmas};

const READING: &str = "reading all rows of the store";

/// A store that is read as it is. Nobody writes to it as long as this is there.
pub struct FolderDump {
    connection: Shared,
    folder: PathBuf,
}

impl FolderDump {
    /// Opens the store of a folder, brings an older one up to date, and waits for whoever writes to
    /// it ([`cartola_store::StoreErrorKind::Busy`] where that takes too long). Blocks.
    pub fn open(folder: &Path, options: &Options) -> Result<Self, StoreError> {
        folder::refuse_unfinished(folder)?;
        let lock = folder::lock(folder)?;
        let mut connection = pragmas::open_writer(&folder.join(folder::DATABASE), options)?;
        migrate::migrate(&mut connection)?;
        drop(lock);
        // Others go on reading, and wait to write.
        connection.execute_batch("BEGIN IMMEDIATE").doing("keeping others from writing")?;
        Ok(Self { connection: shared(connection), folder: folder.to_owned() })
    }
}

/// A store that is read as it is at one instant, while others go on writing to it. Sealed files are read as
/// they are by then.
pub struct FolderSnapshot(FolderDump);

impl FolderSnapshot {
    /// Opens the store of a folder, whose schema must be up to date. Blocks.
    pub fn open(folder: &Path, options: &Options) -> Result<Self, StoreError> {
        const FIXING: &str = "fixing what is read to one instant";
        folder::refuse_unfinished(folder)?;
        let database = folder.join(folder::DATABASE);
        let connection = pragmas::open_reader(&database, options.busy_timeout)?;
        connection.execute_batch("BEGIN").doing(FIXING)?;
        // The first question does.
        migrate::version(&connection)?;
        Ok(Self(FolderDump { connection: shared(connection), folder: folder.to_owned() }))
    }
}

#[async_trait]
impl Dump for FolderSnapshot {
    async fn count(&self, table: &'static Table) -> Result<u64, StoreError> {
        self.0.count(table).await
    }

    async fn rows(&self, table: &'static Table) -> Result<Rows, StoreError> {
        self.0.rows(table).await
    }
}

pub fn shared(connection: Connection) -> Shared {
    Arc::new(Mutex::new(Some(connection)))
}

#[async_trait]
impl Dump for FolderDump {
    async fn count(&self, table: &'static Table) -> Result<u64, StoreError> {
        count_rows(&self.connection, &self.folder, table).await
    }

    async fn rows(&self, table: &'static Table) -> Result<Rows, StoreError> {
        Ok(read_rows(&self.connection, &self.folder, table))
    }
}

/// The number of rows of a table.
pub async fn count_rows(
    connection: &Shared,
    folder: &Path,
    table: &'static Table,
) -> Result<u64, StoreError> {
    let folder = folder.to_owned();
    on(connection, move |connection| {
        if is_archive(table) {
            return Ok(Present::list(&folder)?.objects().len() as u64);
        }
        let rows: i64 = connection.query_row(&count(table), [], |row| row.get(0)).doing(READING)?;
        u64::try_from(rows).map_err(|_| damaged())
    })
    .await
}

/// The rows of a table, read on a thread that may block.
pub fn read_rows(connection: &Shared, folder: &Path, table: &'static Table) -> Rows {
    let (mut sender, rows) = channel();
    let (connection, folder) = (Arc::clone(connection), folder.to_owned());
    tokio::task::spawn_blocking(move || {
        let outcome = if is_archive(table) {
            send_objects(&folder, &mut sender)
        } else {
            with(&connection, |connection| send_rows(connection, table, &mut sender))
        };
        sender.blocking_end(outcome);
    });
    rows
}

fn send_rows(
    connection: &Connection,
    table: &Table,
    sender: &mut Sender,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(&select(table)).doing(READING)?;
    let mut rows = statement.query([]).doing(READING)?;
    while let Some(row) = rows.next().doing(READING)? {
        let mut cells = Vec::with_capacity(table.columns.len());
        for (place, column) in table.columns.iter().enumerate() {
            let value = row.get_ref(place).doing(READING)?;
            cells.push(cell(column, value).ok_or_else(damaged)?);
        }
        if !sender.blocking_send(Row(cells)) {
            break;
        }
    }
    Ok(())
}

/// Sealed files, in the order of their names, which is that of their ids.
fn send_objects(folder: &Path, sender: &mut Sender) -> Result<(), StoreError> {
    for path in Present::list(folder)?.objects() {
        // Of a folder that is in use, somebody may have removed it meanwhile.
        let Some(object) = archive::read(&folder.join(path))? else { continue };
        let mut ids = path.iter().skip(1).map(|name| id_of(name.to_str()?));
        let (tenant, id) = ids.next().flatten().zip(ids.next().flatten()).ok_or_else(damaged)?;
        let cells = vec![
            Cell::Bytes(tenant),
            Cell::Bytes(id),
            Cell::Bytes(object.key.as_bytes().to_vec()),
            Cell::Integer(object.schema.into()),
            Cell::Bytes(object.bytes),
        ];
        if !sender.blocking_send(Row(cells)) {
            break;
        }
    }
    Ok(())
}

/// The bytes of an id of its hexadecimal digits.
fn id_of(name: &str) -> Option<Vec<u8>> {
    let digits = (0..name.len()).step_by(2).map(|begin| name.get(begin..begin + 2));
    digits.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

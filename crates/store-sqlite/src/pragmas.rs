//! How connections are set up.

use std::path::Path;
use std::time::Duration;

use cartola_store::StoreError;
use rusqlite::{Connection, OpenFlags};

use crate::Options;
use crate::error::Doing;

/// Bytes of a page. A movement takes some 200 bytes, so that a page of a list is two or three of
/// these. Ingest needs 6 % less processor time than with 4 KiB; with 16 KiB it would need 5 % less
/// again, but a small commit would write twice as much.
const PAGE_SIZE: u32 = 8_192;

/// The writer's page cache, KiB. What a transaction changes beyond it goes to the log early, and the
/// log is read again when it is committed. After a bulk load the cache is emptied: see `writer`.
const WRITER_CACHE_KIB: u32 = 24 * 1024;

/// Where SQLite keeps what it may have to undo of a unit that shares its transaction. In files, the
/// pages that a unit changes would be written there once more, and most of what the writer wrote
/// went there. A unit is bounded, and a large one is written alone and needs none of it.
const UNDONE_IN: &str = "MEMORY";

/// A reader's page cache, KiB. Other pages are the operating system's to keep. Neither four times as
/// much nor a memory map made a page of movements measurably faster, and where a file is mapped, a
/// disk that fails ends the process instead of giving an error.
const READER_CACHE_KIB: u32 = 2 * 1024;

/// The log is cut back to this size after a bulk load made it longer, bytes. It is copied back at half of
/// it, and a few large units may come before: what is cut off would be allotted again each time.
const LOG_SIZE: u64 = 64 << 20;

/// Prepared statements that a connection keeps; there are fewer in this crate.
const STATEMENTS: usize = 192;

const OPENING: &str = "setting up a connection to the store";

/// The connection that writes. The file must exist.
pub fn open_writer(path: &Path, options: &Options) -> Result<Connection, StoreError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, options.busy_timeout)?;
    set(&connection, "synchronous", "FULL")?;
    set(&connection, "cache_size", -i64::from(WRITER_CACHE_KIB))?;
    set(&connection, "temp_store", UNDONE_IN)?;
    set(&connection, "journal_size_limit", i64::try_from(LOG_SIZE).unwrap_or(i64::MAX))?;
    // What is deleted is written over at once: of people who are erased, glosas lie in plain columns.
    set(&connection, "secure_delete", true)?;
    // The writer copies the log back itself, after it has answered: see `writer`.
    set(&connection, "wal_autocheckpoint", 0)?;
    if let Some(pages) = options.max_pages {
        set(&connection, "max_page_count", pages)?;
    }
    Ok(connection)
}

/// Chooses the size of a page, which only a new file takes, and the kind of log, which a restored
/// file does not have yet.
pub fn prepare_file(connection: &Connection) -> Result<(), StoreError> {
    set(connection, "page_size", PAGE_SIZE)?;
    set(connection, "journal_mode", "WAL")
}

/// A connection that reads.
pub fn open_reader(path: &Path, busy: Duration) -> Result<Connection, StoreError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY, busy)?;
    set(&connection, "cache_size", -i64::from(READER_CACHE_KIB))?;
    Ok(connection)
}

/// A connection that looks into a file of which nobody knows how it was left. It reads alone, but may
/// write: what a killed process has half done is undone by whoever opens the file first, and one that
/// only reads cannot.
pub fn open_first(path: &Path, busy: Duration) -> Result<Connection, StoreError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, busy)
}

fn open(path: &Path, access: OpenFlags, busy: Duration) -> Result<Connection, StoreError> {
    // A connection never leaves its thread while it is used.
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).doing("opening the database")?;
    connection.busy_timeout(busy).doing(OPENING)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A damaged or malicious schema cannot call functions with effects.
    set(&connection, "trusted_schema", false)?;
    Ok(connection)
}

fn set(
    connection: &Connection,
    name: &'static str,
    value: impl rusqlite::ToSql,
) -> Result<(), StoreError> {
    // Some pragmas answer with a row, some with none.
    connection.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(no_row).doing(OPENING)
}

fn no_row(error: rusqlite::Error) -> rusqlite::Result<()> {
    match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(()),
        other => Err(other),
    }
}

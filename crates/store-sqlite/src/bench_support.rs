//! How fast SQLite itself is with the rows that we write: the bare limit of a benchmark.
//!
//! The rows of a unit of work are brought into the form that columns hold, which is not measured;
//! then they are bound to the same prepared statements and written in one transaction, without
//! queue, thread, savepoint or answer.

use std::path::Path;

use cartola_primitives::Date;
use cartola_primitives::id::{AccountId, ID_BYTES, TenantId};
use cartola_store::encoding::day_number;
use cartola_store::movements::{FeedChange, MovementRow, SourceRow};
use cartola_store::{Command, StoreError, UnitOfWork};
use rusqlite::{Connection, params};

use crate::error::Doing;
use crate::movements::days;
use crate::movements::feed::{Entry, tell};
use crate::movements::write::{
    ADD_MOVEMENTS, ADD_SOURCES, EncodedMovement, EncodedSource, bind_movement, bind_source, entry,
};
use crate::movements::{OF_ACCOUNT_NEWEST, feed_position, set_feed_position};
use crate::unit::Unit;
use crate::{Options, folder, pragmas, unit};

const WRITING: &str = "writing bare rows";
const WALKING: &str = "walking bare rows";

/// The rows of a unit of work, ready to be bound.
pub struct BareRows {
    tenant: TenantId,
    movements: Vec<(MovementRow, EncodedMovement)>,
    sources: Vec<(SourceRow, EncodedSource)>,
    /// All other commands, which are few.
    rest: UnitOfWork,
}

impl BareRows {
    /// Encodes what stands in many rows: new movements and sources.
    pub fn of(work: UnitOfWork) -> Self {
        let mut bare = Self {
            tenant: work.tenant,
            movements: Vec::new(),
            sources: Vec::new(),
            rest: UnitOfWork::new(work.tenant, work.at),
        };
        for command in work.commands {
            bare.take(command);
        }
        bare
    }

    fn take(&mut self, command: Command) {
        match command {
            Command::AddMovements(rows) => {
                let encoded = |row| (EncodedMovement::of(&row), row);
                self.movements.extend(rows.into_iter().map(encoded).map(|(it, row)| (row, it)));
            }
            Command::AddSources(rows) => {
                let encoded = |row| (EncodedSource::of(&row), row);
                self.sources.extend(rows.into_iter().map(encoded).map(|(it, row)| (row, it)));
            }
            other => self.rest.push(other),
        }
    }
}

/// A connection that writes bare rows to a store that exists and is not written otherwise.
pub struct BareWriter {
    connection: Connection,
}

impl BareWriter {
    /// Opens the database in that data folder, set up as the store's own writer is.
    pub fn open(data_folder: &Path) -> Result<Self, StoreError> {
        let database = data_folder.join(folder::DATABASE);
        Ok(Self { connection: pragmas::open_writer(&database, &Options::default())? })
    }

    /// Writes the rows in one transaction. The measured part.
    pub fn write(&self, rows: &BareRows) -> Result<(), StoreError> {
        let transaction = self.connection.unchecked_transaction().doing(WRITING)?;
        write_bulk(&transaction, rows)?;
        unit::apply(&transaction, &rows.rest)?;
        transaction.commit().doing(WRITING)
    }
}

fn write_bulk(connection: &Connection, rows: &BareRows) -> Result<(), StoreError> {
    let unit = Unit { connection, tenant: rows.tenant, at: rows.rest.at };
    days::list(&unit, &rows.movements, |(row, _)| &row.movement)?;
    ADD_MOVEMENTS
        .run(connection, rows.tenant, &rows.movements, |values, (row, encoded)| {
            bind_movement(values, row, encoded)
        })
        .doing(WRITING)?;
    let added = |(row, _): &(MovementRow, EncodedMovement)| entry(FeedChange::Added, row);
    let entries: Vec<Entry> = rows.movements.iter().map(added).collect();
    let position = feed_position(connection, rows.tenant)?;
    let position = tell(connection, rows.tenant, position, &entries).doing(WRITING)?;
    ADD_SOURCES
        .run(connection, rows.tenant, &rows.sources, |values, (row, encoded)| {
            bind_source(values, row, encoded)
        })
        .doing(WRITING)?;
    set_feed_position(&unit, position)
}

/// A connection that walks pages and reads nothing: what SQLite alone needs to find the rows.
pub struct BareReader {
    connection: Connection,
}

impl BareReader {
    /// Opens the database in that data folder, set up as the store's own readers are.
    pub fn open(data_folder: &Path) -> Result<Self, StoreError> {
        let database = data_folder.join(folder::DATABASE);
        let busy = Options::default().busy_timeout;
        Ok(Self { connection: pragmas::open_reader(&database, busy)? })
    }

    /// Walks a page of one account, the newest first, by the statement that the store runs; gives
    /// how many rows it met.
    pub fn walk(
        &self,
        tenant: TenantId,
        account: AccountId,
        to: Date,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let (beyond, first) = (day_number(to) + 1, [u8::MIN; ID_BYTES]);
        let values = params![tenant.as_bytes(), beyond, first, i64::MIN, account.as_bytes()];
        let mut statement = self.connection.prepare_cached(OF_ACCOUNT_NEWEST).doing(WALKING)?;
        let mut rows = statement.query(values).doing(WALKING)?;
        let mut met = 0;
        while met < limit && rows.next().doing(WALKING)?.is_some() {
            met += 1;
        }
        Ok(met)
    }
}

//! Where reads run.
//!
//! A read that walks far goes to a thread of the store, so that it holds up nobody. One that looks at
//! little is over sooner than two threads could have spoken with each other: it runs where it is
//! asked for, on a connection that it borrows.

use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cartola_store::{StoreError, StoreErrorKind};
use rusqlite::Connection;

use crate::workers::{Workers, end_transaction};

/// Connections that read: some to be borrowed, some with a thread each.
pub struct Readers {
    idle: Mutex<Vec<Connection>>,
    threads: Workers<Connection>,
}

impl Readers {
    /// Opens as many connections of either kind, each with how long it waits for a database that
    /// is locked: the borrowed ones do not. At most `waiting` reads wait for a thread.
    pub fn start(
        count: usize,
        waiting: usize,
        busy_timeout: Duration,
        open: impl Fn(Duration) -> Result<Connection, StoreError>,
    ) -> Result<Self, StoreError> {
        let connections =
            |busy| (0..count).map(|_| open(busy)).collect::<Result<Vec<_>, StoreError>>();
        let owned = connections(busy_timeout)?;
        let threads = Workers::start("store-reader", owned, waiting, end_transaction)?;
        Ok(Self { idle: Mutex::new(connections(Duration::ZERO)?), threads })
    }

    /// Runs a read on one of the threads.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.threads.run(read).await
    }

    /// Runs a read that looks at little: here, unless all connections are lent or the database is
    /// locked for a moment, as while its log is put in order.
    pub async fn glance<T: Send + 'static>(
        &self,
        look: impl Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        match self.borrow().map(|connection| look(&connection)) {
            None => {}
            Some(Err(error)) if error.kind == StoreErrorKind::Busy => {}
            Some(seen) => return seen,
        }
        self.threads.run(look).await
    }

    /// The connection that was used last: what it read is the likeliest to be read again.
    fn borrow(&self) -> Option<Borrowed<'_>> {
        let connection = self.idle().pop()?;
        Some(Borrowed { readers: self, connection: Some(connection) })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that goes back when this is dropped, also by a panic.
struct Borrowed<'a> {
    readers: &'a Readers,
    /// Absent only while being dropped.
    connection: Option<Connection>,
}

impl Deref for Borrowed<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("the connection is there until this is dropped")
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            end_transaction(&connection);
            self.readers.idle().push(connection);
        }
    }
}

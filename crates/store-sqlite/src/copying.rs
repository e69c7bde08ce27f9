//! Reading all rows of a store as they are, and loading a store from such rows.
//!
//! Whoever reads holds the right to write, so that nobody changes anything meanwhile. A store that is
//! loaded has a file beside it that keeps it from being opened until all of it is there.

mod dump;
mod load;
mod statements;

use std::sync::{Arc, Mutex, PoisonError};

use cartola_store::StoreError;
use rusqlite::Connection;

use crate::columns::damaged;

pub use self::dump::{FolderDump, FolderSnapshot};
pub use self::load::FolderLoad;

/// A connection that one task after another uses.
type Shared = Arc<Mutex<Option<Connection>>>;

/// Runs a step on the connection, where it may block.
async fn on<T: Send + 'static>(
    shared: &Shared,
    step: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let shared = Arc::clone(shared);
    let done = tokio::task::spawn_blocking(move || with(&shared, step));
    done.await.map_err(|error| damaged().caused_by(error))?
}

/// The same for whoever may block.
fn with<T>(
    shared: &Shared,
    step: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    // A step that panicked leaves a transaction that is never committed.
    let mut connection = shared.lock().unwrap_or_else(PoisonError::into_inner);
    step(connection.as_mut().ok_or_else(damaged)?)
}

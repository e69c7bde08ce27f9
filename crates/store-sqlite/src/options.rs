//! What an operator may choose.

use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Duration;

/// Reader threads unless said otherwise: one per core, and no more than this many, since each keeps
/// a page cache.
const MOST_DEFAULT_READERS: usize = 8;

/// Units of work that wait for the writer, unless said otherwise.
const WRITE_QUEUE: usize = 1_024;

/// Reads that wait for a reader, unless said otherwise.
const READ_QUEUE: usize = 4_096;

/// How long the writer waits for another process that writes, unless said otherwise. An import of a
/// million rows takes some seconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// How a store is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Threads that read.
    pub readers: usize,
    /// Units of work that may wait; one more is answered [`cartola_store::StoreErrorKind::Busy`].
    pub write_queue: usize,
    /// Reads that may wait; one more is answered [`cartola_store::StoreErrorKind::Busy`].
    pub read_queue: usize,
    /// How long to wait for another process that writes, before the answer is
    /// [`cartola_store::StoreErrorKind::Busy`].
    pub busy_timeout: Duration,
    /// The most pages that the database may have, 8 KiB each; a quota, and how tests fill a disk.
    pub max_pages: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: available_parallelism().map_or(1, NonZero::get).min(MOST_DEFAULT_READERS),
            write_queue: WRITE_QUEUE,
            read_queue: READ_QUEUE,
            busy_timeout: BUSY_TIMEOUT,
            max_pages: None,
        }
    }
}

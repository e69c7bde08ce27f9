//! The store as a whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use cartola_store::arrivals::Signal;
use cartola_store::{Committer, Receipt, StoreError, UnitOfWork};
use rusqlite::Connection;

use crate::archive::FolderArchive;
use crate::error::Doing;
use crate::readers::Readers;
use crate::writer::{Figures, Writer};
use crate::{Options, folder, migrate, pragmas, unit};

/// A store in one folder. Dropping it waits until what was handed over is written, and so blocks for a
/// moment.
pub struct SqliteStore {
    // Readers end first, so that the writer is the last to close and takes the log with it.
    readers: Readers,
    writer: Writer,
    archive: Arc<FolderArchive>,
    folder: PathBuf,
    options: Options,
    signal: Signal,
}

impl SqliteStore {
    /// Opens the store in `folder`, which is created if it is not there. Refuses a store that a newer
    /// version wrote ([`cartola_store::StoreErrorKind::TooNew`]) and a file that is none of ours
    /// ([`cartola_store::StoreErrorKind::Corrupt`]), and an unfinished copy
    /// ([`cartola_store::StoreErrorKind::Unfinished`]). Blocks; call it before serving.
    pub fn open(folder: &Path, options: Options) -> Result<Self, StoreError> {
        folder::create(folder).doing("creating the data folder")?;
        let database = folder.join(folder::DATABASE);
        let lock = folder::lock(folder)?;
        folder::refuse_unfinished(folder)?;
        drop(folder::touch(&database).doing("creating the database")?);
        folder::sync(folder).doing("creating the database")?;
        let mut connection = pragmas::open_writer(&database, &options)?;
        migrate::migrate(&mut connection)?;
        drop(lock);
        let open = |busy| pragmas::open_reader(&database, busy);
        let count = options.readers.max(1);
        let readers = Readers::start(count, options.read_queue, options.busy_timeout, open)?;
        Ok(Self {
            readers,
            writer: Writer::start(connection, options.write_queue)?,
            archive: Arc::new(FolderArchive::open(folder)?),
            folder: folder.to_owned(),
            options,
            signal: Signal::default(),
        })
    }

    /// The archive of sealed sources in the same folder.
    pub fn archive(&self) -> Arc<FolderArchive> {
        Arc::clone(&self.archive)
    }

    /// What the writer did since this store was opened.
    pub fn figures(&self) -> Figures {
        self.writer.figures()
    }

    /// Wakes those who wait for jobs.
    pub(crate) fn signal(&self) -> &Signal {
        &self.signal
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A connection of its own that reads, for what takes long.
    pub(crate) fn open_reader(&self) -> Result<Connection, StoreError> {
        let database = self.folder.join(folder::DATABASE);
        pragmas::open_reader(&database, self.options.busy_timeout)
    }

    /// Runs a read of a few rows, by key or in a short range: see [`Readers::glance`].
    pub(crate) async fn glance<T: Send + 'static>(
        &self,
        look: impl Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.glance(look).await
    }

    /// Runs a read that may take longer.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.read(read).await
    }

    /// Runs a write of about so many rows on the writer thread, in a transaction that it may share
    /// with others.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        rows: usize,
        write: impl Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.run(rows, write).await
    }
}

#[async_trait]
impl Committer for SqliteStore {
    async fn commit(&self, work: UnitOfWork) -> Result<Receipt, StoreError> {
        let rows = unit::rows(&work);
        unit::check_size(rows)?;
        let moves_jobs = work.moves_jobs();
        let receipt = self.write(rows, move |connection| unit::apply(connection, &work)).await?;
        if moves_jobs {
            self.signal.raise();
        }
        Ok(receipt)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.writer.ready().await
    }
}

//! A store in a folder of its own, and what tests do with it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cartola_store::contract::Backend;
use cartola_store::contract::scene::Scene;
use cartola_store::{Command, Receipt, Store, StoreError, UnitOfWork};
use cartola_store_sqlite::{Options, SqliteStore};
use rusqlite::Connection;
use tempfile::TempDir;

/// A store, and the folder that goes with it.
pub struct Kept {
    pub store: Arc<SqliteStore>,
    pub folder: TempDir,
}

impl Kept {
    pub fn new() -> Self {
        Self::with(options())
    }

    pub fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Arc::new(SqliteStore::open(folder.path(), options).expect("a new store"));
        Self { store, folder }
    }

    /// A second store on the same folder, as another process has one.
    pub fn again(&self) -> Arc<SqliteStore> {
        Arc::new(SqliteStore::open(self.folder.path(), options()).expect("the same store"))
    }

    /// A tenant with an account.
    pub async fn scene(&self) -> Scene {
        Scene::new(&self.backend()).await
    }

    pub fn backend(&self) -> Backend {
        Backend::new(Arc::clone(&self.store) as Arc<dyn Store>, self.store.archive())
    }

    /// The database behind the store's back.
    pub fn connection(&self) -> Connection {
        connect(self.folder.path())
    }
}

pub fn connect(folder: &Path) -> Connection {
    Connection::open(folder.join("cartola.db")).expect("the database")
}

/// Few threads, and time enough for a slow machine.
pub fn options() -> Options {
    Options { readers: 2, busy_timeout: Duration::from_mins(1), ..Options::default() }
}

/// A unit that a statement with so many lines comes to.
pub fn statement(scene: &Scene, lines: usize) -> UnitOfWork {
    let import = scene.make.import(scene.account.id, scene.consent.id);
    let movements: Vec<_> = (0..lines).map(|_| scene.movement()).collect();
    let sources = movements
        .iter()
        .map(|row| scene.make.source(&row.movement, import.id, scene.consent.id))
        .collect();
    scene
        .unit()
        .with(Command::AddImport(import))
        .with(Command::AddMovements(movements))
        .with(Command::AddSources(sources))
}

/// Hands all units over before the first is written, and gives the answers. Another writer holds the
/// database until then.
pub async fn commit_at_once(
    kept: &Kept,
    units: Vec<UnitOfWork>,
) -> Vec<Result<Receipt, StoreError>> {
    use cartola_store::Committer;

    let other = kept.connection();
    other.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes");
    let commits = units.into_iter().map(|unit| kept.store.commit(unit));
    // The first future is polled first: by the time the second runs, every unit waits.
    let release = async { other.execute_batch("ROLLBACK").expect("the lock is released") };
    let (answers, ()) = tokio::join!(biased; futures::future::join_all(commits), release);
    answers
}

/// Fails unless the store keeps all its promises.
pub fn assert_sound(store: &SqliteStore) {
    let report = store.check().expect("the store can be checked");
    assert_eq!(report.problems, Vec::<String>::new());
}

//! A store in a database of its own, and what tests do with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cartola_store::contract::Backend;
use cartola_store::contract::scene::Scene;
use cartola_store::{Command, Store, UnitOfWork};
use cartola_store_postgres::{Options, PostgresStore};

use crate::server::{Server, TEMPLATE};

/// A database of the shared server, dropped with this.
pub struct Database {
    pub server: &'static Server,
    pub name: String,
}

impl Database {
    /// One with our tables.
    pub async fn new() -> Self {
        Self::of(&format!("TEMPLATE {TEMPLATE} STRATEGY file_copy OWNER cartola_owner")).await
    }

    /// One without.
    pub async fn empty() -> Self {
        Self::of("OWNER cartola_owner").await
    }

    async fn of(clause: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = Server::shared().await;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("t_{}_{number}", std::process::id());
        let create = format!("CREATE DATABASE {name} {clause}");
        server.execute("postgres", &[&create]).await;
        Self { server, name }
    }

    pub fn options(&self) -> Options {
        self.server.options(&self.name)
    }

    /// A store on it, as a process has one.
    pub async fn open(&self) -> Arc<PostgresStore> {
        let options = Options { owner: None, ..self.options() };
        Arc::new(PostgresStore::open(options).await.expect("a store"))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server, self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            runtime.expect("a runtime").block_on(server.execute("postgres", &[&drop]));
        });
        // Where a test has failed already, that is what is to be told.
        drop(dropping.join());
    }
}

/// A store, and the database that goes with it.
pub struct Kept {
    pub store: Arc<PostgresStore>,
    pub database: Database,
}

impl Kept {
    pub async fn new() -> Self {
        let database = Database::new().await;
        Self { store: database.open().await, database }
    }

    /// A tenant with an account.
    pub async fn scene(&self) -> Scene {
        Scene::new(&self.backend()).await
    }

    pub fn backend(&self) -> Backend {
        let store = Arc::clone(&self.store);
        Backend::new(Arc::clone(&store) as Arc<dyn Store>, store)
    }
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

/// What an error says, with all its causes, in both of its forms.
pub fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(|error| format!("{error} / {error:?}\n")).collect()
}

//! A store in a database of its own, and what tests do with it.

use std::sync::Arc;

use cartola_store::contract::Backend;
use cartola_store::contract::scene::Scene;
use cartola_store::{Command, Store, UnitOfWork};
use cartola_store_postgres::PostgresStore;
use cartola_store_postgres::test_kit::Database;

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

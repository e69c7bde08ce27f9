//! A database of a test's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::server::{Server, TEMPLATE};
use crate::{Options, PostgresStore};

/// A database of a server, dropped with this.
pub struct Database {
    /// The server.
    pub server: &'static Server,
    /// Its name there.
    pub name: String,
}

impl Database {
    /// One with our tables.
    pub async fn new() -> Self {
        Self::on(Server::shared().await).await
    }

    /// One with our tables, on another server than the one that tests share.
    pub async fn on(server: &'static Server) -> Self {
        let clause = format!("TEMPLATE {TEMPLATE} STRATEGY file_copy OWNER cartola_owner");
        Self::of(server, &clause).await
    }

    /// One without.
    pub async fn empty() -> Self {
        Self::of(Server::shared().await, "OWNER cartola_owner").await
    }

    async fn of(server: &'static Server, clause: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("t_{}_{number}", std::process::id());
        let create = format!("CREATE DATABASE {name} {clause}");
        server.execute("postgres", &[&create]).await;
        Self { server, name }
    }

    /// The options of a store on it, with the owner's URL.
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

//! Many processes on one PostgreSQL database.

mod crash;
mod paying;
mod refusals;
mod schema;
mod soak;
mod withdrawing;
mod working;

use cartola_store_postgres::Options;
use cartola_store_postgres::test_kit::{Database, Server};
use tokio::runtime::Runtime;

use crate::installation::Installation;
use crate::process::{self, Background};

/// The password in every URL of these tests. The server takes any.
const PASSWORD: &str = "hunter2";

/// A database, and the folder whose configuration names it.
pub struct Cluster {
    pub installation: Installation,
    database: Database,
    runtime: Runtime,
}

impl Cluster {
    /// With the schema of today.
    pub fn new(more: &str) -> Self {
        let runtime = runtime();
        let database = runtime.block_on(Database::new());
        Self::on(runtime, database, more)
    }

    /// Without any.
    pub fn empty() -> Self {
        let runtime = runtime();
        let database = runtime.block_on(Database::empty());
        Self::on(runtime, database, "")
    }

    fn on(runtime: Runtime, database: Database, more: &str) -> Self {
        let installation = installation(database.server, &database.name, more);
        Self { installation, database, runtime }
    }

    /// As a process that serves opens it.
    pub fn options(&self) -> Options {
        Options { owner: None, ..self.database.options() }
    }

    /// Starts a process that does background work alone.
    #[track_caller]
    pub fn work(&self) -> Background {
        let (process, line) =
            Background::start(process::command(self.installation.path(), &["worker"])).unwrap();
        assert_eq!(line, "cartola works\n");
        process
    }

    /// Where the server keeps everything.
    pub fn data(&self) -> std::path::PathBuf {
        self.database.server.data()
    }

    /// Runs a statement as the superuser.
    pub fn execute(&self, statement: &str) {
        let Database { server, name, .. } = &self.database;
        self.runtime.block_on(server.execute(name, &[statement]));
    }

    /// The number that one comes to.
    pub fn count(&self, statement: &str) -> i64 {
        let Database { server, name, .. } = &self.database;
        self.runtime.block_on(server.count(name, statement))
    }
}

/// A configuration that names a database.
fn installation(server: &Server, name: &str, more: &str) -> Installation {
    let store = "[store]\npostgres_file = \"url\"\npostgres_owner_file = \"owner.url\"\n";
    let installation = Installation::of(&format!("{store}connections = 8\n{more}"));
    for (file, role) in [("url", "cartola_app"), ("owner.url", "cartola_owner")] {
        let port = server.port();
        let url = format!("postgres://{role}:{PASSWORD}@127.0.0.1:{port}/{name}\n");
        std::fs::write(installation.path().join(file), url).unwrap();
    }
    installation
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

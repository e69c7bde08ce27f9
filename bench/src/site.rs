//! Where an installation keeps everything: in its folder, or in a database of PostgreSQL.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use cartola_store::{Archive, Store};
use cartola_store_postgres::PostgresStore;
use cartola_store_postgres::test_kit::{Database, Durability, Server};
use cartola_store_sqlite::{Options, SqliteStore};
use tokio::sync::OnceCell;

use crate::lab::Lab;

/// The data folder within an installation's folder.
const DATA: &str = "data";

/// Files with the URLs of a database within an installation's folder.
const URLS: [(&str, &str); 2] = [("url", "cartola_app"), ("owner.url", "cartola_owner")];

/// Which store is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The embedded one.
    Sqlite,
    /// The one that processes share.
    Postgres,
}

impl Kind {
    /// Its name in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// The place of one installation.
#[derive(Clone)]
pub struct Site {
    /// Its folder.
    pub folder: PathBuf,
    database: Option<Arc<Database>>,
}

impl Site {
    /// An empty one, in a folder of that name.
    pub async fn new(lab: &Lab, name: &str, kind: Kind) -> anyhow::Result<Self> {
        let folder = lab.folder(name)?;
        let database = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(Arc::new(Database::on(server().await).await)),
        };
        Ok(Self { folder, database })
    }

    /// The embedded store in a folder that is there.
    pub fn of_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), database: None }
    }

    /// Which store it has.
    pub const fn kind(&self) -> Kind {
        if self.database.is_some() { Kind::Postgres } else { Kind::Sqlite }
    }

    /// Its database.
    pub fn database(&self) -> anyhow::Result<&Database> {
        self.database.as_deref().context("the site has a database")
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.join(DATA)
    }

    /// Opens its store.
    pub async fn open(&self) -> anyhow::Result<(Arc<dyn Store>, Arc<dyn Archive>)> {
        if let Some(database) = &self.database {
            let url = database.server.url("cartola_app", &database.name);
            let options = cartola_store_postgres::Options::of(url);
            let store = Arc::new(PostgresStore::open(options).await?);
            return Ok((store.clone(), store));
        }
        let store = Arc::new(SqliteStore::open(&self.data(), Options::default())?);
        Ok((store.clone(), store.archive()))
    }

    /// The lines of a configuration that name it: those that stand before all tables, and a table.
    pub fn settings(&self) -> anyhow::Result<(String, &'static str)> {
        let Some(database) = &self.database else {
            return Ok((format!("data = \"{DATA}\"\n"), ""));
        };
        for (file, role) in URLS {
            let url = database.server.url(role, &database.name);
            fs::write(self.folder.join(file), url.expose()).context("a URL cannot be written")?;
        }
        let table = "[store]\npostgres_file = \"url\"\npostgres_owner_file = \"owner.url\"\n";
        Ok((String::new(), table))
    }
}

/// The server of all sites: one that has what it acknowledged when the machine comes back.
async fn server() -> &'static Server {
    static SERVER: OnceCell<Server> = OnceCell::const_new();
    SERVER.get_or_init(|| Server::alone(Durability::Safe)).await
}

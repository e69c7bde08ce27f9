//! The engine of another process on the store of a gateway that runs.

use std::path::Path;
use std::sync::Arc;

use cartola_connector::Registry;
use cartola_crypto::jws::Algorithm;
use cartola_crypto::{KeyRing, MasterKey};
use cartola_engine::authorizations::Rules;
use cartola_engine::{Engine, Parts};
use cartola_primitives::Secret;
use cartola_primitives::clock::SystemClock;
use cartola_primitives::id::TenantId;
use cartola_primitives::randomness::OsRandomness;
use cartola_store::{Archive, Store};
use cartola_store_postgres::PostgresStore;
use cartola_store_sqlite::{Options, SqliteStore};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

/// It asks nobody: it has no connector.
pub struct Beside {
    pub runtime: Runtime,
    pub engine: Engine,
    pub store: Arc<dyn Store>,
    pub tenant: TenantId,
}

impl Beside {
    /// On a data folder.
    pub fn open(data: &Path, master_key: &str, tenant: &Value) -> Self {
        let store = Arc::new(SqliteStore::open(data, Options::default()).unwrap());
        Self::on(runtime(), store.clone(), store.archive(), master_key, tenant)
    }

    /// On a database.
    pub fn shared(
        options: cartola_store_postgres::Options,
        master_key: &str,
        tenant: &Value,
    ) -> Self {
        let runtime = runtime();
        let store = Arc::new(runtime.block_on(PostgresStore::open(options)).unwrap());
        Self::on(runtime, store.clone(), store, master_key, tenant)
    }

    fn on(
        runtime: Runtime,
        store: Arc<dyn Store>,
        archive: Arc<dyn Archive>,
        master_key: &str,
        tenant: &Value,
    ) -> Self {
        let master_key = Secret::new(master_key.trim().to_owned());
        let parts = Parts {
            store: store.clone(),
            archive,
            keys: KeyRing::new(MasterKey::from_base64(&master_key).unwrap(), Vec::new()),
            key_source: None,
            connectors: Registry::default(),
            clock: Arc::new(SystemClock),
            randomness: Arc::new(OsRandomness),
            token_algorithm: Algorithm::default(),
            merchant: None,
            authorizations: Rules::default(),
        };
        let engine = runtime.block_on(Engine::open(parts)).unwrap();
        let tenant = tenant.as_str().unwrap().parse().unwrap();
        Self { runtime, engine, store, tenant }
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

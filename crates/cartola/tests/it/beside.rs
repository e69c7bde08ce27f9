//! The engine of another process on the folder of a gateway that runs.

use std::path::Path;
use std::sync::Arc;

use cartola_connector::Registry;
use cartola_crypto::jws::Algorithm;
use cartola_crypto::{KeyRing, MasterKey};
use cartola_engine::{Engine, Parts};
use cartola_primitives::Secret;
use cartola_primitives::clock::SystemClock;
use cartola_primitives::id::TenantId;
use cartola_primitives::randomness::OsRandomness;
use cartola_store_sqlite::{Options, SqliteStore};
use serde_json::Value;
use tokio::runtime::Runtime;

/// It asks nobody: it has no connector.
pub struct Beside {
    pub runtime: Runtime,
    pub engine: Engine,
    pub store: Arc<SqliteStore>,
    pub tenant: TenantId,
}

impl Beside {
    pub fn open(data: &Path, master_key: &str, tenant: &Value) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let store = Arc::new(SqliteStore::open(data, Options::default()).unwrap());
        let master_key = Secret::new(master_key.trim().to_owned());
        let parts = Parts {
            store: store.clone(),
            archive: store.archive(),
            keys: KeyRing::new(MasterKey::from_base64(&master_key).unwrap(), Vec::new()),
            connectors: Registry::default(),
            clock: Arc::new(SystemClock),
            randomness: Arc::new(OsRandomness),
            token_algorithm: Algorithm::default(),
        };
        let engine = runtime.block_on(Engine::open(parts)).unwrap();
        let tenant = tenant.as_str().unwrap().parse().unwrap();
        Self { runtime, engine, store, tenant }
    }
}

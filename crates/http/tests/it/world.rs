//! An engine over a store in memory, with a clock that stands still.

use std::sync::Arc;

use cartola_connector::Registry;
use cartola_crypto::jws::Algorithm;
use cartola_crypto::{KeyRing, MasterKey};
use cartola_engine::{Engine, Parts};
use cartola_primitives::clock::ManualClock;
use cartola_primitives::randomness::SeededRandomness;
use cartola_store::memory::MemoryStore;

pub async fn engine() -> Engine {
    let store = Arc::new(MemoryStore::new());
    let randomness = Arc::new(SeededRandomness::new(1));
    Engine::open(Parts {
        store: store.clone(),
        archive: store,
        keys: KeyRing::new(MasterKey::generate(randomness.as_ref()), Vec::new()),
        key_source: None,
        connectors: Registry::default(),
        clock: Arc::new(ManualClock::new("2026-04-10T15:00:00Z".parse().unwrap())),
        randomness,
        token_algorithm: Algorithm::default(),
        merchant: None,
        authorizations: cartola_engine::authorizations::Rules::default(),
    })
    .await
    .unwrap()
}

//! Changing the master key.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cartola_connector::Registry;
use cartola_crypto::jws::Algorithm;
use cartola_crypto::session_token::SessionKey;
use cartola_crypto::{KeyRing, MasterKey};
use cartola_engine::authorizations::Rules;
use cartola_engine::master_keys::{RotatedTo, RotationError};
use cartola_engine::tokens::Audience;
use cartola_engine::vault::{KeySource, KeysUnread};
use cartola_engine::{Engine, Parts};
use cartola_model::Scope;
use cartola_primitives::randomness::SeededRandomness;
use cartola_store::Rotation;
use cartola_store::rotation::{Owned, Owner, Rewrapped};

use crate::world::World;

fn master(seed: u64) -> MasterKey {
    MasterKey::generate(&SeededRandomness::new(seed))
}

/// The one that the world was made with is 0.
fn ring(keys: &[u64]) -> KeyRing {
    KeyRing::new(master(keys[0]), keys[1..].iter().map(|seed| master(*seed)).collect())
}

/// Keys that an operator can change, and how often they were read.
struct Kept(Mutex<Vec<u64>>, AtomicUsize);

impl KeySource for Kept {
    fn read(&self) -> Result<KeyRing, KeysUnread> {
        self.1.fetch_add(1, Ordering::Relaxed);
        Ok(ring(&self.0.lock().unwrap()))
    }
}

impl Kept {
    fn new(keys: &[u64]) -> Arc<Self> {
        Arc::new(Self(Mutex::new(keys.to_vec()), AtomicUsize::new(0)))
    }
}

/// Another process, with these keys.
async fn process(world: &World, keys: &[u64], source: Option<Arc<Kept>>) -> Engine {
    let parts = Parts {
        store: world.store.clone(),
        archive: world.store.clone(),
        keys: ring(keys),
        key_source: source.map(|source| source as Arc<dyn KeySource>),
        connectors: Registry::default(),
        clock: world.clock.clone(),
        randomness: Arc::new(SeededRandomness::new(keys[0] + 100)),
        token_algorithm: Algorithm::default(),
        merchant: None,
        authorizations: Rules::default(),
    };
    Engine::open(parts).await.unwrap()
}

async fn rotate(world: &World, engine: &Engine) -> Result<RotatedTo, RotationError> {
    engine.rotate_master_key(world.store.as_ref(), &mut |_, _| {}).await
}

/// The ids of the master keys that wrap anything.
async fn wrapping(world: &World) -> BTreeSet<String> {
    let wraps = world.store.wraps().await.unwrap();
    wraps.into_iter().map(|wraps| wraps.master.to_string()).collect()
}

fn id(seed: u64) -> String {
    master(seed).id().to_string()
}

/// Signs in, which needs the keys of tokens, and opens what is sealed.
async fn check_opens(world: &World, engine: &Engine) {
    let tenant = world.keys.tenant.id;
    let (client, secret) = (world.keys.client_id.to_string(), &world.keys.client_secret);
    let token = engine.issue_token(&client, secret.expose(), Audience::new("khipu")).await;
    assert!(token.unwrap().is_some(), "a token is given");
    assert!(!engine.webhook_secrets(tenant, 4).await.unwrap().is_empty());
}

#[tokio::test]
async fn everything_goes_under_the_new_key_and_opens_with_it_alone() {
    let world = World::new().await;
    world.import(&["2;COMPRA LIDER;-100;900"]).await;
    check_opens(&world, &world.engine).await;
    let rotating = process(&world, &[1, 0], None).await;
    let before = rotating.master_keys(world.store.as_ref()).await.unwrap();
    assert_eq!(before.len(), 1);
    assert!(before[0].active && before[0].held && before[0].wraps.data_keys >= 1);
    let rotated = rotate(&world, &rotating).await.unwrap();
    assert_eq!(rotated.from, Some(master(0).id()));
    assert_eq!(rotated.rewrapped + 1, before[0].wraps.total());
    assert_eq!(wrapping(&world).await, BTreeSet::from([id(1)]));
    let again = rotate(&world, &rotating).await.unwrap();
    assert_eq!((again.from, again.rewrapped), (None, 0));
    check_opens(&world, &process(&world, &[1], None).await).await;
}

#[tokio::test]
async fn a_process_with_both_keys_wraps_by_the_active_one() {
    let world = World::new().await;
    let waiting = process(&world, &[1, 0], None).await;
    waiting.add_tenant("Before", &Scope::ALL).await.unwrap();
    assert_eq!(wrapping(&world).await, BTreeSet::from([id(0)]));
    let rotating = process(&world, &[1, 0], None).await;
    rotate(&world, &rotating).await.unwrap();
    let late = process(&world, &[0, 1], None).await;
    late.add_tenant("After", &Scope::ALL).await.unwrap();
    assert_eq!(wrapping(&world).await, BTreeSet::from([id(1)]));
}

#[tokio::test]
async fn a_missing_key_is_read_again_once_for_all_who_wait() {
    let world = World::new().await;
    let kept = Kept::new(&[0]);
    let serving = process(&world, &[0], Some(Arc::clone(&kept))).await;
    *kept.0.lock().unwrap() = vec![1, 0];
    rotate(&world, &process(&world, &[1, 0], None).await).await.unwrap();
    let names = ["a", "b", "c", "d"];
    let added = names.map(|name| serving.add_tenant(name, &Scope::ALL));
    for added in futures::future::join_all(added).await {
        added.unwrap();
    }
    check_opens(&world, &serving).await;
    assert_eq!(kept.1.load(Ordering::Relaxed), 1);
    assert_eq!(wrapping(&world).await, BTreeSet::from([id(1)]));
}

#[tokio::test]
async fn a_key_that_is_nowhere_is_told() {
    let world = World::new().await;
    let kept = Kept::new(&[0]);
    let serving = process(&world, &[0], Some(Arc::clone(&kept))).await;
    rotate(&world, &process(&world, &[1, 0], None).await).await.unwrap();
    let refused = serving.add_tenant("a", &Scope::ALL).await.err().expect("no key");
    let told = std::error::Error::source(&refused).map(ToString::to_string).unwrap_or_default();
    assert!(told.contains(&id(1)) || format!("{refused:?}").contains(&id(1)), "{refused:?}");
    let alone = process(&world, &[2, 1], None).await;
    rotate(&world, &alone).await.unwrap();
    let behind = process(&world, &[3, 2], None).await;
    assert!(rotate(&world, &behind).await.is_ok());
}

#[tokio::test]
async fn a_rotation_needs_every_key_that_wraps_something() {
    let world = World::new().await;
    let both = process(&world, &[1, 0], None).await;
    let before = cartola_store::Vault::stored_secret(world.store.as_ref(), "lookup_key").await;
    let before = before.unwrap().unwrap();
    let lookup = cartola_crypto::LookupKey::unwrap(&ring(&[0]), &before).unwrap();
    let after = lookup.wrap(&ring(&[1]), &SeededRandomness::new(5));
    // Killed between two of its steps.
    world.store.activate(before, after).await.unwrap();
    assert_eq!(wrapping(&world).await.len(), 2);
    let session = world.store.others_not_under(master(1).id()).await.unwrap();
    let of_sessions = |owned: &Owned| owned.owner == Owner::Secret("session_key".to_owned());
    let session = session.into_iter().find(of_sessions).expect("the key of sessions");
    let key = SessionKey::unwrap(&ring(&[0]), &session.wrapped).unwrap();
    let after = key.wrap(&ring(&[1]), &SeededRandomness::new(6));
    let again = vec![Rewrapped { before: session, after }];
    assert_eq!(world.store.rewrap(master(1).id(), again).await.unwrap(), 1);
    let refused = rotate(&world, &process(&world, &[2, 1], None).await).await;
    assert!(matches!(refused, Err(RotationError::Unknown(unknown)) if unknown == master(0).id()));
    let gone_on = rotate(&world, &both).await.unwrap();
    assert_eq!(gone_on.from, None);
    assert!(gone_on.rewrapped > 0);
    assert_eq!(wrapping(&world).await, BTreeSet::from([id(1)]));
}

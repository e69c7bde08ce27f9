//! Keys come, sign for a month, and go.

use std::sync::Arc;

use cartola_crypto::jws::{Algorithm, SigningKey};
use cartola_engine::Engine;
use cartola_engine::tokens::{SIGNING_PERIOD, TOKEN_LIFETIME};
use cartola_primitives::SignedDuration;
use cartola_primitives::randomness::SeededRandomness;
use cartola_store::{SigningKeys, StoreErrorKind};
use expect_test::expect;

use super::{KHIPU, TOKEN_KIND, check, claims_of, issued_by, outcome, signing_key, token};
use crate::world::World;

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// Callers of each engine that want a token at once.
const CALLERS: usize = 8;

async fn stored(world: &World) -> Vec<String> {
    world.store.signing_keys().await.unwrap().into_iter().map(|row| row.id).collect()
}

async fn published(engine: &Engine) -> Vec<String> {
    engine.jwks().await.unwrap().keys.into_iter().map(|key| key.kid).collect()
}

#[tokio::test]
async fn a_key_signs_for_its_period_and_is_then_replaced() {
    let world = World::new().await;
    assert_eq!(published(&world.engine).await, [""; 0]);
    token(&world).await;
    let first = stored(&world).await;
    world.clock.advance(SIGNING_PERIOD - SECOND);
    let last_of_first = token(&world).await;
    assert_eq!(stored(&world).await, first);
    world.clock.advance(SECOND);
    check(&world, &last_of_first, &expect!["taken: the client"]).await;
    assert_eq!(stored(&world).await, first, "a check makes no key");
    let first_of_second = token(&world).await;
    let both = stored(&world).await;
    assert_eq!((both.len(), &both[0]), (2, &first[0]));
    assert_eq!(published(&world.engine).await, both);
    check(&world, &last_of_first, &expect!["taken: the client"]).await;
    check(&world, &first_of_second, &expect!["taken: the client"]).await;
}

#[tokio::test]
async fn a_key_is_forgotten_when_all_it_signed_has_expired() {
    let world = World::new().await;
    let right = token(&world).await;
    let old = signing_key(&world).await;
    let mut claims = claims_of(&old, &right, &world);
    claims.expires_at += SIGNING_PERIOD * 2;
    let stolen = old.sign(TOKEN_KIND, &claims).unwrap();
    world.clock.advance(SIGNING_PERIOD);
    token(&world).await;
    world.clock.advance(TOKEN_LIFETIME + SECOND * 5);
    check(&world, &stolen, &expect!["taken: the client"]).await;
    assert_eq!(stored(&world).await.len(), 2);
    world.clock.advance(SECOND);
    check(&world, &stolen, &expect!["Token(UnknownKey)"]).await;
    let left = stored(&world).await;
    assert_eq!(left, [signing_key(&world).await.verifying().id()]);
    assert_eq!(published(&world.engine).await, left);
}

/// A key that cannot be deleted, as on a full disk, is not believed for that.
#[tokio::test]
async fn a_key_at_its_end_checks_nothing_though_it_is_still_stored() {
    let world = World::new().await;
    token(&world).await;
    let old = stored(&world).await;
    world.clock.advance(SIGNING_PERIOD + TOKEN_LIFETIME * 2);
    world.store.fail_next_commit(StoreErrorKind::Full);
    assert_eq!(published(&world.engine).await, [""; 0]);
    assert_eq!(stored(&world).await, old);
    check(&world, &token(&world).await, &expect!["taken: the client"]).await;
    let left = stored(&world).await;
    assert_eq!(left.len(), 1);
    assert_ne!(left, old);
}

#[tokio::test]
async fn whoever_is_second_signs_with_the_key_of_the_first() {
    let world = World::new().await;
    world.store.conflict_next_commit();
    check(&world, &token(&world).await, &expect!["taken: the client"]).await;
    assert_eq!(stored(&world).await.len(), 1);
}

#[tokio::test]
async fn an_installation_that_rested_goes_on() {
    let world = World::new().await;
    let old = token(&world).await;
    world.clock.advance(SIGNING_PERIOD * 3);
    check(&world, &old, &expect!["Token(UnknownKey)"]).await;
    assert_eq!(stored(&world).await, [""; 0]);
    check(&world, &token(&world).await, &expect!["taken: the client"]).await;
    assert_eq!(stored(&world).await.len(), 1);
}

/// A clock that ran ahead made a key; set right, it does not let it sign for longer than others.
#[tokio::test]
async fn a_key_from_the_future_does_not_sign() {
    let world = World::new().await;
    world.clock.advance(SIGNING_PERIOD);
    token(&world).await;
    let early = stored(&world).await;
    world.clock.advance(-SIGNING_PERIOD);
    check(&world, &token(&world).await, &expect!["taken: the client"]).await;
    let both = stored(&world).await;
    assert_eq!((both.len(), &both[0]), (2, &early[0]));
    token(&world).await;
    assert_eq!(stored(&world).await, both);
}

#[tokio::test]
async fn a_key_that_another_process_made_is_found() {
    let world = World::new().await;
    let other = world.another(2, Algorithm::EdDsa).await;
    check(&world, "", &expect!["Token(Malformed { part: Form })"]).await;
    let theirs = issued_by(&other, &world).await;
    check(&world, theirs.token.expose(), &expect!["taken: the client"]).await;
    assert_eq!(stored(&world).await.len(), 1);
    token(&world).await;
    assert_eq!(stored(&world).await.len(), 1, "their key signs here too");
}

#[tokio::test]
async fn the_store_is_asked_for_unknown_keys_once_a_second() {
    let world = World::new().await;
    let other = world.another(2, Algorithm::Es256).await;
    let right = token(&world).await;
    let claims = claims_of(&signing_key(&world).await, &right, &world);
    let stranger = SigningKey::generate(Algorithm::EdDsa, &SeededRandomness::new(99));
    let forged = stranger.sign(TOKEN_KIND, &claims).unwrap();
    check(&world, &forged, &expect!["Token(UnknownKey)"]).await;
    let theirs = issued_by(&other, &world).await;
    check(&world, theirs.token.expose(), &expect!["Token(UnknownKey)"]).await;
    check(&world, &right, &expect!["taken: the client"]).await;
    world.clock.advance(SECOND);
    check(&world, theirs.token.expose(), &expect!["taken: the client"]).await;
}

#[tokio::test]
async fn publishing_and_checking_do_not_use_up_each_others_turn() {
    let world = World::new().await;
    let other = world.another(2, Algorithm::Es256).await;
    token(&world).await;
    assert_eq!(published(&world.engine).await.len(), 1);
    let theirs = issued_by(&other, &world).await;
    assert_eq!(published(&world.engine).await.len(), 1, "asked within the second");
    check(&world, theirs.token.expose(), &expect!["taken: the client"]).await;
    assert_eq!(published(&world.engine).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_that_need_a_key_at_once_share_one() {
    let world = Arc::new(World::new().await);
    let engines = [world.engine.clone(), world.another(2, Algorithm::EdDsa).await];
    for keys in 1..=2 {
        let mut callers = tokio::task::JoinSet::new();
        for engine in engines.iter().cycle().take(2 * CALLERS) {
            let (engine, world) = (engine.clone(), Arc::clone(&world));
            callers.spawn(async move { issued_by(&engine, &world).await });
        }
        let tokens = callers.join_all().await;
        assert_eq!(stored(&world).await.len(), keys);
        for (engine, issued) in
            engines.iter().flat_map(|engine| tokens.iter().map(move |it| (engine, it)))
        {
            assert!(outcome(engine, issued.token.expose()).await.starts_with("taken"));
        }
        world.clock.advance(SIGNING_PERIOD);
    }
}

/// What is said of a full disk in the engine: tokens are given out and taken all the same.
#[tokio::test]
async fn a_store_that_takes_no_units_still_gives_tokens() {
    let world = World::new().await;
    token(&world).await;
    world.store.fail_next_commit(StoreErrorKind::Full);
    let right = token(&world).await;
    assert!(world.engine.principal_of_token(&right, KHIPU).await.is_ok());
    assert!(world.engine.flush_accesses().await.is_err(), "the entry waits for its time");
    world.engine.flush_accesses().await.unwrap();
    assert_eq!(world.audited().await.last().unwrap(), "token.issued");
}

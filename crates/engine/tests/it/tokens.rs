//! Access tokens: who gets one, and what it opens.

mod forged;
mod rotation;

use cartola_crypto::jws::{Algorithm, Claims, Expected, KeySet, SigningKey};
use cartola_engine::Engine;
use cartola_engine::tokens::{Audience, ISSUER, IssuedToken, TOKEN_KIND, TOKEN_LIFETIME};
use cartola_model::Scope;
use cartola_model::access::Actor;
use cartola_primitives::{Clock, SignedDuration};
use cartola_store::SigningKeys;
use expect_test::{Expect, expect};

use crate::world::{World, ring};

const KHIPU: Audience = Audience::new("khipu");

/// A token of the world's client, from any engine on its store.
async fn issued_by(engine: &Engine, world: &World) -> IssuedToken {
    let (id, secret) = (world.keys.client_id.to_string(), world.keys.client_secret.expose());
    engine.issue_token(&id, secret, KHIPU).await.unwrap().expect("the client is known")
}

async fn token(world: &World) -> String {
    issued_by(&world.engine, world).await.token.expose().clone()
}

/// The client as whom a token is taken, or why it is not.
async fn outcome(engine: &Engine, token: &str) -> String {
    match engine.principal_of_token(token, KHIPU).await {
        Ok(who) => format!("taken: {}", who.actor),
        Err(refusal) => {
            let told = format!("{refusal:?}");
            assert!(token.split('.').all(|part| part.is_empty() || !told.contains(part)));
            told
        }
    }
}

async fn check(world: &World, token: &str, expected: &Expect) {
    let client = world.keys.client_id.to_string();
    expected.assert_eq(&outcome(&world.engine, token).await.replace(&client, "the client"));
}

/// The newest signing key, as nobody outside has it.
async fn signing_key(world: &World) -> SigningKey {
    let rows = world.store.signing_keys().await.unwrap();
    SigningKey::unwrap(&ring(), &rows.last().expect("a token was issued").wrapped).unwrap()
}

/// What a token says, by the key that signed it.
fn claims_of(key: &SigningKey, token: &str, world: &World) -> Claims {
    let expected = Expected { kind: TOKEN_KIND, issuer: ISSUER, audience: KHIPU.name() };
    let keys = KeySet::new(vec![key.verifying().clone()]);
    keys.verify(token, &expected, world.clock.now()).unwrap()
}

#[tokio::test]
async fn a_client_gets_a_token_that_opens_its_tenant() {
    let world = World::new().await;
    let issued = issued_by(&world.engine, &world).await;
    assert_eq!(issued.lifetime, TOKEN_LIFETIME);
    let who = world.engine.principal_of_token(issued.token.expose(), KHIPU).await.unwrap();
    assert_eq!(who, issued.who);
    assert_eq!(who.tenant, world.keys.tenant.id);
    assert_eq!(who.actor, Actor::Credential(world.keys.client_id));
    assert_eq!(who.scopes, Scope::ALL);
}

#[tokio::test]
async fn nobody_else_gets_one() {
    let world = World::new().await;
    let other = world.engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let id = world.keys.client_id.to_string();
    let secret = world.keys.client_secret.expose();
    let refused = async |id: &str, secret: &str| {
        world.engine.issue_token(id, secret, KHIPU).await.unwrap().is_none()
    };
    assert!(refused(&id, other.client_secret.expose()).await);
    assert!(refused(&other.client_id.to_string(), secret).await);
    assert!(refused("unknown", "wrong").await);
    world.engine.revoke_credential(world.keys.tenant.id, world.keys.client_id).await.unwrap();
    assert!(refused(&id, secret).await);
    assert_eq!(world.store.signing_keys().await.unwrap(), [], "no key was made for them");
}

#[tokio::test]
async fn a_token_says_whose_it_is_and_for_how_long() {
    let world = World::new().await;
    world.clock.advance(SignedDuration::from_millis(700));
    let (first, second) = (token(&world).await, token(&world).await);
    let key = signing_key(&world).await;
    let (claims, other) = (claims_of(&key, &first, &world), claims_of(&key, &second, &world));
    assert_ne!(claims.id, other.id);
    assert_eq!(claims.subject, world.keys.client_id.to_string());
    assert_eq!(claims.private["tenant"], world.keys.tenant.id.to_string());
    let told = [claims.issued_at, claims.not_before, claims.expires_at];
    expect![[r#"
        cartola khipu ["tenant"]
        [2026-04-10T15:00:00Z, 2026-04-10T15:00:00Z, 2026-04-10T16:00:00Z]
    "#]]
    .assert_eq(&format!(
        "{} {} {:?}\n{told:?}\n",
        claims.issuer,
        claims.audience,
        claims.private.keys().collect::<Vec<_>>(),
    ));
}

#[tokio::test]
async fn a_token_is_taken_for_its_hour() {
    let world = World::new().await;
    let token = token(&world).await;
    world.clock.advance(SignedDuration::from_secs(-6));
    check(&world, &token, &expect!["Token(NotYetValid)"]).await;
    world.clock.advance(SignedDuration::from_secs(1));
    check(&world, &token, &expect!["taken: the client"]).await;
    world.clock.advance(SignedDuration::from_secs(5 + 3_599));
    check(&world, &token, &expect!["taken: the client"]).await;
    world.clock.advance(SignedDuration::from_secs(1));
    check(&world, &token, &expect!["Token(Expired)"]).await;
}

#[tokio::test]
async fn a_token_is_worth_what_its_client_is() {
    let world = World::new().await;
    let token = token(&world).await;
    check(&world, &token, &expect!["taken: the client"]).await;
    world.engine.revoke_credential(world.keys.tenant.id, world.keys.client_id).await.unwrap();
    check(&world, &token, &expect!["Client"]).await;
}

#[tokio::test]
async fn issues_are_gathered_in_the_audit_trail() {
    let world = World::new().await;
    for _ in 0..3 {
        token(&world).await;
    }
    world.engine.flush_accesses().await.unwrap();
    let entries = world.engine.audit(&world.who, 0, 1_000).await.unwrap();
    let last = &entries.last().unwrap().event;
    assert_eq!(last.actor, world.keys.client_id.to_string());
    assert_eq!(
        (last.action.as_str(), last.subject.as_str(), last.count),
        ("token.issued", "khipu", 3)
    );
}

#[tokio::test]
async fn the_algorithm_is_a_setting() {
    let world = World::new().await;
    let other = world.another(2, Algorithm::Es256).await;
    let token = issued_by(&other, &world).await;
    assert_eq!(signing_key(&world).await.verifying().algorithm(), Algorithm::Es256);
    check(&world, token.token.expose(), &expect!["taken: the client"]).await;
    issued_by(&world.engine, &world).await;
    issued_by(&other, &world).await;
    let algorithms = async |engine: &Engine| {
        let keys = engine.jwks().await.unwrap().keys;
        keys.into_iter().map(|key| key.alg).collect::<Vec<_>>()
    };
    assert_eq!(algorithms(&world.engine).await, ["ES256", "EdDSA"]);
    assert_eq!(algorithms(&other).await, ["ES256", "EdDSA"]);
}

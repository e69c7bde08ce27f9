//! Tokens that are not ours, or say what no token of ours says.

use cartola_crypto::jws::{Algorithm, SigningKey};
use cartola_engine::EngineError;
use cartola_engine::tokens::TokenRefusal;
use cartola_model::Scope;
use cartola_primitives::randomness::SeededRandomness;
use cartola_store::signing_keys::SigningKeyRow;
use cartola_store::{SigningKeys, StoreErrorKind};
use data_encoding::BASE64URL_NOPAD;
use expect_test::{Expect, expect};

use super::{Audience, Claims, KHIPU, TOKEN_KIND, check, claims_of, signing_key, token};
use crate::world::World;

fn stranger(algorithm: Algorithm) -> SigningKey {
    SigningKey::generate(algorithm, &SeededRandomness::new(99))
}

/// A token with other claims, signed with our own key: what the check has to find by itself.
async fn check_claims(alter: impl FnOnce(&World, &mut Claims), expected: &Expect) {
    let world = World::new().await;
    let right = token(&world).await;
    let key = signing_key(&world).await;
    let mut claims = claims_of(&key, &right, &world);
    alter(&world, &mut claims);
    check(&world, &key.sign(TOKEN_KIND, &claims).unwrap(), expected).await;
}

#[tokio::test]
async fn what_another_key_signed() {
    let world = World::new().await;
    let right = token(&world).await;
    let claims = claims_of(&signing_key(&world).await, &right, &world);
    for algorithm in Algorithm::ALL {
        let forged = stranger(algorithm).sign(TOKEN_KIND, &claims).unwrap();
        check(&world, &forged, &expect!["Token(UnknownKey)"]).await;
        let (message, _) = right.rsplit_once('.').unwrap();
        let (_, signature) = forged.rsplit_once('.').unwrap();
        check(&world, &format!("{message}.{signature}"), &expect!["Token(Signature)"]).await;
    }
}

#[tokio::test]
async fn what_nobody_signed() {
    let world = World::new().await;
    let right = token(&world).await;
    let (header, rest) = right.split_once('.').unwrap();
    let header = String::from_utf8(BASE64URL_NOPAD.decode(header.as_bytes()).unwrap()).unwrap();
    let with_header = |from: &str, to: &str| {
        let header = BASE64URL_NOPAD.encode(header.replace(from, to).as_bytes());
        format!("{header}.{rest}")
    };
    let (unsigned, _) = rest.rsplit_once('.').unwrap();
    let none = with_header("EdDSA", "none");
    check(&world, &none, &expect!["Token(Unsigned)"]).await;
    let none = none.replace(rest, &format!("{unsigned}."));
    check(&world, &none, &expect!["Token(Unsigned)"]).await;
    check(&world, &with_header("EdDSA", "HS256"), &expect!["Token(OtherAlgorithm)"]).await;
    check(&world, &with_header("EdDSA", "ES256"), &expect!["Token(OtherAlgorithm)"]).await;
    check(&world, &with_header("cartola-access", "khipu"), &expect!["Token(Signature)"]).await;
    let malformed = expect!["Token(Malformed { part: Form })"];
    check(&world, world.keys.api_key.expose(), &malformed).await;
    check(&world, "", &malformed).await;
}

#[tokio::test]
async fn a_token_for_another_facade_opens_nothing() {
    let world = World::new().await;
    let right = token(&world).await;
    let refusal = world.engine.principal_of_token(&right, Audience::new("synaptic")).await;
    expect!["the token was issued for another audience"]
        .assert_eq(&refusal.unwrap_err().to_string());
    let other = |_: &World, claims: &mut Claims| "khipu-2".clone_into(&mut claims.audience);
    check_claims(other, &expect!["Token(OtherAudience)"]).await;
}

#[tokio::test]
async fn a_token_of_another_kind_or_issuer_opens_nothing() {
    let world = World::new().await;
    let right = token(&world).await;
    let key = signing_key(&world).await;
    let other_kind = key.sign("khipu+jwt", &claims_of(&key, &right, &world)).unwrap();
    check(&world, &other_kind, &expect!["Token(OtherKind)"]).await;
    let other = |_: &World, claims: &mut Claims| "another".clone_into(&mut claims.issuer);
    check_claims(other, &expect!["Token(OtherIssuer)"]).await;
}

#[tokio::test]
async fn only_a_client_of_the_tenant_that_the_token_names_is_taken() {
    let unchanged = |_: &World, _: &mut Claims| ();
    check_claims(unchanged, &expect!["taken: the client"]).await;
    let api_key =
        |world: &World, claims: &mut Claims| claims.subject = world.keys.api_key_id.to_string();
    check_claims(api_key, &expect!["Client"]).await;
    let tenant = |tenant: &str| {
        let tenant = tenant.to_owned();
        |_: &World, claims: &mut Claims| {
            drop(claims.private.insert("tenant".to_owned(), tenant.into()));
        }
    };
    check_claims(tenant(&format!("ten_{}", "0".repeat(32))), &expect!["Client"]).await;
    let no_tenant = expect![[r#"Token(Claim { name: "tenant" })"#]];
    check_claims(tenant("everybody"), &no_tenant).await;
    check_claims(|_, claims| claims.private.clear(), &no_tenant).await;
    let operator = |_: &World, claims: &mut Claims| "operator".clone_into(&mut claims.subject);
    check_claims(operator, &expect![[r#"Token(Claim { name: "sub" })"#]]).await;
}

#[tokio::test]
async fn a_client_of_another_tenant_is_none_of_this_one() {
    let world = World::new().await;
    let right = token(&world).await;
    let other = world.engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let key = signing_key(&world).await;
    let mut claims = claims_of(&key, &right, &world);
    claims.private.insert("tenant".to_owned(), other.tenant.id.to_string().into());
    check(&world, &key.sign(TOKEN_KIND, &claims).unwrap(), &expect!["Client"]).await;
    claims = claims_of(&key, &right, &world);
    claims.subject = other.client_id.to_string();
    check(&world, &key.sign(TOKEN_KIND, &claims).unwrap(), &expect!["Client"]).await;
}

/// Whoever can write the store but has no master key can give no key another one's name.
#[tokio::test]
async fn a_key_under_another_name_checks_nothing() {
    let world = World::new().await;
    let right = token(&world).await;
    let row = world.store.signing_keys().await.unwrap().remove(0);
    let swapped = SigningKeyRow { id: "another".to_owned(), ..row.clone() };
    world.store.add_signing_key(swapped, Some(row.id)).await.unwrap();
    let another = world.another(2, Algorithm::EdDsa).await;
    let refusal = another.principal_of_token(&right, KHIPU).await.unwrap_err();
    let TokenRefusal::Engine(EngineError::Store(error)) = refusal else { panic!("{refusal:?}") };
    assert_eq!(error.kind, StoreErrorKind::Corrupt);
}

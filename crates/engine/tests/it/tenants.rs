//! Keys open what they should, and nothing else.

use cartola_engine::tenants::TenantError;
use cartola_model::Scope;
use cartola_model::access::Actor;

use crate::world::World;

#[tokio::test]
async fn a_key_opens_its_tenant_until_it_is_revoked() {
    let world = World::new().await;
    let key = world.keys.api_key.expose();
    let who = world.engine.authenticate(key).await.unwrap().unwrap();
    assert_eq!(who.tenant, world.keys.tenant.id);
    let Actor::Credential(id) = who.actor else { panic!("an API key acts") };
    world.engine.revoke_credential(who.tenant, id).await.unwrap();
    assert!(world.engine.authenticate(key).await.unwrap().is_none());
}

#[tokio::test]
async fn nothing_but_a_key_opens() {
    let world = World::new().await;
    let key = world.keys.api_key.expose();
    let last = if key.ends_with('A') { "B" } else { "A" };
    let altered = format!("{}{last}", &key[..key.len() - 1]);
    let client_secret = world.keys.client_secret.expose().as_str();
    let unprefixed = &key["cartola_".len()..];
    for wrong in ["", "cartola_", &altered, client_secret, unprefixed, &key[..40], "cartola_ñ"] {
        assert!(world.engine.authenticate(wrong).await.unwrap().is_none(), "{wrong}");
    }
}

/// Whether this id with this secret is a client.
async fn is_client(world: &World, id: &str, secret: &str) -> bool {
    let who = world.engine.authenticate_client(id, secret).await.unwrap();
    who.is_some_and(|who| who.tenant == world.keys.tenant.id)
}

#[tokio::test]
async fn a_client_has_its_own_secret_until_it_is_revoked() {
    let world = World::new().await;
    let other = world.engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let tenant = world.keys.tenant.clone();
    let second = world.engine.issue(tenant.clone(), &[Scope::Read]).await.unwrap();
    let id = world.keys.client_id.to_string();
    let secret = world.keys.client_secret.expose().as_str();
    let api_key = &world.keys.api_key.expose()["cartola_".len()..];
    assert!(is_client(&world, &id, secret).await);
    for wrong in ["", "cred_", &world.keys.api_key_id.to_string(), &id.to_uppercase()] {
        assert!(!is_client(&world, wrong, secret).await, "{wrong}");
    }
    for keys in [&second, &other] {
        assert!(!is_client(&world, &keys.client_id.to_string(), secret).await);
        assert!(!is_client(&world, &id, keys.client_secret.expose()).await);
    }
    for wrong in ["", "ñ", api_key, &secret[1..], &format!("{secret}AAAA"), &secret.to_lowercase()]
    {
        assert!(!is_client(&world, &id, wrong).await);
    }
    assert!(!is_client(&world, &world.keys.api_key_id.to_string(), api_key).await);
    world.engine.revoke_credential(tenant.id, world.keys.client_id).await.unwrap();
    assert!(!is_client(&world, &id, secret).await);
    assert!(is_client(&world, &second.client_id.to_string(), second.client_secret.expose()).await);
}

#[tokio::test]
async fn names_of_tenants_are_sound_and_unique() {
    let world = World::new().await;
    let add = async |name: &str| world.engine.add_tenant(name, &Scope::ALL).await.map(|_| ());
    assert!(matches!(add("  ").await, Err(TenantError::Name)));
    assert!(matches!(add("a\u{7}b").await, Err(TenantError::Name)));
    assert!(matches!(add(&"x".repeat(101)).await, Err(TenantError::Name)));
    assert!(matches!(add(" Empresa ").await, Err(TenantError::Taken)));
    assert!(add("Otra").await.is_ok());
}

#[tokio::test]
async fn reads_are_gathered_in_the_audit_trail() {
    let world = World::new().await;
    world.import(&["2;A;-100;900"]).await;
    for _ in 0..3 {
        world.movements().await;
    }
    world.engine.flush_accesses().await.unwrap();
    let entries = world.engine.audit(&world.who, 0, 1_000).await.unwrap();
    let last = &entries.last().unwrap().event;
    assert_eq!((last.action.as_str(), last.count), ("movement.read", 3));

    let verified = world.engine.verify_audit(world.who.tenant, &[], &mut |_| {}).await.unwrap();
    assert!(verified.broken.is_none());
    assert_eq!(verified.entries, entries.len() as u64);
}

//! Tenants and credentials.

use cartola_model::Scope;
use cartola_primitives::id::{CredentialId, TenantId};

use super::Backend;
use super::fixtures::{Fixtures, at};
use super::scene::Scene;
use crate::tenancy::CredentialKind;
use crate::{Command, StoreErrorKind, UnitOfWork};

/// All tenants come back as they were added, by id.
pub async fn tenants_are_listed_by_id(backend: Backend) {
    let mut rows = Vec::new();
    for seed in 1..=4 {
        let make = Fixtures::new(seed);
        let row = make.tenant(&format!("Compañía {seed}"));
        let unit = UnitOfWork::new(make.tenant, at(0)).with(Command::AddTenant(row.clone()));
        backend.store.commit(unit).await.expect("a new tenant is taken");
        assert_eq!(backend.store.tenant(row.id).await.expect("a read"), Some(row.clone()));
        rows.push(row);
    }
    rows.sort_by_key(|row| row.id);
    assert_eq!(backend.store.tenants().await.expect("a read"), rows);
}

/// A tenant's id and its name are new.
pub async fn ids_and_names_of_tenants_are_unique(backend: Backend) {
    let scene = Scene::new(&backend).await;
    scene.conflicts(Command::AddTenant(scene.make.tenant("another name"))).await;
    let other = Fixtures::new(2);
    let same_name = Command::AddTenant(other.tenant("tenant 1"));
    let unit = UnitOfWork::new(other.tenant, at(0)).with(same_name);
    let refused = backend.store.commit(unit).await.expect_err("the name is taken");
    assert_eq!(refused.kind, StoreErrorKind::Conflict);
    assert_eq!(backend.store.tenants().await.expect("a read"), [scene.make.tenant("tenant 1")]);
}

/// A unit cannot add another tenant than its own.
pub async fn a_tenant_is_added_by_its_own_unit(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let other = Fixtures::new(2).tenant("another");
    let kind = scene.refused(Command::AddTenant(other.clone())).await;
    assert_eq!(kind, StoreErrorKind::Misuse);
    assert_eq!(backend.store.tenant(other.id).await.expect("a read"), None);
}

/// Credentials of every kind come back as they were added.
pub async fn a_credential_is_found_by_its_digest(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let store = &scene.store;
    for (kind, scopes, sealed) in [
        (CredentialKind::ApiKey, Scope::ALL.to_vec(), None),
        (CredentialKind::ClientSecret, vec![Scope::Audit], None),
        (CredentialKind::WebhookSecret, vec![], Some("secret")),
        (CredentialKind::SubscriptionSecret, vec![], Some("subscription")),
        (CredentialKind::DeviceSession, vec![], Some("session")),
    ] {
        let mut row = scene.make.credential();
        row.kind = kind;
        row.scopes = scopes;
        row.sealed = sealed.map(|text| scene.make.sealed(text));
        scene.apply(Command::AddCredential(row.clone())).await;
        let found = store.credential(scene.make.tenant, &row.digest).await.expect("a read");
        assert_eq!(found, Some(row));
    }
    let unknown = scene.make.fresh_digest();
    let found = store.credential(scene.make.tenant, &unknown).await.expect("a read");
    assert_eq!(found, None);
}

/// Each credential is found by its own id, revoked or not.
pub async fn a_credential_is_found_by_its_id(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (store, tenant) = (&scene.store, scene.make.tenant);
    let mut rows = [(); 3].map(|()| scene.make.credential());
    for row in &rows {
        assert_eq!(store.credential_by_id(tenant, row.id).await.expect("a read"), None);
        scene.apply(Command::AddCredential(row.clone())).await;
    }
    scene.commit(scene.unit_at(at(60)).with(Command::RevokeCredential(rows[1].id))).await;
    rows[1].revoked_at = Some(at(60));
    for row in rows {
        assert_eq!(store.credential_by_id(tenant, row.id).await.expect("a read"), Some(row));
    }
}

/// All of a tenant's credentials, by id.
pub async fn credentials_are_listed_by_id(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let rows = [(); 5].map(|()| scene.make.credential());
    for row in rows.iter().rev() {
        scene.apply(Command::AddCredential(row.clone())).await;
    }
    let found = scene.store.credentials(scene.make.tenant).await.expect("a read");
    assert_eq!(found, rows);
}

/// Sessions of devices are not among them, but found by their ids.
pub async fn sessions_are_not_listed(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (key, mut session) = (scene.make.credential(), scene.make.credential());
    session.kind = CredentialKind::DeviceSession;
    for row in [&key, &session] {
        scene.apply(Command::AddCredential(row.clone())).await;
    }
    let tenant = scene.make.tenant;
    assert_eq!(scene.store.credentials(tenant).await.expect("a read"), [key]);
    let found = scene.store.credential_by_id(tenant, session.id).await.expect("a read");
    assert_eq!(found, Some(session));
}

/// Adds a credential that ends so many seconds later, and says whose and which it is.
async fn added(scene: &Scene, kind: CredentialKind, ends: Option<i64>) -> (TenantId, CredentialId) {
    let mut row = scene.make.credential();
    (row.kind, row.revoked_at) = (kind, ends.map(at));
    let id = row.id;
    scene.apply(Command::AddCredential(row)).await;
    (scene.make.tenant, id)
}

/// All sessions of devices of a tenant end in one command, and neither its keys nor anybody else's.
pub async fn all_sessions_of_a_tenant_end_at_once(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let other = Scene::of_tenant(&backend, 2).await;
    let session = CredentialKind::DeviceSession;
    let rows = [
        (added(&scene, session, Some(600)).await, Some(at(60))),
        (added(&scene, session, None).await, Some(at(60))),
        (added(&scene, session, Some(30)).await, Some(at(30))),
        (added(&scene, CredentialKind::ApiKey, None).await, None),
        (added(&other, session, Some(600)).await, Some(at(600))),
    ];
    // None is left the second time, which is no conflict.
    for _ in 0..2 {
        scene.commit(scene.unit_at(at(60)).with(Command::EndSessions)).await;
    }
    for ((tenant, id), ends) in rows {
        let found = scene.store.credential_by_id(tenant, id).await.expect("a read");
        assert_eq!(found.expect("it is there").revoked_at, ends);
    }
}

/// Sessions of devices that ended long ago are forgotten, of every tenant; keys never are.
pub async fn sessions_of_long_ago_are_forgotten(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let other = Scene::of_tenant(&backend, 2).await;
    let session = CredentialKind::DeviceSession;
    let rows = [
        (added(&scene, session, Some(59)).await, false),
        (added(&scene, session, Some(60)).await, true),
        (added(&scene, session, None).await, true),
        (added(&scene, CredentialKind::ApiKey, Some(1)).await, true),
        (added(&other, session, Some(1)).await, false),
    ];
    assert_eq!(scene.store.forget_sessions(at(60)).await.expect("a change"), 2);
    assert_eq!(scene.store.forget_sessions(at(60)).await.expect("a change"), 0);
    for ((tenant, id), is_kept) in rows {
        let found = scene.store.credential_by_id(tenant, id).await.expect("a read");
        assert_eq!(found.is_some(), is_kept);
    }
}

/// A credential that holds takes another secret in the place of the one that is expected, once.
pub async fn a_credential_is_renewed_by_its_secret(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut row = scene.make.credential();
    row.revoked_at = Some(at(60));
    let (id, first) = (row.id, row.digest);
    let (second, third) = (scene.make.fresh_digest(), scene.make.fresh_digest());
    let renew = |expected, digest, until| Command::RenewCredential {
        id,
        expected,
        digest,
        until: at(until),
    };
    scene.conflicts(renew(first, second, 90)).await;
    scene.apply(Command::AddCredential(row.clone())).await;
    scene.conflicts(renew(second, third, 90)).await;
    scene.apply(renew(first, second, 90)).await;
    scene.conflicts(renew(first, third, 90)).await;
    (row.digest, row.revoked_at) = (second, Some(at(90)));
    let tenant = scene.make.tenant;
    let found = scene.store.credential_by_id(tenant, id).await.expect("a read");
    assert_eq!(found.as_ref(), Some(&row));
    assert_eq!(scene.store.credential(tenant, &first).await.expect("a read"), None);
    scene.apply(Command::RevokeCredential(id)).await;
    scene.conflicts(renew(second, third, 90)).await;
    let other = Scene::of_tenant(&backend, 2).await;
    other.conflicts(renew(second, third, 90)).await;
}

/// Revoking records when, and the credential is found as before: the caller decides.
pub async fn a_revoked_credential_is_still_found(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut row = scene.make.credential();
    scene.apply(Command::AddCredential(row.clone())).await;
    scene.commit(scene.unit_at(at(60)).with(Command::RevokeCredential(row.id))).await;
    row.revoked_at = Some(at(60));
    let tenant = scene.make.tenant;
    let found = scene.store.credential(tenant, &row.digest).await.expect("a read");
    assert_eq!(found.as_ref(), Some(&row));
    assert_eq!(scene.store.credentials(tenant).await.expect("a read"), [row]);
}

/// A credential may be given an end, which can be brought forward and never put off.
pub async fn the_end_of_a_credential_only_comes_nearer(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = scene.make.credential();
    let id = row.id;
    scene.conflicts(Command::EndCredential { id, at: at(60) }).await;
    scene.apply(Command::AddCredential(row)).await;
    let ends = async || {
        let found = scene.store.credential_by_id(scene.make.tenant, id).await.expect("a read");
        found.and_then(|row| row.revoked_at)
    };
    scene.apply(Command::EndCredential { id, at: at(60) }).await;
    assert_eq!(ends().await, Some(at(60)));
    for later in [60, 61] {
        scene.conflicts(Command::EndCredential { id, at: at(later) }).await;
    }
    scene.apply(Command::EndCredential { id, at: at(30) }).await;
    assert_eq!(ends().await, Some(at(30)));
    scene.commit(scene.unit_at(at(5)).with(Command::RevokeCredential(id))).await;
    assert_eq!(ends().await, Some(at(5)));
}

/// What is revoked or unknown cannot be revoked.
pub async fn a_credential_is_revoked_once(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = scene.make.credential();
    scene.conflicts(Command::RevokeCredential(row.id)).await;
    scene.apply(Command::AddCredential(row.clone())).await;
    scene.apply(Command::RevokeCredential(row.id)).await;
    scene.conflicts(Command::RevokeCredential(row.id)).await;
}

/// Neither the id nor the digest of a credential is used again, not even after it was revoked.
pub async fn ids_and_digests_of_credentials_are_unique(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = scene.make.credential();
    scene.apply(Command::AddCredential(row.clone())).await;
    scene.apply(Command::RevokeCredential(row.id)).await;
    let mut same_id = scene.make.credential();
    same_id.id = row.id;
    scene.conflicts(Command::AddCredential(same_id)).await;
    let mut same_digest = scene.make.credential();
    same_digest.digest = row.digest;
    scene.conflicts(Command::AddCredential(same_digest)).await;
}

//! Changing the master key.

use std::collections::BTreeMap;
use std::sync::Arc;

use cartola_crypto::jws::Algorithm;
use cartola_crypto::{MasterKeyId, WrappedKey};
use cartola_primitives::id::PersonId;

use super::Backend;
use super::fixtures::{Fixtures, NOW};
use super::scene::Scene;
use super::signing_keys::{add, key};
use crate::rotation::{Owned, Owner, Rewrapped, Wraps};
use crate::vault::{DataKeyRow, LOOKUP_KEY};
use crate::{Command, StoreErrorKind};

/// Data keys that are added while the master key changes.
const ADDED: usize = 60;

/// A key as another master key has it.
fn under(wrapped: WrappedKey, master: u8) -> WrappedKey {
    WrappedKey { master: id(master), ..wrapped }
}

fn id(master: u8) -> MasterKeyId {
    MasterKeyId::from_bytes([master; 8])
}

/// Stores a look-up key under a master key, which is the active one from then on.
async fn begin(backend: &Backend, make: &Fixtures, master: u8) -> WrappedKey {
    let offered = under(make.wrapped(), master);
    backend.store.installation_secret(LOOKUP_KEY, offered).await.expect("a secret is kept")
}

fn data_key(scene: &Scene, master: u8) -> DataKeyRow {
    let row = scene.make.data_key(Some(scene.make.id::<PersonId>()));
    DataKeyRow { wrapped: under(row.wrapped, master), ..row }
}

fn owned(scene: &Scene, row: &DataKeyRow) -> Owned {
    let owner = Owner::DataKey { tenant: scene.make.tenant, id: row.id, subject: row.subject };
    Owned { owner, wrapped: row.wrapped.clone() }
}

async fn refused(backend: &Backend, master: u8, keys: Vec<Rewrapped>) {
    let refused = backend.rotation().rewrap(id(master), keys).await;
    assert_eq!(refused.expect_err("it is not the active one").kind, StoreErrorKind::Conflict);
}

/// Data keys and signing keys alike; without a look-up key, nothing is compared.
pub async fn a_key_is_added_under_the_active_master_alone(backend: Backend) {
    let scene = Scene::new(&backend).await;
    scene.apply(Command::AddDataKey(data_key(&scene, 9))).await;
    begin(&backend, &scene.make, 1).await;
    scene.conflicts(Command::AddDataKey(data_key(&scene, 2))).await;
    scene.apply(Command::AddDataKey(data_key(&scene, 1))).await;
    let mut row = key(&scene.make, "one", Algorithm::EdDsa, NOW);
    row.wrapped.master = id(2);
    assert!(!add(backend.store.as_ref(), &row, None).await);
    row.wrapped.master = id(1);
    assert!(add(backend.store.as_ref(), &row, None).await);
}

/// Of those who change it at once, one does.
pub async fn the_active_master_is_changed_from_what_it_was(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let rotation = backend.rotation();
    let stored = async || backend.store.stored_secret(LOOKUP_KEY).await.expect("a read");
    assert_eq!(stored().await, None);
    let before = begin(&backend, &scene.make, 1).await;
    assert_eq!(stored().await.as_ref(), Some(&before));
    let after = under(scene.make.wrapped(), 2);
    rotation.activate(before.clone(), after.clone()).await.expect("it is as expected");
    assert_eq!(stored().await.as_ref(), Some(&after));
    let late = rotation.activate(before, under(scene.make.wrapped(), 3)).await;
    assert_eq!(late.expect_err("it was changed").kind, StoreErrorKind::Conflict);
    assert_eq!(stored().await, Some(after));
    scene.conflicts(Command::AddDataKey(data_key(&scene, 1))).await;
    scene.apply(Command::AddDataKey(data_key(&scene, 2))).await;
}

/// Of all tenants, by kind, in the order of ids.
pub async fn every_master_is_counted_with_what_it_wraps(backend: Backend) {
    let (scene, other) = (Scene::new(&backend).await, Scene::of_tenant(&backend, 2).await);
    assert_eq!(backend.rotation().wraps().await.expect("a read"), []);
    for (scene, master) in [(&scene, 1), (&scene, 2), (&other, 2)] {
        scene.apply(Command::AddDataKey(data_key(scene, master))).await;
    }
    let mut row = key(&scene.make, "one", Algorithm::EdDsa, NOW);
    row.wrapped.master = id(1);
    assert!(add(backend.store.as_ref(), &row, None).await);
    begin(&backend, &scene.make, 3).await;
    let wraps = |master, data_keys, signing_keys, secrets| Wraps {
        master: id(master),
        data_keys,
        signing_keys,
        secrets,
    };
    let expected = [wraps(1, 1, 1, 0), wraps(2, 2, 0, 0), wraps(3, 0, 0, 1)];
    assert_eq!(backend.rotation().wraps().await.expect("a read"), expected);
}

/// Data keys of all tenants, each once; secrets and signing keys at once.
pub async fn what_other_masters_wrap_is_found_in_pages(backend: Backend) {
    let (scene, other) = (Scene::new(&backend).await, Scene::of_tenant(&backend, 2).await);
    let mut expected = Vec::new();
    for master in [1, 2, 1, 3, 1] {
        for scene in [&scene, &other] {
            let row = data_key(scene, master);
            scene.apply(Command::AddDataKey(row.clone())).await;
            if master != 2 {
                expected.push(owned(scene, &row));
            }
        }
    }
    expected.sort_by_key(place);
    for limit in [1, 3, 100] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = backend.rotation().data_keys_not_under(id(2), after, limit).await;
            let page = page.expect("a read");
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            after = Some(place(last));
            found.extend(page);
        }
        assert_eq!(found, expected);
    }
    let others = async |master| {
        let mut found = Vec::new();
        for key in backend.rotation().others_not_under(id(master)).await.expect("a read") {
            found.push(key.owner);
        }
        found
    };
    let mut row = key(&scene.make, "one", Algorithm::EdDsa, NOW);
    row.wrapped.master = id(1);
    assert!(add(backend.store.as_ref(), &row, None).await);
    begin(&backend, &scene.make, 2).await;
    assert_eq!(others(2).await, [Owner::SigningKey("one".to_owned())]);
    assert_eq!(others(1).await, [Owner::Secret(LOOKUP_KEY.to_owned())]);
}

fn place(key: &Owned) -> (cartola_primitives::id::TenantId, cartola_primitives::id::DataKeyId) {
    match key.owner {
        Owner::DataKey { tenant, id, .. } => (tenant, id),
        _ => panic!("{key:?} is no data key"),
    }
}

/// What another rotation was faster with is left as it is; the rest is changed, of every kind.
pub async fn only_what_is_as_it_was_read_is_wrapped_again(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (one, two) = (data_key(&scene, 1), data_key(&scene, 1));
    for row in [&one, &two] {
        scene.apply(Command::AddDataKey(row.clone())).await;
    }
    let mut signing = key(&scene.make, "one", Algorithm::EdDsa, NOW);
    signing.wrapped.master = id(1);
    assert!(add(backend.store.as_ref(), &signing, None).await);
    let offered = under(scene.make.wrapped(), 1);
    let secret = backend.store.installation_secret("other", offered).await.expect("a secret");
    begin(&backend, &scene.make, 2).await;
    let new = |before: Owned| Rewrapped { before, after: under(scene.make.wrapped(), 2) };
    let rewrapped = [
        new(owned(&scene, &one)),
        new(Owned { owner: Owner::SigningKey("one".to_owned()), wrapped: signing.wrapped.clone() }),
        new(Owned { owner: Owner::Secret("other".to_owned()), wrapped: secret }),
    ];
    let mut stale = new(owned(&scene, &two));
    stale.before.wrapped = scene.make.wrapped();
    let keys = rewrapped.iter().cloned().chain([stale]).collect();
    let rewrap = async |keys| backend.rotation().rewrap(id(2), keys).await.expect("a write");
    assert_eq!(rewrap(keys).await, 3);
    assert_eq!(rewrap(rewrapped.to_vec()).await, 0);
    let tenant = scene.make.tenant;
    let stored = async |id| scene.store.data_key(tenant, id).await.expect("a read");
    let expected = DataKeyRow { wrapped: rewrapped[0].after.clone(), ..one.clone() };
    assert_eq!(stored(one.id).await, Some(expected));
    assert_eq!(stored(two.id).await, Some(two));
    let keys = backend.store.signing_keys().await.expect("a read");
    assert_eq!(keys[0].wrapped, rewrapped[1].after);
    let other = backend.store.stored_secret("other").await.expect("a read");
    assert_eq!(other.as_ref(), Some(&rewrapped[2].after));
}

/// Of two who change it to different ones, the slower stops.
pub async fn nothing_is_wrapped_by_a_master_that_is_not_active(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = data_key(&scene, 1);
    scene.apply(Command::AddDataKey(row.clone())).await;
    let keys =
        vec![Rewrapped { before: owned(&scene, &row), after: under(scene.make.wrapped(), 2) }];
    refused(&backend, 2, keys.clone()).await;
    begin(&backend, &scene.make, 3).await;
    refused(&backend, 2, keys).await;
    let stored = scene.store.data_key(scene.make.tenant, row.id).await.expect("a read");
    assert_eq!(stored, Some(row));
}

/// Whoever adds at that moment adds before the change, or not at all.
pub async fn nothing_is_added_under_the_old_master_while_it_changes(backend: Backend) {
    let scene = Arc::new(Scene::new(&backend).await);
    let before = begin(&backend, &scene.make, 1).await;
    let rows: Vec<_> = (0..ADDED).map(|_| data_key(&scene, 1)).collect();
    let adding: Vec<_> = rows
        .iter()
        .map(|row| {
            let (store, unit) = (Arc::clone(&scene.store), scene.unit());
            let unit = unit.with(Command::AddDataKey(row.clone()));
            tokio::spawn(async move { store.commit(unit).await.is_ok() })
        })
        .collect();
    let after = under(scene.make.wrapped(), 2);
    backend.rotation().activate(before, after).await.expect("it is as expected");
    let counted = backend.rotation().wraps().await.expect("a read");
    let mut added = 0;
    for row in adding {
        added += u64::from(row.await.expect("it ends"));
    }
    let counts: BTreeMap<_, _> = counted.iter().map(|it| (it.master, it.data_keys)).collect();
    // Those who were told so later had been committed before.
    assert_eq!(counts.get(&id(1)).copied().unwrap_or(0), added, "{counted:?}");
}

//! Records of products.

use cartola_model::{ConsentState, RecordKind};
use cartola_primitives::Timestamp;

use super::Backend;
use super::fixtures::{NOW, at};
use super::scene::Scene;
use crate::records::{RecordFilter, RecordRow};
use crate::{Command, MAX_PAGE};

fn row(scene: &Scene, kind: RecordKind) -> RecordRow {
    scene.make.record(scene.link.id, kind, scene.consent.id)
}

async fn add(scene: &Scene, kind: RecordKind) -> RecordRow {
    let row = row(scene, kind);
    scene.apply(Command::AddRecord(row.clone())).await;
    row
}

async fn find(scene: &Scene, row: &RecordRow, now: Timestamp) -> Option<RecordRow> {
    scene.store.record(scene.make.tenant, row.id, now).await.expect("a read")
}

async fn last(scene: &Scene, kind: RecordKind) -> Option<RecordRow> {
    let (tenant, link, consent) = (scene.make.tenant, scene.link.id, scene.consent.id);
    scene.store.last_record(tenant, link, kind, consent).await.expect("a read")
}

async fn list(scene: &Scene, filter: RecordFilter, limit: usize) -> Vec<RecordRow> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let page = scene.store.records(scene.make.tenant, filter, NOW, before, limit).await;
        let page = page.expect("a page");
        assert!(page.rows.len() <= limit);
        found.extend(page.rows);
        before = page.next;
        if before.is_none() {
            return found;
        }
    }
}

/// A record comes back with all its parts, once, and says when it was confirmed.
pub async fn a_record_comes_back_as_it_was_added(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut row = row(&scene, RecordKind::Mortgages);
    assert_eq!(find(&scene, &row, NOW).await, None);
    scene.conflicts(Command::ConfirmRecord { id: row.id, at: at(60) }).await;
    scene.apply(Command::AddRecord(row.clone())).await;
    assert_eq!(find(&scene, &row, NOW).await.as_ref(), Some(&row));
    scene.conflicts(Command::AddRecord(row.clone())).await;
    scene.apply(Command::ConfirmRecord { id: row.id, at: at(60) }).await;
    row.last_read_at = at(60);
    assert_eq!(find(&scene, &row, NOW).await, Some(row));
}

/// The newest of a product is the last one, whatever else was read.
pub async fn the_last_record_is_of_its_product(backend: Backend) {
    let scene = Scene::new(&backend).await;
    assert_eq!(last(&scene, RecordKind::Cards).await, None);
    add(&scene, RecordKind::Cards).await;
    let newest = add(&scene, RecordKind::Cards).await;
    add(&scene, RecordKind::Identity).await;
    let elsewhere = RecordRow { link: scene.make.id(), ..row(&scene, RecordKind::Cards) };
    scene.apply(Command::AddRecord(elsewhere)).await;
    let otherwise = RecordRow { consent: scene.make.id(), ..row(&scene, RecordKind::Cards) };
    scene.apply(Command::AddRecord(otherwise)).await;
    assert_eq!(last(&scene, RecordKind::Cards).await, Some(newest.clone()));
    let (store, tenant, link) = (&scene.store, scene.make.tenant, scene.link.id);
    // That of a consent which is not there is passed over.
    let found = store.newest_record(tenant, link, RecordKind::Cards, NOW).await.expect("a read");
    assert_eq!(found, Some(newest));
    let none = store.newest_record(tenant, link, RecordKind::Debts, NOW).await.expect("a read");
    assert_eq!(none, None);
}

/// A record is there as long as its consent holds.
pub async fn a_record_is_hidden_when_its_consent_ends(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = add(&scene, RecordKind::Debts).await;
    let state = ConsentState::Granted { at: NOW, expires_at: Some(at(60)) };
    scene.apply(Command::ChangeConsent { id: scene.consent.id, expected: 1, state }).await;
    assert!(find(&scene, &row, at(59)).await.is_some());
    assert_eq!(find(&scene, &row, at(60)).await, None);
    let page = scene
        .store
        .records(scene.make.tenant, RecordFilter::default(), at(60), None, MAX_PAGE)
        .await
        .expect("a page");
    assert!(page.rows.is_empty());
    assert_eq!(last(&scene, RecordKind::Debts).await, Some(row));
}

/// Pages are newest first, of those that were asked for.
pub async fn records_are_listed_newest_first(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut rows = Vec::new();
    for kind in [RecordKind::Cards, RecordKind::Identity, RecordKind::Cards, RecordKind::Cards] {
        rows.push(add(&scene, kind).await);
    }
    let mut elsewhere = row(&scene, RecordKind::Cards);
    elsewhere.link = scene.make.id();
    scene.apply(Command::AddRecord(elsewhere.clone())).await;
    rows.push(elsewhere);
    rows.reverse();
    for limit in [1, 2, MAX_PAGE] {
        for link in [None, Some(scene.link.id)] {
            for kind in [None, Some(RecordKind::Cards)] {
                let filter = RecordFilter { link, kind };
                let wanted: Vec<RecordRow> = rows
                    .iter()
                    .filter(|row| link.is_none_or(|link| link == row.link))
                    .filter(|row| kind.is_none_or(|kind| kind == row.kind))
                    .cloned()
                    .collect();
                assert_eq!(list(&scene, filter, limit).await, wanted, "{filter:?} by {limit}");
            }
        }
    }
}

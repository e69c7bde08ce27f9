//! The audit trail.

use std::sync::Arc;

use cartola_crypto::{ChainHash, ChainHead, Entry, Verifier};
use cartola_model::audit::AuditEvent;
use cartola_primitives::date;

use super::Backend;
use super::fixtures::at;
use super::scene::Scene;
use crate::audit::{AnchorRow, AuditRow};
use crate::{Command, MAX_PAGE, StoreErrorKind};

/// Writers that append at once.
const WRITERS: u64 = 32;

fn event(subject: u64) -> AuditEvent {
    AuditEvent::once("consent.revoked", "operator", subject).with("reason", "pedido por \"María\"")
}

async fn entries(scene: &Scene) -> Vec<AuditRow> {
    scene.store.audit(scene.make.tenant, 0, MAX_PAGE).await.expect("a read")
}

async fn head(scene: &Scene) -> Option<(u64, ChainHash)> {
    scene.store.audit_head(scene.make.tenant).await.expect("a read")
}

/// The end to which the entries lead, if they are a whole chain.
fn verified(scene: &Scene, rows: &[AuditRow]) -> (u64, ChainHash) {
    let mut verifier = Verifier::from_genesis(scene.make.tenant);
    for AuditRow { sequence, at, body, hash } in rows {
        let entry = Entry { sequence: *sequence, at: *at, body, hash: *hash };
        verifier.take(&entry).expect("the chain is whole");
    }
    let ChainHead { sequence, hash } = verifier.head();
    (sequence, hash)
}

/// Other changes leave no entry.
pub async fn a_tenant_without_entries_has_no_head(backend: Backend) {
    let scene = Scene::new(&backend).await;
    assert_eq!(head(&scene).await, None);
    assert_eq!(entries(&scene).await, []);
}

/// Each entry has its unit's instant and the event as JSON, and the chain leads to the head.
pub async fn entries_are_chained_and_the_head_is_recorded(backend: Backend) {
    let scene = Scene::new(&backend).await;
    for place in 1..=5_u8 {
        let moment = at(i64::from(place) * 60);
        let unit = scene.unit_at(moment).with(Command::Audit(event(u64::from(place))));
        let receipt = scene.commit(unit).await;
        let rows = entries(&scene).await;
        let last = rows.last().expect("there is an entry");
        assert_eq!((last.sequence, last.at), (u64::from(place), moment));
        let written: AuditEvent = serde_json::from_str(&last.body).expect("the body is JSON");
        assert_eq!(written, event(u64::from(place)));
        assert_eq!(receipt.audit_head, Some(verified(&scene, &rows)));
        assert_eq!(head(&scene).await, receipt.audit_head);
    }
}

/// Several entries of one unit stand in the order of its commands.
pub async fn entries_of_one_unit_follow_each_other(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut unit = scene.unit();
    for subject in 0..10 {
        unit.push(Command::Audit(event(subject)));
    }
    let receipt = scene.commit(unit).await;
    let rows = entries(&scene).await;
    assert_eq!(receipt.audit_head, Some(verified(&scene, &rows)));
    let subjects: Vec<String> = rows
        .iter()
        .map(|row| serde_json::from_str::<AuditEvent>(&row.body).expect("JSON").subject)
        .collect();
    assert_eq!(subjects, (0..10).map(|subject| subject.to_string()).collect::<Vec<_>>());
}

/// Entries after a place, so many at a time.
pub async fn entries_are_read_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut unit = scene.unit();
    for subject in 0..=MAX_PAGE as u64 {
        unit.push(Command::Audit(event(subject)));
    }
    scene.commit(unit).await;
    let asked = [
        (0, 3, 3),
        (0, 0, 1),
        (0, usize::MAX, MAX_PAGE),
        (MAX_PAGE as u64, 5, 1),
        (MAX_PAGE as u64 + 1, 5, 0),
        (u64::MAX, 5, 0),
    ];
    for (after, limit, expected) in asked {
        let rows = scene.store.audit(scene.make.tenant, after, limit).await.expect("a read");
        let sequences: Vec<u64> = rows.iter().map(|row| row.sequence).collect();
        let expected: Vec<u64> = (1..=expected as u64).map(|place| after + place).collect();
        assert_eq!(sequences, expected, "{limit} after {after}");
    }
}

/// Whatever the order in which writers get their turn, the chain is whole and nobody is lost.
pub async fn appending_at_once_leaves_no_hole(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|subject| {
            let store = Arc::clone(&scene.store);
            let unit = scene.unit().with(Command::Audit(event(subject)));
            tokio::spawn(async move { store.commit(unit).await })
        })
        .collect();
    let mut heads = Vec::new();
    for writer in writers {
        let receipt = writer.await.expect("the writer ends").expect("the entry is appended");
        heads.push(receipt.audit_head.expect("the chain grew"));
    }
    heads.sort_unstable();
    let rows = entries(&scene).await;
    let recorded: Vec<_> = rows.iter().map(|row| (row.sequence, row.hash)).collect();
    assert_eq!(recorded, heads);
    assert_eq!(verified(&scene, &rows).0, WRITERS);
    assert_eq!(head(&scene).await, Some(verified(&scene, &rows)));
}

/// The anchor of that number.
pub(super) fn anchor(number: u64) -> AnchorRow {
    AnchorRow {
        number,
        day: date(2026, 3, 31),
        sequence: 10 * number,
        hash: ChainHash::from_bytes([7; 32]),
        made_at: at(60),
        signed: format!("a.{number}.b"),
    }
}

/// Anchors come back as they were added, in order and in pages.
pub async fn anchors_come_back_in_their_order(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let tenant = scene.make.tenant;
    assert_eq!(scene.store.last_anchor(tenant).await.expect("a read"), None);
    for number in 1..=3 {
        scene.apply(Command::AddAnchor(anchor(number))).await;
        let last = scene.store.last_anchor(tenant).await.expect("a read");
        assert_eq!(last, Some(anchor(number)));
    }
    let asked: [(u64, usize, &[u64]); 4] =
        [(0, MAX_PAGE, &[1, 2, 3]), (0, 2, &[1, 2]), (2, 5, &[3]), (3, 5, &[])];
    for (after, limit, expected) in asked {
        let found = scene.store.anchors(tenant, after, limit).await.expect("a read");
        let expected: Vec<AnchorRow> = expected.iter().map(|number| anchor(*number)).collect();
        assert_eq!(found, expected, "{limit} after {after}");
    }
}

/// Of those who make the next anchor at once, one does; and none is left out.
pub async fn an_anchor_follows_the_one_before(backend: Backend) {
    let scene = Scene::new(&backend).await;
    scene.apply(Command::AddAnchor(anchor(1))).await;
    for number in [0, 1, 3] {
        let unit = scene.unit().with(Command::AddAnchor(anchor(number)));
        let refused = scene.store.commit(unit).await.expect_err("it is not the next");
        assert_eq!(refused.kind, StoreErrorKind::Conflict, "{number}");
    }
    scene.apply(Command::AddAnchor(anchor(2))).await;
}

//! The change feed.

use std::sync::Arc;

use cartola_model::MovementStatus;
use cartola_primitives::id::{MovementId, TenantId};
use cartola_primitives::{Currency, Money};

use super::Backend;
use super::fixtures::NOW;
use super::movements::{change_to, changed, removal};
use super::scene::Scene;
use crate::movements::{FeedChange, FeedEntry, MovementRow};
use crate::work::MovementChange;
use crate::{Command, MAX_PAGE, Store};

/// Writers that commit at once.
const WRITERS: usize = 32;

/// Movements that each of them adds.
const ROWS_OF_A_WRITER: usize = 5;

async fn feed(scene: &Scene, after: u64, limit: usize) -> Vec<FeedEntry> {
    scene.store.feed(scene.make.tenant, after, limit, NOW).await.expect("a read")
}

/// Position, change and movement of every entry.
async fn told(scene: &Scene) -> Vec<(u64, FeedChange, MovementId)> {
    let entries = feed(scene, 0, MAX_PAGE).await;
    for entry in &entries {
        assert_eq!(entry.account, scene.account.id);
    }
    entries.iter().map(|entry| (entry.position, entry.change, entry.movement)).collect()
}

/// Every new movement gets the next position, in the order of its unit.
pub async fn positions_follow_each_other_without_holes(backend: Backend) {
    let scene = Scene::new(&backend).await;
    assert_eq!(told(&scene).await, []);
    let end = || scene.store.feed_end(scene.make.tenant);
    assert_eq!(end().await.expect("a read"), 0);
    let mut expected = Vec::new();
    for count in [3, 1, 2] {
        for row in scene.add_movements(count).await {
            let position = expected.len() as u64 + 1;
            expected.push((position, FeedChange::Added, row.movement.id));
        }
        assert_eq!(told(&scene).await, expected);
        assert_eq!(end().await.expect("a read"), expected.len() as u64);
    }
}

/// A change stands in the feed under the word that its unit gave.
pub async fn changes_appear_as_they_are_called(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = scene.add_movements(1).await.remove(0);
    let id = row.movement.id;
    let modified = changed(&row, |next| next.movement.amount = Money::new(1, Currency::CLP));
    let (removed, remove) = removal(&modified);
    let back = changed(&removed, |next| next.movement.status = MovementStatus::Booked);
    scene.apply(change_to(&modified, FeedChange::Modified)).await;
    scene.apply(remove).await;
    scene.apply(change_to(&back, FeedChange::Added)).await;
    let expected = [
        (1, FeedChange::Added, id),
        (2, FeedChange::Modified, id),
        (3, FeedChange::Removed, id),
        (4, FeedChange::Added, id),
    ];
    assert_eq!(told(&scene).await, expected);
}

/// A change of consents alone is no news.
pub async fn a_change_without_a_word_does_not_appear(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = scene.add_movements(1).await.remove(0);
    let (_, set) = scene.add_consent(Some(scene.set.id)).await;
    let change = MovementChange {
        expected: 1,
        feed: None,
        row: MovementRow { consents: set.id, ..row.clone() },
    };
    let receipt = scene.apply(Command::ChangeMovements(vec![change])).await;
    assert_eq!(receipt.feed_position, None);
    assert_eq!(told(&scene).await, [(1, FeedChange::Added, row.movement.id)]);
}

/// Old entries show the movement as it is, not as it was.
pub async fn a_row_is_the_movement_as_it_is_now(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = scene.add_movements(1).await.remove(0);
    let modified = changed(&row, |next| "CORREGIDO".clone_into(&mut next.movement.glosa));
    scene.apply(change_to(&modified, FeedChange::Modified)).await;
    let rows: Vec<_> = feed(&scene, 0, 10).await.into_iter().map(|entry| entry.row).collect();
    assert_eq!(rows, [Some(modified.clone()), Some(modified)]);
}

/// Who may not see a movement any more learns that it is there, and nothing of it.
pub async fn removed_and_unconsented_movements_have_no_row(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let rows = scene.add_movements(2).await;
    scene.apply(removal(&rows[0]).1).await;
    let shown = async || -> Vec<bool> {
        feed(&scene, 0, 10).await.iter().map(|entry| entry.row.is_some()).collect()
    };
    assert_eq!(shown().await, [false, true, false]);
    scene.revoke(&scene.consent).await;
    assert_eq!(shown().await, [false, false, false]);
}

/// Entries after a position, so many at a time.
pub async fn entries_are_read_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    scene.add_movements(MAX_PAGE + 1).await;
    let asked = [
        (0, 3, 3),
        (0, 0, 1),
        (0, usize::MAX, MAX_PAGE),
        (MAX_PAGE as u64, 5, 1),
        (MAX_PAGE as u64 + 1, 5, 0),
        (u64::MAX, 5, 0),
    ];
    for (after, limit, expected) in asked {
        let entries = feed(&scene, after, limit).await;
        let positions: Vec<u64> = entries.iter().map(|entry| entry.position).collect();
        let expected: Vec<u64> = (1..=expected as u64).map(|place| after + place).collect();
        assert_eq!(positions, expected, "{limit} after {after}");
    }
}

/// What was not committed leaves no hole.
pub async fn a_refused_unit_takes_no_position(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let first = scene.add_movements(1).await.remove(0);
    scene.conflicts(Command::AddMovements(vec![scene.movement(), first.clone()])).await;
    let second = scene.add_movements(1).await.remove(0);
    let expected =
        [(1, FeedChange::Added, first.movement.id), (2, FeedChange::Added, second.movement.id)];
    assert_eq!(told(&scene).await, expected);
}

/// A reader who follows the feed while many commit misses nothing: an entry is never followed by
/// one with a lower position, and the entries of one unit stand together.
pub async fn order_of_reading_is_order_of_commit(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let tenant = scene.make.tenant;
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let rows: Vec<MovementRow> = (0..ROWS_OF_A_WRITER).map(|_| scene.movement()).collect();
            let unit = scene.unit().with(Command::AddMovements(rows.clone()));
            let store = Arc::clone(&scene.store);
            tokio::spawn(async move {
                let receipt = store.commit(unit).await.expect("the unit can be committed");
                let last = receipt.feed_position.expect("the feed moved");
                (last, rows.into_iter().map(|row| row.movement.id).collect::<Vec<_>>())
            })
        })
        .collect();
    let store = Arc::clone(&scene.store);
    let reader = tokio::spawn(async move { follow(&*store, tenant).await });
    let mut committed = Vec::new();
    for writer in writers {
        committed.push(writer.await.expect("the writer ends"));
    }
    committed.sort_unstable();
    let expected: Vec<MovementId> = committed.into_iter().flat_map(|(_, ids)| ids).collect();
    assert_eq!(reader.await.expect("the reader ends"), expected);
}

/// The movements of all entries, read while they are being written.
async fn follow(store: &dyn Store, tenant: TenantId) -> Vec<MovementId> {
    let mut seen = Vec::new();
    while seen.len() < WRITERS * ROWS_OF_A_WRITER {
        let after = seen.len() as u64;
        for entry in store.feed(tenant, after, 7, NOW).await.expect("a read") {
            assert_eq!(entry.position, seen.len() as u64 + 1, "the feed has a hole");
            seen.push(entry.movement);
        }
        tokio::task::yield_now().await;
    }
    seen
}

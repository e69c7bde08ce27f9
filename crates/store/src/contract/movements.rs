//! Movements one by one, and what ingest reads.

use cartola_model::movement::MovementDetails;
use cartola_model::{CardUse, Instalment, MovementStatus};
use cartola_primitives::{Currency, Date, Money, date};

use super::Backend;
use super::fixtures::{NOW, march};
use super::scene::{Scene, everything};
use crate::movements::{FeedChange, MovementQuery, MovementRow};
use crate::work::MovementChange;
use crate::{Command, StoreErrorKind};

/// The next version of a row, after `change`.
pub(super) fn changed(row: &MovementRow, change: impl FnOnce(&mut MovementRow)) -> MovementRow {
    let mut next = row.clone();
    next.movement.version += 1;
    change(&mut next);
    next
}

/// The change of a movement to `row`, which was decided on the version before.
pub(super) fn change_to(row: &MovementRow, feed: FeedChange) -> Command {
    let expected = row.movement.version - 1;
    Command::ChangeMovements(vec![MovementChange { row: row.clone(), expected, feed: Some(feed) }])
}

/// The row once it was removed, and the command that removes it.
pub(super) fn removal(row: &MovementRow) -> (MovementRow, Command) {
    let removed = changed(row, |next| next.movement.status = MovementStatus::Removed);
    let command = change_to(&removed, FeedChange::Removed);
    (removed, command)
}

async fn find(scene: &Scene, row: &MovementRow) -> Option<MovementRow> {
    let found = scene.store.movement(scene.make.tenant, row.movement.id, NOW).await;
    found.expect("a read").map(|attested| attested.row)
}

async fn check_round_trip(scene: &Scene, row: MovementRow) {
    scene.apply(Command::AddMovements(vec![row.clone()])).await;
    assert_eq!(find(scene, &row).await.as_ref(), Some(&row));
    let listed = scene.shown().await.into_iter().find(|other| other.movement.id == row.movement.id);
    assert_eq!(listed.as_ref(), Some(&row));
}

/// A movement comes back with all its parts, the absent ones absent.
pub async fn a_movement_comes_back_as_it_was_added(backend: Backend) {
    let scene = Scene::new(&backend).await;
    assert_eq!(find(&scene, &scene.movement()).await, None);
    check_round_trip(&scene, scene.movement()).await;
    let mut full = scene.movement();
    full.counterparty = Some(scene.make.sealed("counterparty"));
    full.movement.value_on = Some(march(3));
    full.movement.balance_after = Some(-1);
    full.movement.status = MovementStatus::Pending;
    full.movement.details = MovementDetails {
        document: Some("000123".to_owned()),
        reference: Some("REF/1".to_owned()),
        channel: Some("Internet".to_owned()),
        branch: Some("Ñuñoa".to_owned()),
        city: Some("SANTIAGO".to_owned()),
        card: Some(CardUse { last4: "0042".to_owned(), additional: true }),
        instalment: Some(Instalment { number: 3, of: 12 }),
    };
    check_round_trip(&scene, full).await;
}

/// Amounts, days and texts at the edge of what there is come back.
pub async fn extreme_values_come_back(backend: Backend) {
    let scene = Scene::new(&backend).await;
    for minor in [i64::MIN, -1, 0, i64::MAX] {
        let mut row = scene.movement();
        row.movement.amount = Money::new(minor, Currency::USD);
        row.movement.balance_after = Some(minor);
        check_round_trip(&scene, row).await;
    }
    for booked_on in [date(1, 1, 1), date(1969, 12, 31), date(2024, 2, 29), Date::MAX, Date::MIN] {
        let mut row = scene.movement();
        row.movement.booked_on = booked_on;
        row.movement.value_on = Some(booked_on);
        check_round_trip(&scene, row).await;
    }
    for glosa in ["", " ", "'; DROP TABLE movement; --", "ÑANDÚ ☕ \u{1F600}", "a\tb\nc"] {
        let mut row = scene.movement();
        glosa.clone_into(&mut row.movement.glosa);
        row.movement.version = u32::MAX;
        check_round_trip(&scene, row).await;
    }
}

/// A movement is added once.
pub async fn ids_are_unique(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = scene.add_movements(1).await.remove(0);
    scene.conflicts(Command::AddMovements(vec![row.clone()])).await;
    let mut elsewhere = scene.make.movement(scene.make.id(), scene.set.id);
    elsewhere.movement.id = row.movement.id;
    elsewhere.movement.booked_on = march(20);
    scene.conflicts(Command::AddMovements(vec![elsewhere])).await;
    let new = scene.movement();
    scene.conflicts(Command::AddMovements(vec![new.clone(), new])).await;
    assert_eq!(scene.shown().await, [row]);
}

/// A change that was decided on another version, or on nothing, changes nothing.
pub async fn a_change_of_another_version_is_a_conflict(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = scene.add_movements(1).await.remove(0);
    let next = changed(&row, |next| next.movement.amount = Money::new(1, Currency::CLP));
    for expected in [0, 2] {
        let change = MovementChange { row: next.clone(), expected, feed: None };
        scene.conflicts(Command::ChangeMovements(vec![change])).await;
    }
    scene.conflicts(change_to(&changed(&scene.movement(), |_| ()), FeedChange::Modified)).await;
    assert_eq!(scene.shown().await, [row]);
    scene.apply(change_to(&next, FeedChange::Modified)).await;
    assert_eq!(find(&scene, &next).await.as_ref(), Some(&next));
    scene.conflicts(change_to(&next, FeedChange::Modified)).await;
}

/// Money does not go from one account to another by a correction.
pub async fn a_movement_cannot_change_its_account(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = scene.add_movements(1).await.remove(0);
    let elsewhere = changed(&row, |next| next.movement.account = scene.make.id());
    let kind = scene.refused(change_to(&elsewhere, FeedChange::Modified)).await;
    assert!(matches!(kind, StoreErrorKind::Misuse | StoreErrorKind::Conflict), "{kind:?}");
    assert_eq!(scene.shown().await, [row]);
}

/// A movement that is booked on another day stands at that day, and nowhere else.
pub async fn a_change_of_day_moves_it_in_the_list(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let rows = scene.add_movements(3).await;
    let moved = changed(&rows[1], |next| next.movement.booked_on = march(1));
    scene.apply(change_to(&moved, FeedChange::Modified)).await;
    assert_eq!(scene.shown().await, [rows[2].clone(), rows[0].clone(), moved.clone()]);
    let query =
        MovementQuery { account: Some(scene.account.id), to: Some(march(1)), ..everything() };
    assert_eq!(scene.page(&query).await.rows, [moved.clone()]);
    let window = window(&scene, march(1), march(1)).await;
    assert_eq!(window, [moved]);
}

/// A removed movement is in no list unless removed ones are asked for, and is found by its id.
pub async fn removed_movements_are_hidden_unless_asked_for(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let rows = scene.add_movements(2).await;
    let (removed, command) = removal(&rows[0]);
    scene.apply(command).await;
    assert_eq!(scene.shown().await, [rows[1].clone()]);
    let query = MovementQuery { status: Some(MovementStatus::Removed), ..everything() };
    assert_eq!(scene.page(&query).await.rows, [removed.clone()]);
    assert_eq!(find(&scene, &removed).await, Some(removed));
}

async fn window(scene: &Scene, from: Date, to: Date) -> Vec<MovementRow> {
    let read = scene.store.window(scene.make.tenant, scene.account.id, from, to).await;
    read.expect("a read").into_iter().map(|attested| attested.row).collect()
}

/// Ingest compares with removed movements and with those that nobody may see now.
pub async fn the_window_holds_what_is_hidden_too(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let rows = scene.add_movements(2).await;
    let (removed, command) = removal(&rows[0]);
    let elsewhere = scene.make.movement(scene.make.id(), scene.set.id);
    scene.apply(command).await;
    scene.apply(Command::AddMovements(vec![elsewhere])).await;
    scene.revoke(&scene.consent).await;
    assert_eq!(scene.shown().await, []);
    assert_eq!(window(&scene, march(1), march(31)).await, [removed, rows[1].clone()]);
}

/// The window is by day and id, and both its days belong to it.
pub async fn the_window_is_closed_on_both_ends(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut rows = Vec::new();
    for day in [5, 3, 4, 2, 3, 1] {
        let mut row = scene.movement();
        row.movement.booked_on = march(day);
        rows.push(row);
    }
    scene.apply(Command::AddMovements(rows.clone())).await;
    let [fifth, third, fourth, second, also_third, _] = &rows[..] else { unreachable!() };
    let expected = [second, third, also_third, fourth].map(Clone::clone);
    assert_eq!(window(&scene, march(2), march(4)).await, expected);
    assert_eq!(window(&scene, march(5), march(31)).await, [fifth.clone()]);
    assert_eq!(window(&scene, march(6), march(31)).await, []);
    assert_eq!(window(&scene, march(4), march(2)).await, []);
}

/// All movements of that one day, by id, hidden ones included and removed ones passed over.
pub async fn the_day_before_is_the_last_with_a_movement(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut rows = Vec::new();
    for day in [1, 2, 2, 2, 4, 6] {
        let mut row = scene.movement();
        row.movement.booked_on = march(day);
        rows.push(row);
    }
    let mut elsewhere = scene.make.movement(scene.make.id(), scene.set.id);
    elsewhere.movement.booked_on = march(5);
    scene.apply(Command::AddMovements(rows.clone())).await;
    scene.apply(Command::AddMovements(vec![elsewhere])).await;
    for place in [2, 4] {
        scene.apply(removal(&rows[place]).1).await;
    }
    scene.revoke(&scene.consent).await;
    let asked = [
        (march(7), vec![&rows[5]]),
        (march(6), vec![&rows[1], &rows[3]]),
        (march(3), vec![&rows[1], &rows[3]]),
        (march(2), vec![&rows[0]]),
        (march(1), vec![]),
        (Date::MIN, vec![]),
    ];
    for (day, expected) in asked {
        let read = scene.store.day_before(scene.make.tenant, scene.account.id, day).await;
        let found = read.expect("a read");
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "before {day}");
    }
}

//! What sources said of movements, and aliases.

use cartola_model::movement::MovementDetails;
use cartola_model::{MergeReason, MovementStatus, Observation, SourceKind};
use cartola_primitives::id::MovementId;
use cartola_primitives::{Currency, Money};

use super::Backend;
use super::fixtures::{NOW, at, march};
use super::scene::Scene;
use crate::Command;
use crate::movements::{AliasRow, MovementRow, SourceRow};

fn source(scene: &Scene, of: &MovementRow) -> SourceRow {
    scene.make.source(&of.movement, scene.make.id(), scene.consent.id)
}

async fn sources_of(scene: &Scene, movement: &MovementRow) -> Vec<SourceRow> {
    let tenant = scene.make.tenant;
    let id = movement.movement.id;
    let read = scene.store.movement(tenant, id, NOW).await.expect("a read");
    let attested = read.expect("the movement is shown");
    assert_eq!(attested.row.movement.id, id);
    let window = scene.store.window(tenant, scene.account.id, march(1), march(31)).await;
    let in_window = window
        .expect("a read")
        .into_iter()
        .find(|other| other.row.movement.id == id)
        .expect("the movement is in the window");
    assert_eq!(in_window.sources, attested.sources);
    attested.sources
}

/// The sources of one movement, oldest first, without those of its neighbours.
pub async fn a_movement_is_read_with_its_sources_by_id(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let movements = scene.add_movements(3).await;
    let mut expected = vec![Vec::new(); 3];
    let mut rows = Vec::new();
    for place in [0, 2, 2, 0, 2] {
        let row = source(&scene, &movements[place]);
        expected[place].push(row.clone());
        rows.insert(0, row);
    }
    scene.apply(Command::AddSources(rows)).await;
    for (movement, expected) in movements.iter().zip(expected) {
        assert_eq!(sources_of(&scene, movement).await, expected);
    }
}

/// Every kind and reason, and a source that tells by absence, come back.
pub async fn every_part_of_a_source_comes_back(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let movement = scene.add_movements(1).await.remove(0);
    let kinds = SourceKind::ALL;
    let mut rows = Vec::new();
    for (reason, kind) in MergeReason::ALL.into_iter().zip(kinds.into_iter().cycle()) {
        let mut row = source(&scene, &movement);
        row.reason = reason;
        row.source = kind;
        row.as_of = march(3);
        row.received_at = at(5);
        row.says = (reason != MergeReason::Absent).then(|| observation().into());
        rows.push(row);
    }
    scene.apply(Command::AddSources(rows.clone())).await;
    assert_eq!(sources_of(&scene, &movement).await, rows);
}

fn observation() -> Observation {
    Observation {
        booked_on: march(9),
        value_on: Some(march(10)),
        amount: Money::new(-7, Currency::CLF),
        balance_after: Some(-8),
        status: MovementStatus::Pending,
        glosa: "PAGO  ÑUÑOA".to_owned(),
        details: MovementDetails {
            branch: Some("Ñuñoa".to_owned()), ..MovementDetails::default()
        },
    }
}

/// A source is added once.
pub async fn ids_are_unique(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let movement = scene.add_movements(1).await.remove(0);
    let row = source(&scene, &movement);
    scene.apply(Command::AddSources(vec![row.clone()])).await;
    scene.conflicts(Command::AddSources(vec![row.clone()])).await;
    let new = source(&scene, &movement);
    scene.conflicts(Command::AddSources(vec![new.clone(), new])).await;
    assert_eq!(sources_of(&scene, &movement).await, [row]);
}

/// A source goes to another movement because somebody split it off.
pub async fn a_source_moves_to_another_movement(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let movements = scene.add_movements(2).await;
    let [from, to] = [&movements[0], &movements[1]];
    let [stays, goes, there] = [from, from, to].map(|movement| source(&scene, movement));
    let rows = vec![stays.clone(), goes.clone(), there.clone()];
    scene.apply(Command::AddSources(rows)).await;
    let (id, from_id, to_id) = (goes.id, from.movement.id, to.movement.id);
    scene.apply(Command::MoveSource { id, from: from_id, to: to_id }).await;
    assert_eq!(sources_of(&scene, from).await, [stays]);
    let moved = SourceRow { movement: to_id, reason: MergeReason::Split, ..goes };
    assert_eq!(sources_of(&scene, to).await, [moved, there]);
}

/// Where a source is not where it was when the move was decided, nothing moves.
pub async fn a_source_that_is_elsewhere_cannot_be_moved(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let movements = scene.add_movements(2).await;
    let [here, there] = [movements[0].movement.id, movements[1].movement.id];
    let row = source(&scene, &movements[0]);
    scene.apply(Command::AddSources(vec![row.clone()])).await;
    scene.conflicts(Command::MoveSource { id: row.id, from: there, to: here }).await;
    let unknown = scene.make.id();
    scene.conflicts(Command::MoveSource { id: unknown, from: here, to: there }).await;
    assert_eq!(sources_of(&scene, &movements[0]).await, [row]);
}

/// An alias is found by the id that it is and by the id that it stands for.
pub async fn aliases_are_read_from_both_sides(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let [kept, merged, other]: [MovementId; 3] = [(); 3].map(|()| scene.make.id());
    let first = AliasRow { alias: merged, movement: kept, at: at(1), undone: false };
    let undone = AliasRow { at: at(2), undone: true, ..first };
    let again = AliasRow { at: at(3), ..first };
    let onward = AliasRow { alias: kept, movement: other, at: at(4), undone: false };
    for row in [first, undone, again, onward] {
        scene.apply(Command::AddAlias(row)).await;
    }
    let asked = [
        (kept, vec![first, undone, again, onward]),
        (merged, vec![first, undone, again]),
        (other, vec![onward]),
        (scene.make.id(), vec![]),
    ];
    for (id, expected) in asked {
        let mut found = scene.store.aliases(scene.make.tenant, id).await.expect("a read");
        found.sort_by_key(|row| row.at);
        assert_eq!(found, expected);
    }
}

//! Sightings.

use cartola_model::SourceKind;
use cartola_primitives::Date;
use cartola_primitives::id::TenantId;

use super::Backend;
use super::fixtures::{at, march};
use super::scene::Scene;
use crate::Command;
use crate::sightings::SightingRow;

async fn kept(scene: &Scene) -> Vec<SightingRow> {
    of_days(scene, scene.make.tenant, (Date::MIN, Date::MAX)).await
}

async fn of_days(scene: &Scene, tenant: TenantId, (from, to): (Date, Date)) -> Vec<SightingRow> {
    let read = scene.store.sightings(tenant, scene.account.id, from, to).await;
    let mut rows = read.expect("a read");
    rows.sort_by_key(|row| (row.received_at, row.coverage.from));
    rows
}

/// A sighting of those days at that second.
fn sighting(scene: &Scene, days: (i8, i8), second: i64) -> SightingRow {
    let row = scene.make.sighting(scene.account.id, scene.consent.id, days);
    SightingRow { received_at: at(second), ..row }
}

async fn keep(scene: &Scene, row: &SightingRow) {
    scene.apply(Command::KeepSighting(row.clone())).await;
}

/// A sighting comes back with all its parts, to whom it belongs, by any day that it covers.
pub async fn a_sighting_comes_back_as_it_was_kept(backend: Backend) {
    let scene = Scene::new(&backend).await;
    for source in SourceKind::ALL {
        let mut row = sighting(&scene, (3, 9), 1);
        row.source = source;
        row.as_of = march(10);
        row.unconfirmed = vec![scene.make.id(), scene.make.id()];
        keep(&scene, &row).await;
        assert_eq!(kept(&scene).await, [row.clone()]);
        let found = async |from, to| {
            of_days(&scene, scene.make.tenant, (march(from), march(to))).await.len()
        };
        assert_eq!((found(1, 2).await, found(1, 3).await), (0, 1));
        assert_eq!((found(9, 20).await, found(10, 20).await), (1, 0));
        assert_eq!(of_days(&scene, scene.make.id(), (march(1), march(31))).await, []);
    }
}

/// A later reading of the same days or more takes the place of an earlier one, whichever was
/// committed first; what only the earlier one covers keeps it.
pub async fn a_later_sighting_takes_the_place_of_earlier_ones(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let [whole, first_half, second_half] =
        [((1, 31), 1), ((1, 15), 2), ((10, 31), 3)].map(|(days, at)| sighting(&scene, days, at));
    for row in [&whole, &second_half, &first_half] {
        keep(&scene, row).await;
    }
    assert_eq!(kept(&scene).await, [whole.clone(), first_half, second_half]);
    let again = sighting(&scene, (1, 31), 4);
    keep(&scene, &again).await;
    keep(&scene, &whole).await;
    assert_eq!(kept(&scene).await, [again]);
}

/// A reading that may have left lines out takes no place of one that has every line, and one under
/// another consent none at all.
pub async fn only_what_tells_as_much_takes_a_place(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (consent, _) = scene.add_consent(None).await;
    let complete = sighting(&scene, (1, 31), 1);
    let mut incomplete = sighting(&scene, (1, 31), 2);
    incomplete.coverage.complete = false;
    let others = SightingRow { consent: consent.id, ..sighting(&scene, (1, 31), 3) };
    for row in [&complete, &incomplete, &others] {
        keep(&scene, row).await;
    }
    assert_eq!(kept(&scene).await, [complete, incomplete, others.clone()]);
    let last = sighting(&scene, (1, 31), 4);
    keep(&scene, &last).await;
    assert_eq!(kept(&scene).await, [others, last]);
}

//! Which movements consents show.

use cartola_model::ConsentState;
use cartola_primitives::Timestamp;

use super::Backend;
use super::fixtures::{NOW, at};
use super::movements::changed;
use super::scene::{Scene, everything};
use crate::Command;
use crate::consents::{ConsentRow, ConsentSetRow};
use crate::movements::{FeedChange, MovementQuery, MovementRow};
use crate::work::MovementChange;

/// Consents of one long list.
const MANY_CONSENTS: usize = 150;

/// Fails unless the list, the movement by itself and the feed all show these movements at `now`.
async fn check_shown(scene: &Scene, all: &[MovementRow], shown: &[bool], now: Timestamp) {
    let tenant = scene.make.tenant;
    let listed = scene.page(&MovementQuery { now, ..everything() }).await.rows;
    for (row, shown) in all.iter().zip(shown) {
        let id = row.movement.id;
        assert_eq!(listed.iter().any(|other| other.movement.id == id), *shown, "in the list");
        let single = scene.store.movement(tenant, id, now).await.expect("a read");
        assert_eq!(single.is_some(), *shown, "by itself");
        let feed = scene.store.feed(tenant, 0, crate::MAX_PAGE, now).await.expect("a read");
        let mut entries = feed.iter().filter(|entry| entry.movement == id).peekable();
        assert!(entries.peek().is_some(), "not in the feed");
        assert!(entries.all(|entry| entry.row.is_some() == *shown), "in the feed");
    }
}

/// What its only consent no longer allows is not shown.
pub async fn a_revoked_consent_hides(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let rows = scene.add_movements(2).await;
    check_shown(&scene, &rows, &[true, true], NOW).await;
    scene.revoke(&scene.consent).await;
    check_shown(&scene, &rows, &[false, false], NOW).await;
}

/// A term that has run out hides at once, whether or not anybody has recorded it.
pub async fn a_consent_hides_from_the_instant_it_expires(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let rows = scene.add_movements(1).await;
    let id = scene.consent.id;
    let state = ConsentState::Granted { at: NOW, expires_at: Some(at(60)) };
    scene.apply(Command::ChangeConsent { id, expected: 1, state }).await;
    check_shown(&scene, &rows, &[true], at(59)).await;
    check_shown(&scene, &rows, &[false], at(60)).await;
    let state = state.expire(at(61)).expect("the term has run out");
    scene.apply(Command::ChangeConsent { id, expected: 2, state }).await;
    check_shown(&scene, &rows, &[false], at(59)).await;
}

/// A movement is shown while any consent of its set holds, and only while.
pub async fn any_other_consent_that_holds_shows(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (second, set_of_two) = scene.add_consent(Some(scene.set.id)).await;
    let mut both = scene.movement();
    both.consents = set_of_two.id;
    let rows = [scene.movement(), both];
    scene.apply(Command::AddMovements(rows.to_vec())).await;
    check_shown(&scene, &rows, &[true, true], NOW).await;
    scene.revoke(&scene.consent).await;
    check_shown(&scene, &rows, &[false, true], NOW).await;
    scene.revoke(&second).await;
    check_shown(&scene, &rows, &[false, false], NOW).await;
}

/// Adds a long list of revoked consents that goes on with the scene's own.
async fn long_list(scene: &Scene) -> ConsentSetRow {
    let mut unit = scene.unit();
    let mut sets = vec![scene.set];
    for _ in 0..MANY_CONSENTS {
        let state = ConsentState::Revoked { granted_at: NOW, at: NOW };
        let consent = ConsentRow { state, ..scene.make.consent(scene.link.id) };
        let rest = sets.last().map(|set| set.id);
        sets.push(scene.make.consent_set(consent.id, rest));
        unit.push(Command::AddConsent(consent));
    }
    unit.push(Command::AddConsentSets(sets.split_off(1)));
    let newest = unit.commands.last().and_then(|command| match command {
        Command::AddConsentSets(sets) => sets.last().copied(),
        _ => None,
    });
    scene.commit(unit).await;
    newest.expect("the list is not empty")
}

/// However many consents have ended, the oldest one can be enough.
pub async fn a_long_list_of_consents_is_walked_to_its_end(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let newest = long_list(&scene).await;
    let mut row = scene.movement();
    row.consents = newest.id;
    scene.apply(Command::AddMovements(vec![row.clone()])).await;
    check_shown(&scene, &[row.clone()], &[true], NOW).await;
    scene.revoke(&scene.consent).await;
    check_shown(&scene, &[row], &[false], NOW).await;
}

/// Two lists with the same rest are two sets.
pub async fn sets_share_what_they_go_on_with(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (left, left_set) = scene.add_consent(Some(scene.set.id)).await;
    let (_, right_set) = scene.add_consent(Some(scene.set.id)).await;
    let rows = [left_set.id, right_set.id].map(|set| {
        let mut row = scene.movement();
        row.consents = set;
        row
    });
    scene.apply(Command::AddMovements(rows.to_vec())).await;
    scene.revoke(&left).await;
    check_shown(&scene, &rows, &[true, true], NOW).await;
    scene.revoke(&scene.consent).await;
    check_shown(&scene, &rows, &[false, true], NOW).await;
}

/// A consent that is added later shows what earlier ones no longer do.
pub async fn more_consents_show_what_was_hidden(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let rows = scene.add_movements(2).await;
    scene.revoke(&scene.consent).await;
    let (_, set) = scene.add_consent(Some(scene.set.id)).await;
    let row = MovementRow { consents: set.id, ..rows[0].clone() };
    let change = MovementChange { expected: 1, feed: None, row };
    scene.apply(Command::ChangeMovements(vec![change])).await;
    check_shown(&scene, &rows, &[true, false], NOW).await;
    let amended = changed(&rows[0], |next| next.consents = set.id);
    scene.apply(super::movements::change_to(&amended, FeedChange::Modified)).await;
    check_shown(&scene, &rows, &[true, false], NOW).await;
}

/// A movement under a set, or a set of a consent, that nobody added is hidden.
pub async fn a_set_that_is_not_there_allows_nothing(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let of_nothing = scene.make.consent_set(scene.make.id(), None);
    scene.apply(Command::AddConsentSets(vec![of_nothing])).await;
    let rows = [scene.make.id(), of_nothing.id].map(|set| {
        let mut row = scene.movement();
        row.consents = set;
        row
    });
    scene.apply(Command::AddMovements(rows.to_vec())).await;
    check_shown(&scene, &rows, &[false, false], NOW).await;
}

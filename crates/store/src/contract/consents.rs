//! The consent ledger.

use std::collections::HashSet;

use cartola_model::{ConsentKind, ConsentState, LinkSource};
use cartola_primitives::id::LinkId;

use super::Backend;
use super::fixtures::{NOW, at};
use super::pages::check_list;
use super::scene::Scene;
use crate::consents::{ConsentRow, RanOut};
use crate::people::LinkSecretRow;
use crate::{Command, MAX_PAGE};

/// A consent comes back with all its parts.
pub async fn a_consent_comes_back_as_it_was_added(backend: Backend) {
    let scene = Scene::new(&backend).await;
    assert_eq!(find(&scene, &scene.consent).await.as_ref(), Some(&scene.consent));
    let mut mandate = scene.make.consent(scene.link.id);
    mandate.kind = ConsentKind::TenantMandate;
    mandate.person = Some(scene.person.id);
    scene.apply(Command::AddConsent(mandate.clone())).await;
    assert_eq!(find(&scene, &mandate).await, Some(mandate));
    assert_eq!(find(&scene, &scene.make.consent(scene.link.id)).await, None);
}

async fn find(scene: &Scene, consent: &ConsentRow) -> Option<ConsentRow> {
    scene.store.consent(scene.make.tenant, consent.id).await.expect("a read")
}

/// A consent can be stored in every state, and moved to every state.
pub async fn every_state_comes_back(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let states = [
        ConsentState::Granted { at: at(-60), expires_at: None },
        ConsentState::Granted { at: at(-60), expires_at: Some(at(60)) },
        ConsentState::Revoked { granted_at: at(-60), at: NOW },
        ConsentState::Expired { granted_at: at(-60), at: at(60) },
    ];
    for state in states {
        let mut row = scene.make.consent(scene.link.id);
        row.state = state;
        scene.apply(Command::AddConsent(row.clone())).await;
        assert_eq!(find(&scene, &row).await, Some(row));
        let mut moved = scene.make.consent(scene.link.id);
        scene.apply(Command::AddConsent(moved.clone())).await;
        scene.apply(Command::ChangeConsent { id: moved.id, expected: 1, state }).await;
        moved.state = state;
        moved.version = 2;
        assert_eq!(find(&scene, &moved).await, Some(moved));
    }
}

/// Of all tenants, those that are granted and whose term is over; none twice once it was recorded.
pub async fn consents_that_have_run_out_are_found_in_the_order_of_their_ends(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let other = Scene::of_tenant(&backend, 2).await;
    let ending = async |scene: &Scene, state| {
        let row = ConsentRow { state, ..scene.make.consent(scene.link.id) };
        scene.apply(Command::AddConsent(row.clone())).await;
        let ended_at = match state {
            ConsentState::Granted { expires_at: Some(end), .. } => end,
            _ => NOW,
        };
        RanOut { ended_at, tenant: scene.make.tenant, id: row.id }
    };
    let until = |end| ConsentState::Granted { at: at(-60), expires_at: Some(at(end)) };
    let late = ending(&scene, until(-1)).await;
    let exact = ending(&other, until(0)).await;
    let early = ending(&scene, until(-2)).await;
    for state in [
        until(1),
        ConsentState::Granted { at: at(-60), expires_at: None },
        ConsentState::Revoked { granted_at: at(-60), at: at(-5) },
        ConsentState::Expired { granted_at: at(-60), at: at(-5) },
    ] {
        ending(&scene, state).await;
    }
    let run_out = async |now, after| scene.store.run_out(now, after).await.expect("a read");
    // Of those that end together, none is left out behind another.
    let mut together = [late, ending(&scene, until(-1)).await, ending(&other, until(-1)).await];
    together.sort_unstable();
    let [first, second, third] = together;
    let all = [early, first, second, third, exact];
    assert_eq!(run_out(NOW, None).await, all);
    for (place, after) in all.into_iter().enumerate() {
        assert_eq!(run_out(NOW, Some(after)).await, all[place + 1..]);
    }
    let state = ConsentState::Expired { granted_at: at(-60), at: at(-2) };
    scene.apply(Command::ChangeConsent { id: early.id, expected: 1, state }).await;
    assert_eq!(run_out(NOW, None).await, all[1..]);
    assert_eq!(run_out(at(-2), None).await, []);
}

/// Each change raises the version by one.
pub async fn a_change_raises_the_version(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut row = scene.consent.clone();
    for version in 1..4 {
        let state = ConsentState::Granted { at: NOW, expires_at: Some(at(i64::from(version))) };
        scene.apply(Command::ChangeConsent { id: row.id, expected: version, state }).await;
        row.state = state;
        row.version = version + 1;
        assert_eq!(find(&scene, &row).await.as_ref(), Some(&row));
    }
}

/// A change that was decided on another version, or on nothing, changes nothing.
pub async fn a_change_of_another_version_is_a_conflict(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let state = ConsentState::Revoked { granted_at: NOW, at: NOW };
    let id = scene.consent.id;
    for expected in [0, 2, u32::MAX] {
        scene.conflicts(Command::ChangeConsent { id, expected, state }).await;
    }
    let unknown = scene.make.id();
    scene.conflicts(Command::ChangeConsent { id: unknown, expected: 1, state }).await;
    for (id, expected) in [(id, 0), (id, 2), (unknown, 1)] {
        scene.conflicts(Command::ExpectConsent { id, expected }).await;
    }
    scene.apply(Command::ExpectConsent { id, expected: 1 }).await;
    assert_eq!(find(&scene, &scene.consent).await.as_ref(), Some(&scene.consent));
    scene.apply(Command::ChangeConsent { id, expected: 1, state }).await;
    scene.conflicts(Command::ChangeConsent { id, expected: 1, state }).await;
}

/// Neither a consent nor a set of consents is added twice.
pub async fn ids_are_unique(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut same_id = scene.make.consent(scene.link.id);
    same_id.id = scene.consent.id;
    scene.conflicts(Command::AddConsent(same_id)).await;
    let mut same_set = scene.make.consent_set(scene.consent.id, None);
    same_set.id = scene.set.id;
    scene.conflicts(Command::AddConsentSets(vec![same_set])).await;
    let new_set = scene.make.consent_set(scene.consent.id, Some(scene.set.id));
    scene.conflicts(Command::AddConsentSets(vec![new_set, new_set])).await;
}

/// Of each link that is asked about it is what its secret stands on, and else what ended last, whatever other
/// consents there are.
pub async fn the_mandate_of_each_link_is_found(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let other = Scene::of_tenant(&backend, 2).await;
    let (link, second, none): (_, LinkId, LinkId) =
        (scene.link.id, scene.make.id(), scene.make.id());
    let ended = |link, end| {
        let state = ConsentState::Revoked { granted_at: at(-60), at: end };
        ConsentRow { state, ..scene.make.consent(link) }
    };
    let mandate = scene.make.consent(link);
    let of_one = |row: ConsentRow| ConsentRow { purpose: "one payment".to_owned(), ..row };
    let (early, late) = (ended(second, at(-10)), ended(second, at(-5)));
    let before = ended(link, at(-9));
    let of_payments = [
        of_one(scene.make.consent(link)),
        of_one(ended(link, NOW)),
        of_one(scene.make.consent(second)),
        of_one(ended(second, NOW)),
    ];
    for row in [&mandate, &before, &late, &early].into_iter().chain(&of_payments) {
        scene.apply(Command::AddConsent(row.clone())).await;
    }
    let sealed = scene.make.sealed("secret");
    let secret = LinkSecretRow { link, mandate: mandate.id, barred: None, sealed };
    scene.apply(Command::KeepLinkSecret(secret)).await;
    let of = async |links: &[LinkId]| {
        let found = scene
            .store
            .mandates_of_links(scene.make.tenant, links.to_vec(), &["one payment"])
            .await;
        found.expect("a read")
    };
    assert_eq!(of(&[none, link, other.link.id]).await, [mandate]);
    assert_eq!(of(&[second]).await, [late]);
    assert_eq!(of(&[link, second]).await.len(), 2);
    assert_eq!(of(&[]).await, []);
    scene.apply(Command::DestroyLinkSecret(link)).await;
    assert_eq!(of(&[link]).await, [before]);
}

/// Consents are listed by id, in every state.
pub async fn consents_are_listed_by_id_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut consents = vec![scene.consent.clone()];
    consents.extend((0..6).map(|_| scene.make.consent(scene.link.id)));
    consents[3].state = ConsentState::Revoked { granted_at: NOW, at: NOW };
    for consent in consents[1..].iter().rev() {
        scene.apply(Command::AddConsent(consent.clone())).await;
    }
    let tenant = scene.make.tenant;
    check_list(&consents, async |after, limit| {
        scene.store.consents(tenant, None, after, limit).await
    })
    .await;
}

/// Those of one link are listed alone, in pages that are as full as others.
pub async fn consents_of_a_link_are_listed_alone(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut other = scene.make.link(scene.link.person);
    other.source = LinkSource::Calls;
    scene.apply(Command::AddLink(other.clone())).await;
    let mut consents = Vec::new();
    for _ in 0..6 {
        scene.apply(Command::AddConsent(scene.make.consent(scene.link.id))).await;
        let of_other = scene.make.consent(other.id);
        scene.apply(Command::AddConsent(of_other.clone())).await;
        consents.push(of_other);
    }
    let (tenant, link) = (scene.make.tenant, Some(other.id));
    let list = async |after, limit| scene.store.consents(tenant, link, after, limit).await;
    check_list(&consents, list).await;
    let unknown = Some(scene.make.id());
    let none = scene.store.consents(tenant, unknown, None, MAX_PAGE).await.expect("a read");
    assert_eq!((none.rows, none.next), (Vec::new(), None));
}

/// However many are asked for, a page has [`MAX_PAGE`] rows at most.
pub async fn a_page_is_never_longer_than_the_limit(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut unit = scene.unit();
    for _ in 0..=MAX_PAGE {
        unit.push(Command::AddConsent(scene.make.consent(scene.link.id)));
    }
    scene.commit(unit).await;
    let tenant = scene.make.tenant;
    let first = scene.store.consents(tenant, None, None, usize::MAX).await.expect("a read");
    assert_eq!(first.rows.len(), MAX_PAGE);
    let rest = scene.store.consents(tenant, None, first.next, usize::MAX).await.expect("a read");
    assert_eq!((rest.rows.len(), rest.next), (2, None));
}

/// A set holds while any consent on the way to its end does.
pub async fn sets_hold_while_any_of_their_consents_does(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut ended = scene.make.consent(scene.link.id);
    ended.state = ConsentState::Revoked { granted_at: at(-60), at: NOW };
    let alone = scene.make.consent_set(ended.id, None);
    let first = scene.make.consent_set(scene.consent.id, None);
    let joined = scene.make.consent_set(ended.id, Some(first.id));
    scene.apply(Command::AddConsent(ended)).await;
    scene.apply(Command::AddConsentSets(vec![alone, first, joined])).await;
    let asked = vec![alone.id, first.id, joined.id, scene.make.id()];
    let holding = scene.store.holding(scene.make.tenant, asked.clone(), NOW).await;
    assert_eq!(holding.expect("a read"), HashSet::from([first.id, joined.id]));
    let elsewhere = scene.store.holding(scene.make.id(), asked, NOW).await;
    assert_eq!(elsewhere.expect("a read"), HashSet::new());
}

/// Sets are read by their ids; those that are not there are left out.
pub async fn sets_come_back_as_they_were_added(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (_, joined) = scene.add_consent(Some(scene.set.id)).await;
    let asked = vec![joined.id, scene.make.id(), scene.set.id];
    let found = async |tenant| scene.store.consent_sets(tenant, asked.clone()).await;
    let mut sets = found(scene.make.tenant).await.expect("a read");
    sets.sort_by_key(|set| set.id);
    assert_eq!(sets, [scene.set, joined]);
    assert_eq!(found(scene.make.id()).await.expect("a read"), []);
    let other = Scene::of_tenant(&backend, 2).await;
    for (of, expected) in [(&scene, vec![scene.set, joined]), (&other, vec![other.set])] {
        let listed =
            async |after, limit| of.store.all_consent_sets(of.make.tenant, after, limit).await;
        check_list(&expected, listed).await;
    }
}

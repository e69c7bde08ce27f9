//! Persons and links.

use cartola_model::{LinkSource, LinkState};

use super::Backend;
use super::fixtures::{at, institution};
use super::pages::check_list;
use super::scene::Scene;
use crate::Command;
use crate::people::{Barred, LinkRow, LinkSecretRow};

/// A person comes back as it was added.
pub async fn a_person_is_found_by_id_and_lookup(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (store, tenant) = (&scene.store, scene.make.tenant);
    let by_id = store.person(tenant, scene.person.id).await.expect("a read");
    assert_eq!(by_id.as_ref(), Some(&scene.person));
    let by_lookup = store.person_by_lookup(tenant, &scene.person.lookup).await.expect("a read");
    assert_eq!(by_lookup.as_ref(), Some(&scene.person));
    let unknown = scene.make.person();
    assert_eq!(store.person(tenant, unknown.id).await.expect("a read"), None);
    let by_lookup = store.person_by_lookup(tenant, &unknown.lookup).await.expect("a read");
    assert_eq!(by_lookup, None);
}

/// A RUT is one person.
pub async fn lookups_are_unique(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut same_lookup = scene.make.person();
    same_lookup.lookup = scene.person.lookup;
    scene.conflicts(Command::AddPerson(same_lookup)).await;
    let mut same_id = scene.make.person();
    same_id.id = scene.person.id;
    scene.conflicts(Command::AddPerson(same_id)).await;
}

/// Institution, person and source name one link; the absence of a person is a name too.
pub async fn a_link_is_found_by_what_it_joins(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let nobodys = scene.make.link(None);
    let mut elsewhere = scene.make.link(Some(scene.person.id));
    elsewhere.institution = institution("banco-estado");
    for link in [&nobodys, &elsewhere] {
        scene.apply(Command::AddLink(link.clone())).await;
    }
    for link in [&scene.link, &nobodys, &elsewhere] {
        assert_eq!(find(&scene, link).await.as_ref(), Some(link));
    }
    let mut unknown = elsewhere;
    unknown.person = None;
    assert_eq!(find(&scene, &unknown).await, None);
}

/// The link of the same institution, person and source.
async fn find(scene: &Scene, link: &LinkRow) -> Option<LinkRow> {
    let found = scene
        .store
        .link_of(scene.make.tenant, &link.institution, link.person, LinkSource::Files)
        .await;
    found.expect("a read")
}

/// A link comes back by its id too.
pub async fn a_link_is_found_by_its_id(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (store, tenant) = (&scene.store, scene.make.tenant);
    let found = store.link(tenant, scene.link.id).await.expect("a read");
    assert_eq!(found.as_ref(), Some(&scene.link));
    assert_eq!(store.link(tenant, scene.make.id()).await.expect("a read"), None);
}

/// A link signs in with what was kept last, until that is destroyed; what is not there cannot be.
pub async fn a_link_has_one_secret_until_it_is_destroyed(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let link = scene.link.id;
    let secret = |text, barred| LinkSecretRow {
        link,
        mandate: scene.consent.id,
        barred,
        sealed: scene.make.sealed(text),
    };
    assert_eq!(secret_of(&scene).await, None);
    scene.conflicts(Command::DestroyLinkSecret(link)).await;
    for secret in [
        secret("first", None),
        secret("second", Some(Barred { since: at(60), until: None })),
        secret("third", Some(Barred { since: at(60), until: Some(at(90)) })),
    ] {
        scene.apply(Command::KeepLinkSecret(secret.clone())).await;
        assert_eq!(secret_of(&scene).await, Some(secret));
    }
    scene.apply(Command::DestroyLinkSecret(link)).await;
    assert_eq!(secret_of(&scene).await, None);
    scene.conflicts(Command::DestroyLinkSecret(link)).await;
}

async fn secret_of(scene: &Scene) -> Option<LinkSecretRow> {
    scene.store.link_secret(scene.make.tenant, scene.link.id).await.expect("a read")
}

/// What a link joins is joined once, whether by a person or by nobody, and even once it has ended.
pub async fn links_are_unique(backend: Backend) {
    let scene = Scene::new(&backend).await;
    scene.conflicts(Command::AddLink(scene.make.link(Some(scene.person.id)))).await;
    scene.apply(Command::AddLink(scene.make.link(None))).await;
    scene.conflicts(Command::AddLink(scene.make.link(None))).await;
    let mut same_id = scene.make.link(Some(scene.make.id()));
    same_id.id = scene.link.id;
    scene.conflicts(Command::AddLink(same_id)).await;
    scene.apply(revoke(&scene.link, 1)).await;
    scene.conflicts(Command::AddLink(scene.make.link(Some(scene.person.id)))).await;
}

/// A change raises the version; one that was decided on another version changes nothing.
pub async fn a_link_changes_in_its_expected_version_only(backend: Backend) {
    let scene = Scene::new(&backend).await;
    for stale in [0, 2] {
        scene.conflicts(revoke(&scene.link, stale)).await;
    }
    assert_eq!(find(&scene, &scene.link).await.as_ref(), Some(&scene.link));
    scene.apply(revoke(&scene.link, 1)).await;
    let mut changed = scene.link.clone();
    changed.state = LinkState::Revoked { at: at(60) };
    changed.version = 2;
    assert_eq!(find(&scene, &scene.link).await, Some(changed));
    scene.conflicts(revoke(&scene.link, 1)).await;
    scene.conflicts(revoke(&scene.make.link(None), 1)).await;
}

fn revoke(link: &LinkRow, expected: u32) -> Command {
    Command::ChangeLink { id: link.id, expected, state: LinkState::Revoked { at: at(60) } }
}

/// Links are listed by id, whatever the order in which they came.
pub async fn links_are_listed_by_id_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut links = vec![scene.link.clone()];
    links.extend((0..6).map(|_| scene.make.link(Some(scene.make.id()))));
    for link in links[1..].iter().rev() {
        scene.apply(Command::AddLink(link.clone())).await;
    }
    let tenant = scene.make.tenant;
    check_list(&links, async |after, limit| scene.store.links(tenant, after, limit).await).await;
}

//! Wrapped keys.

use std::sync::Arc;

use cartola_primitives::id::PersonId;

use super::Backend;
use super::fixtures::Fixtures;
use super::scene::Scene;
use crate::Command;

/// Callers that ask for one secret at once.
const CALLERS: usize = 16;

/// Data keys come back as they were added, by their id and by whose data they seal.
pub async fn a_data_key_is_found_by_id_and_subject(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let tenant = scene.make.tenant;
    for subject in [Some(scene.person.id), None] {
        let of_subject = scene.store.data_key_of(tenant, subject).await.expect("a read");
        assert_eq!(of_subject, None);
        let row = scene.make.data_key(subject);
        scene.apply(Command::AddDataKey(row.clone())).await;
        let by_id = scene.store.data_key(tenant, row.id).await.expect("a read");
        assert_eq!(by_id.as_ref(), Some(&row));
        let of_subject = scene.store.data_key_of(tenant, subject).await.expect("a read");
        assert_eq!(of_subject, Some(row));
    }
    let unknown = scene.store.data_key(tenant, scene.make.id()).await.expect("a read");
    assert_eq!(unknown, None);
}

/// A second key for a person is a conflict, and so is a second key of one id.
pub async fn a_subject_has_one_data_key(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = scene.make.data_key(Some(scene.person.id));
    scene.apply(Command::AddDataKey(row.clone())).await;
    let same_subject = scene.make.data_key(Some(scene.person.id));
    scene.conflicts(Command::AddDataKey(same_subject)).await;
    let mut same_id = scene.make.data_key(Some(scene.make.id::<PersonId>()));
    same_id.id = row.id;
    scene.conflicts(Command::AddDataKey(same_id)).await;
    let kept = scene.store.data_key_of(scene.make.tenant, row.subject).await.expect("a read");
    assert_eq!(kept, Some(row));
}

/// The absence of a subject is one subject too.
pub async fn nobody_in_particular_has_one_data_key(backend: Backend) {
    let scene = Scene::new(&backend).await;
    scene.apply(Command::AddDataKey(scene.make.data_key(None))).await;
    scene.conflicts(Command::AddDataKey(scene.make.data_key(None))).await;
}

/// What is offered later does not replace what was offered first, and names do not meet.
pub async fn a_secret_is_kept_as_it_was_first_offered(backend: Backend) {
    let make = Fixtures::new(1);
    let [first, second, other] = [(); 3].map(|()| make.wrapped());
    let asked = [("one", &first, &first), ("one", &second, &first), ("two", &other, &other)];
    for (name, offered, expected) in asked {
        let kept = backend.store.installation_secret(name, offered.clone()).await;
        assert_eq!(kept.expect("a secret is kept"), *expected);
    }
}

/// Of many who offer at once, all get what one of them offered.
pub async fn callers_at_once_get_the_same_secret(backend: Backend) {
    let make = Fixtures::new(1);
    let offers: Vec<_> = (0..CALLERS).map(|_| make.wrapped()).collect();
    let callers: Vec<_> = offers
        .iter()
        .map(|offer| {
            let (store, offer) = (Arc::clone(&backend.store), offer.clone());
            tokio::spawn(async move { store.installation_secret("one", offer).await })
        })
        .collect();
    let mut answers = Vec::new();
    for caller in callers {
        answers.push(caller.await.expect("the caller ends").expect("a secret is kept"));
    }
    assert!(offers.contains(&answers[0]), "nobody offered that secret");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "callers got different secrets");
}

//! Answers of idempotent calls.

use cartola_primitives::Timestamp;

use super::Backend;
use super::fixtures::at;
use super::scene::Scene;
use crate::answers::AnswerRow;
use crate::{Command, StoreErrorKind};

async fn find(scene: &Scene, answer: &AnswerRow, now: Timestamp) -> Option<AnswerRow> {
    scene.store.answer(scene.make.tenant, &answer.key, now).await.expect("a read")
}

/// An answer comes back with all its parts.
pub async fn an_answer_comes_back_as_it_was_recorded(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = scene.make.answer();
    assert_eq!(find(&scene, &row, at(0)).await, None);
    scene.apply(Command::RecordAnswer(row.clone())).await;
    assert_eq!(find(&scene, &row, at(0)).await, Some(row));
}

/// From its end on, an answer is as if it were not there.
pub async fn an_answer_expires(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = scene.make.answer();
    scene.apply(Command::RecordAnswer(row.clone())).await;
    assert_eq!(find(&scene, &row, at(3_599)).await.as_ref(), Some(&row));
    assert_eq!(find(&scene, &row, at(3_600)).await, None);
}

/// A second answer under a key is a conflict until the first has expired.
pub async fn a_key_is_unique_until_its_answer_expires(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let first = scene.make.answer();
    scene.apply(Command::RecordAnswer(first.clone())).await;
    let mut second = scene.make.answer();
    second.key = first.key;
    second.expires_at = at(9_000);
    let again = |seconds| scene.unit_at(at(seconds)).with(Command::RecordAnswer(second.clone()));
    assert_eq!(scene.refused_unit(again(3_599)).await, StoreErrorKind::Conflict);
    assert_eq!(find(&scene, &first, at(0)).await.as_ref(), Some(&first));
    scene.commit(again(3_600)).await;
    assert_eq!(find(&scene, &first, at(3_600)).await.as_ref(), Some(&second));
}

/// Recording an answer forgets those of the tenant that have expired, and no others.
pub async fn recording_forgets_what_has_expired(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let [expired, mut kept, new] = [(); 3].map(|()| scene.make.answer());
    kept.expires_at = at(3_601);
    for row in [&expired, &kept] {
        scene.apply(Command::RecordAnswer(row.clone())).await;
    }
    scene.commit(scene.unit_at(at(3_600)).with(Command::RecordAnswer(new.clone()))).await;
    assert_eq!(find(&scene, &expired, at(0)).await, None);
    assert_eq!(find(&scene, &kept, at(0)).await, Some(kept));
    assert_eq!(find(&scene, &new, at(0)).await, Some(new));
}

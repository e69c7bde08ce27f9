//! Tasks.

use cartola_model::Failure;

use super::Backend;
use super::crew::{Worker, ending};
use super::fixtures::{NOW, at};
use super::pages::check_list;
use super::scene::Scene;
use crate::Command;
use crate::jobs::{JobEnd, JobState};
use crate::tasks::{TaskEnd, TaskRow, TaskSight};

async fn find(scene: &Scene, row: &TaskRow) -> Option<TaskRow> {
    scene.store.task(scene.make.tenant, row.id).await.expect("a read")
}

fn task(scene: &Scene) -> TaskRow {
    scene.make.task(scene.link.id)
}

/// A task comes back with all its parts, the absent ones absent.
pub async fn a_task_comes_back_as_it_was_added(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let plain = TaskRow { link: None, ..task(&scene) };
    let ended = TaskRow {
        job: Some(scene.make.id()),
        ending: Some(scene.make.id()),
        mandate: Some(scene.consent.id),
        end: Some(TaskEnd { at: NOW, failure: Some(Failure::CredentialsLocked), result: None }),
        ..task(&scene)
    };
    for row in [&plain, &ended] {
        assert_eq!(find(&scene, row).await, None);
        scene.apply(Command::AddTask(row.clone())).await;
        assert_eq!(find(&scene, row).await.as_ref(), Some(row));
        scene.conflicts(Command::AddTask(row.clone())).await;
    }
}

/// A task ends once, with its result or why there is none.
pub async fn a_task_ends_once(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let result = Some(scene.make.sealed("results"));
    for (failure, result) in [(None, result), (Some(Failure::Timeout), None)] {
        let mut row = task(&scene);
        let end = TaskEnd { at: at(9), failure, result };
        scene.conflicts(Command::EndTask { id: row.id, end: end.clone() }).await;
        scene.apply(Command::AddTask(row.clone())).await;
        scene.apply(Command::EndTask { id: row.id, end: end.clone() }).await;
        scene.conflicts(Command::EndTask { id: row.id, end: end.clone() }).await;
        row.end = Some(end);
        assert_eq!(find(&scene, &row).await, Some(row));
    }
}

/// A task is seen with its mandate and its jobs as they stand, the absent ones absent.
pub async fn a_task_is_seen_with_what_it_stands_by(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let sight = async |row: &TaskRow| {
        scene.store.task_sight(scene.make.tenant, row.id).await.expect("a read")
    };
    let plain = TaskRow { link: None, ..task(&scene) };
    let jobs = scene.enqueue_new(2).await;
    let whole = TaskRow {
        job: Some(jobs[0]),
        ending: Some(jobs[1]),
        mandate: Some(scene.consent.id),
        ..task(&scene)
    };
    let dangling = TaskRow {
        job: Some(scene.make.id()),
        ending: Some(scene.make.id()),
        mandate: Some(scene.make.id()),
        ..task(&scene)
    };
    assert_eq!(sight(&whole).await, None);
    for row in [&plain, &whole, &dangling] {
        scene.apply(Command::AddTask(row.clone())).await;
    }
    for row in [plain, dangling] {
        let alone = TaskSight { row: row.clone(), mandate: None, job: None, ending: None };
        assert_eq!(sight(&row).await, Some(alone));
    }
    let waiting = TaskSight {
        row: whole.clone(),
        mandate: Some(scene.consent.clone()),
        job: Some(JobState::Queued),
        ending: Some(JobState::Queued),
    };
    assert_eq!(sight(&whole).await, Some(waiting));
    let taken = Worker::new(&scene.store, 1).take(2).await;
    let of = |id| taken.iter().find(|job| job.row.order.id == id).expect("it was taken");
    scene.apply(ending(of(jobs[0]), JobEnd::Done)).await;
    scene.revoke(&scene.consent).await;
    let seen = sight(&whole).await.expect("it is there");
    assert_eq!(seen.job, Some(JobState::Done { at: NOW }));
    assert_eq!(seen.ending, Some(of(jobs[1]).row.state));
    let consent = scene.store.consent(scene.make.tenant, scene.consent.id).await.expect("a read");
    assert_eq!(seen.mandate, consent);
    assert_ne!(seen.mandate, Some(scene.consent.clone()));
    let other = Scene::of_tenant(&backend, 2).await;
    let of_other = other.store.task_sight(other.make.tenant, whole.id).await.expect("a read");
    assert_eq!(of_other, None);
}

/// Pages are by id.
pub async fn tasks_are_listed_by_id_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut rows = Vec::new();
    for _ in 0..5 {
        let row = task(&scene);
        scene.apply(Command::AddTask(row.clone())).await;
        rows.push(row);
    }
    let (store, tenant) = (&scene.store, scene.make.tenant);
    check_list(&rows, async |after, limit| store.tasks(tenant, after, limit).await).await;
}

/// What has expired is forgotten, whoever's it is and whether or not it has ended.
pub async fn expired_tasks_are_forgotten(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let other = Scene::of_tenant(&backend, 2).await;
    let expired = TaskRow { expires_at: at(60), ..task(&scene) };
    let kept = TaskRow { expires_at: at(61), ..task(&scene) };
    for row in [&expired, &kept] {
        scene.apply(Command::AddTask(row.clone())).await;
    }
    let of_other = TaskRow { expires_at: at(30), ..task(&other) };
    other.apply(Command::AddTask(of_other.clone())).await;
    assert_eq!(scene.store.forget_tasks(at(60)).await.expect("a change"), 2);
    assert_eq!(scene.store.forget_tasks(at(60)).await.expect("a change"), 0);
    assert_eq!(find(&scene, &expired).await, None);
    assert_eq!(find(&other, &of_other).await, None);
    assert_eq!(find(&scene, &kept).await.as_ref(), Some(&kept));
}

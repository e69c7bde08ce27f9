//! Progress: what a worker notes of the jobs that it runs.

use std::time::Duration;

use super::Backend;
use super::crew::{TERM, Worker, ending, ids, retry};
use super::fixtures::NOW;
use super::scene::Scene;
use crate::jobs::{ClaimedJob, JobEnd, JobRow, Progress, ProgressNote, Step};

/// Of each number another one.
const FAR: Progress =
    Progress { step: Step::Movements, accounts_done: 2, accounts: 5, movements: 5_000_000_000 };

fn note(job: &ClaimedJob, progress: Progress) -> ProgressNote {
    ProgressNote { tenant: job.tenant, job: job.row.order.id, lease: job.lease, progress }
}

async fn progress(scene: &Scene, job: &ClaimedJob) -> Option<Progress> {
    let row = scene.job_of(job.tenant, job.row.order.id).await;
    row.expect("it is there").progress
}

async fn keep(scene: &Scene, notes: &[ProgressNote]) {
    scene.store.note_progress(notes.to_vec()).await.expect("notes are taken");
}

/// Every step comes back, and nothing else of the job changes.
pub async fn progress_comes_back_as_it_was_noted(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    scene.enqueue_new(1).await;
    let job = worker.take_one().await;
    assert_eq!(progress(&scene, &job).await, None);
    for step in Step::ALL {
        let far = Progress { step, ..FAR };
        keep(&scene, &[note(&job, far)]).await;
        let row = scene.job(job.row.order.id).await.expect("it is there");
        assert_eq!(row.progress, Some(far));
        assert_eq!(JobRow { progress: None, ..row }, job.row);
    }
    keep(&scene, &[note(&job, Progress::BEGUN)]).await;
    assert_eq!(progress(&scene, &job).await, Some(Progress::BEGUN));
    keep(&scene, &[]).await;
}

/// Jobs of several tenants are noted together, each for its own tenant.
pub async fn jobs_of_all_tenants_are_noted_at_once(backend: Backend) {
    let [one, other] = [Scene::of_tenant(&backend, 1).await, Scene::of_tenant(&backend, 2).await];
    let worker = Worker::new(&backend.store, 1);
    one.enqueue_new(2).await;
    other.enqueue_new(2).await;
    let taken = worker.take(4).await;
    let nth = |movements: usize| Progress { movements: movements as u64, ..FAR };
    let notes: Vec<_> = taken.iter().enumerate().map(|(at, job)| note(job, nth(at))).collect();
    keep(&one, &notes).await;
    for (at, job) in taken.iter().enumerate() {
        assert_eq!(progress(&one, job).await, Some(nth(at)));
    }
    for scene in [&one, &other] {
        let of_another = taken.iter().filter(|job| job.tenant != scene.make.tenant);
        let strange = |job| ProgressNote { tenant: scene.make.tenant, ..note(job, FAR) };
        keep(scene, &of_another.map(strange).collect::<Vec<_>>()).await;
    }
    for (at, job) in taken.iter().enumerate() {
        assert_eq!(progress(&one, job).await, Some(nth(at)));
    }
}

/// Who has lost a job notes nothing of it, and keeps nobody else's notes from being taken.
pub async fn only_who_runs_a_job_notes_it(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    scene.enqueue_new(1).await;
    let lost = worker.take_one().await;
    keep(&scene, &[note(&lost, FAR)]).await;
    worker.time.advance(TERM);
    let found = worker.take_one().await;
    assert_eq!(ids(&[found.clone()]), ids(&[lost.clone()]));
    assert_eq!(found.row.progress, None, "each attempt begins anew");
    let [one, two] = [1, 2].map(|movements| Progress { movements, ..FAR });
    keep(&scene, &[note(&lost, one), note(&found, two)]).await;
    assert_eq!(progress(&scene, &found).await, Some(two));
    scene.apply(ending(&found, retry(NOW))).await;
    keep(&scene, &[note(&found, one)]).await;
    assert_eq!(progress(&scene, &found).await, Some(two));
    let again = worker.take_one().await;
    assert_eq!(again.row.progress, None);
    scene.apply(ending(&again, JobEnd::Done)).await;
    keep(&scene, &[note(&again, one)]).await;
    assert_eq!(progress(&scene, &again).await, None);
}

/// Notes are for who looks; they wake nobody.
pub async fn nobody_is_woken(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    scene.enqueue_new(1).await;
    let job = worker.take_one().await;
    let mut arrivals = scene.store.arrivals();
    while arrivals.next(Duration::ZERO).await {}
    keep(&scene, &[note(&job, FAR)]).await;
    assert!(!arrivals.next(Duration::ZERO).await);
}

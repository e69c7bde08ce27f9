//! Cancelling: what waits ends at once, what runs is ended by its worker, and what is done is done.

use std::time::Duration;

use cartola_model::Failure;

use super::Backend;
use super::crew::{TERM, Worker, ending, ids, retry};
use super::fixtures::at;
use super::scene::Scene;
use crate::jobs::{
    ClaimedJob, Continuation, JobEnd, JobKind, JobOrder, JobRow, JobState, Queue, Standing,
};
use crate::outbox::job_of;
use crate::{Command, StoreErrorKind};

/// What whoever waits is told here.
const WHY: Failure = Failure::Timeout;

/// A job from which something follows.
fn followed(scene: &Scene) -> JobOrder {
    let next = Continuation {
        id: scene.make.id(),
        kind: JobKind::parse("facade.answer").expect("a sound name"),
        arguments: Some(scene.make.sealed("what the facade wants")),
    };
    let mandate = Some(scene.consent.id);
    JobOrder { continuation: Some(next), mandate, link: Some(scene.link.id), ..scene.make.job() }
}

fn cancel(order: &JobOrder, expected: Standing) -> Command {
    Command::CancelJob { id: order.id, expected, failure: WHY }
}

/// A job with something that follows, and who runs it.
async fn running(scene: &Scene) -> (JobOrder, Worker, ClaimedJob) {
    let order = followed(scene);
    scene.enqueue(&[order.clone()]).await;
    let worker = Worker::new(&scene.store, 1);
    let job = worker.take_one().await;
    (order, worker, job)
}

async fn row(scene: &Scene, order: &JobOrder) -> JobRow {
    scene.job(order.id).await.expect("it is kept")
}

/// Fails unless a job is over as cancelled, and what follows from it waits.
async fn check_cancelled(scene: &Scene, order: &JobOrder, why: Failure, seconds: i64) {
    let row = row(scene, order).await;
    assert_eq!(row.state, JobState::Cancelled { at: at(seconds) });
    assert_eq!((row.last_failure, row.cancelled), (Some(why), Some(why)));
    assert_eq!((row.order.arguments, row.order.continuation), (None, None));
    let next = order.continuation.as_ref().expect("something follows");
    let next = scene.job(next.id).await.expect("it is queued");
    assert_eq!((next.state, next.after), (JobState::Queued, Some(order.id)));
    assert_eq!((next.order.link, next.order.mandate, next.cancelled), (None, None, None));
    assert!(next.order.arguments.is_some(), "the continuation has its arguments");
}

/// A job that waits ends at once, and is forgotten and followed like any that ended.
pub async fn what_waits_is_cancelled_at_once(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    let order = followed(&scene);
    scene.enqueue(&[order.clone()]).await;
    scene.commit(scene.unit_at(at(3)).with(cancel(&order, Standing::Queued))).await;
    check_cancelled(&scene, &order, WHY, 3).await;
    let next = worker.take_at(9, at(99)).await;
    assert_eq!(ids(&next), [order.continuation.as_ref().expect("something follows").id]);
    scene.apply(ending(&next[0], JobEnd::Done)).await;
    let listed =
        scene.store.jobs(scene.make.tenant, Queue::Work, Some(Standing::Cancelled), None, 9);
    assert_eq!(listed.await.expect("a read").rows, [row(&scene, &order).await]);
    assert_eq!(scene.store.forget_ended(at(4)).await.expect("a write"), 2);
}

/// A job that runs goes on until its worker hears of it, and ends by its worker.
pub async fn what_runs_is_cancelled_by_its_worker(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (order, worker, job) = running(&scene).await;
    assert_eq!(worker.prolong(&job).await.expect("it is ours"), None);
    scene.apply(cancel(&order, Standing::Running)).await;
    let marked = row(&scene, &order).await;
    assert_eq!((marked.state.standing(), marked.cancelled), (Standing::Running, Some(WHY)));
    assert!(marked.order.arguments.is_some(), "it still runs");
    assert_eq!(worker.prolong(&job).await.expect("it is ours"), Some(WHY));
    // Who comes second changes nothing.
    let again = Command::CancelJob {
        id: order.id,
        expected: Standing::Running,
        failure: Failure::ConsentRevoked,
    };
    scene.apply(again).await;
    scene.commit(scene.unit_at(at(5)).with(ending(&job, JobEnd::Cancelled))).await;
    check_cancelled(&scene, &order, WHY, 5).await;
    let late = worker.prolong(&job).await.expect_err("it has ended");
    assert_eq!(late.kind, StoreErrorKind::Conflict);
}

/// What has ended, whichever way, stays as it is; so does what stands otherwise than expected.
pub async fn what_has_ended_is_not_cancelled(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (order, worker, job) = running(&scene).await;
    scene.conflicts(cancel(&order, Standing::Queued)).await;
    scene.apply(ending(&job, JobEnd::Done)).await;
    for expected in Standing::ALL {
        scene.conflicts(cancel(&order, expected)).await;
    }
    let next = worker.take_one().await;
    scene.apply(ending(&next, JobEnd::Dead { failure: Failure::Internal })).await;
    for expected in Standing::ALL {
        scene.conflicts(cancel(&next.row.order, expected)).await;
    }
    let order = followed(&scene);
    scene.enqueue(&[order.clone()]).await;
    scene.conflicts(cancel(&order, Standing::Running)).await;
    scene.apply(cancel(&order, Standing::Queued)).await;
    for expected in Standing::ALL {
        scene.conflicts(cancel(&order, expected)).await;
    }
    scene.conflicts(cancel(&scene.make.job(), Standing::Queued)).await;
}

/// A worker that ends its job before it hears that it is to be cancelled has done it.
pub async fn who_is_faster_has_done_it(backend: Backend) {
    let scene = Scene::new(&backend).await;
    for (end, last) in [
        (JobEnd::Done, None),
        (JobEnd::Dead { failure: Failure::InstitutionDown }, Some(Failure::InstitutionDown)),
    ] {
        let (order, worker, job) = running(&scene).await;
        scene.apply(cancel(&order, Standing::Running)).await;
        scene.apply(ending(&job, end)).await;
        let row = row(&scene, &order).await;
        assert_eq!((row.last_failure, row.cancelled), (last, Some(WHY)));
        assert_ne!(row.state.standing(), Standing::Cancelled);
        scene.conflicts(ending(&job, JobEnd::Cancelled)).await;
        let next = worker.take_one().await;
        scene.apply(ending(&next, JobEnd::Done)).await;
    }
}

/// A worker cannot cancel by itself.
pub async fn nothing_is_cancelled_that_nobody_wants_cancelled(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (order, _, job) = running(&scene).await;
    scene.conflicts(ending(&job, JobEnd::Cancelled)).await;
    assert_eq!(row(&scene, &order).await, job.row);
}

/// Whoever takes over from a lost worker is told, and ends the job.
pub async fn a_mark_outlives_its_worker(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (order, worker, lost) = running(&scene).await;
    scene.apply(cancel(&order, Standing::Running)).await;
    worker.time.advance(TERM);
    let found = worker.take_one().await;
    assert_eq!(found.row.cancelled, Some(WHY));
    scene.conflicts(ending(&lost, JobEnd::Cancelled)).await;
    scene.commit(scene.unit_at(at(2)).with(ending(&found, JobEnd::Cancelled))).await;
    check_cancelled(&scene, &order, WHY, 2).await;
}

/// A retry of what is to be cancelled is due at once, and can be cancelled where it waits.
pub async fn what_is_to_be_cancelled_does_not_wait_to_be_retried(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (order, worker, job) = running(&scene).await;
    scene.apply(cancel(&order, Standing::Running)).await;
    scene.commit(scene.unit_at(at(1)).with(ending(&job, retry(at(600))))).await;
    assert_eq!(row(&scene, &order).await.order.not_before, at(1));
    let job = worker.take_at(1, at(1)).await.remove(0);
    scene.commit(scene.unit_at(at(1)).with(ending(&job, retry(at(600))))).await;
    scene.commit(scene.unit_at(at(2)).with(cancel(&order, Standing::Queued))).await;
    check_cancelled(&scene, &order, WHY, 2).await;
}

/// With a mandate goes what waits and what runs under it, and nothing else.
pub async fn a_mandate_takes_along_what_is_under_it(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let other = Scene::of_tenant(&backend, 2).await;
    let worker = Worker::new(&scene.store, 1);
    let mandate = Some(scene.consent.id);
    let under = || JobOrder { mandate, link: None, ..followed(&scene) };
    let [done, runs, waits] = [under(), under(), under()];
    let strangers =
        [JobOrder { mandate: Some(scene.make.id()), ..scene.make.job() }, scene.make.job()];
    scene.enqueue(&[done.clone(), runs.clone()]).await;
    let taken = worker.take(2).await;
    scene.apply(ending(&taken[0], JobEnd::Done)).await;
    scene.enqueue(&[waits.clone()]).await;
    scene.enqueue(&strangers).await;
    let theirs = JobOrder { mandate, ..other.make.job() };
    other.enqueue(&[theirs.clone()]).await;
    let withdrawn =
        Command::CancelJobsUnder { mandate: scene.consent.id, failure: Failure::ConsentRevoked };
    for seconds in [4, 5] {
        scene.commit(scene.unit_at(at(seconds)).with(withdrawn.clone())).await;
    }
    check_cancelled(&scene, &waits, Failure::ConsentRevoked, 4).await;
    let marked = worker.prolong(&taken[1]).await.expect("it is ours");
    assert_eq!(marked, Some(Failure::ConsentRevoked));
    scene.commit(scene.unit_at(at(6)).with(ending(&taken[1], JobEnd::Cancelled))).await;
    check_cancelled(&scene, &runs, Failure::ConsentRevoked, 6).await;
    assert_eq!(row(&scene, &done).await.cancelled, None);
    for order in &strangers {
        assert_eq!(row(&scene, order).await.cancelled, None);
    }
    assert_eq!(row(&other, &theirs).await.state, JobState::Queued);
}

/// What is told to others is given up with its destination, and not cancelled.
pub async fn messages_are_not_cancelled(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let message = scene.make.message("https://one.example");
    scene.apply(Command::AddMessage(message.clone())).await;
    let order = JobOrder { id: job_of(message.id), ..scene.make.job() };
    scene.conflicts(cancel(&order, Standing::Queued)).await;
}

/// Whoever waits for a job is woken when it is cancelled.
pub async fn waiters_are_woken(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let order = followed(&scene);
    scene.enqueue(&[order.clone()]).await;
    let mut arrivals = scene.store.arrivals();
    while arrivals.next(Duration::ZERO).await {}
    scene.apply(cancel(&order, Standing::Queued)).await;
    assert!(arrivals.next(Duration::from_mins(1)).await);
}

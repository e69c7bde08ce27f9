//! The queue: what is queued, how it ends, who is next.

use std::collections::BTreeSet;
use std::time::Duration;

use cartola_model::Failure;
use cartola_primitives::id::JobId;

use super::Backend;
use super::crew::{Worker, ending, ids, no_lease, retry};
use super::fixtures::{NOW, at};
use super::pages::check_list;
use super::scene::Scene;
use crate::jobs::{
    Continuation, JobEnd, JobKind, JobOrder, JobRow, JobState, Lane, MAX_ARGUMENTS_BYTES, Priority,
    Queue, Standing,
};
use crate::{Command, StoreErrorKind};

/// How long a waiter of these tests waits for what comes.
const SOON: Duration = Duration::from_mins(1);

fn queued(order: &JobOrder) -> JobRow {
    JobRow {
        order: order.clone(),
        after: None,
        created_at: NOW,
        attempts: 0,
        last_failure: None,
        cancelled: None,
        progress: None,
        state: JobState::Queued,
    }
}

fn full_order(scene: &Scene) -> JobOrder {
    JobOrder {
        link: Some(scene.link.id),
        lane: Some(Lane::of(&scene.link.institution)),
        mandate: Some(scene.consent.id),
        arguments: Some(scene.make.sealed("arguments")),
        not_before: at(5),
        priority: Priority::Background,
        continuation: Some(Continuation {
            id: scene.make.id(),
            kind: JobKind::parse("facade.answer").expect("a sound name"),
            arguments: Some(scene.make.sealed("what the facade wants")),
        }),
        ..scene.make.job()
    }
}

/// A job comes back with all its parts, the absent ones absent.
pub async fn a_job_comes_back_as_it_was_queued(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut bare = scene.make.job();
    bare.arguments = None;
    let mut next_is_bare = full_order(&scene);
    next_is_bare.continuation.as_mut().expect("it has one").arguments = None;
    for order in [bare, full_order(&scene), next_is_bare] {
        assert_eq!(scene.job(order.id).await, None);
        scene.apply(Command::EnqueueJob(order.clone())).await;
        assert_eq!(scene.job(order.id).await, Some(queued(&order)));
    }
}

/// A job is queued once.
pub async fn ids_are_unique(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let order = scene.make.job();
    scene.enqueue(&[order.clone()]).await;
    scene.conflicts(Command::EnqueueJob(JobOrder { link: None, ..order })).await;
}

/// Arguments that are too long, and jobs of the outbox without a message, are defects.
pub async fn what_is_no_job_is_refused(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut long = scene.make.job();
    long.arguments = Some(scene.make.sealed(&"a".repeat(MAX_ARGUMENTS_BYTES)));
    let mut long_next = full_order(&scene);
    long_next.continuation.as_mut().expect("it has one").arguments.clone_from(&long.arguments);
    let lost = JobOrder { queue: Queue::Outbox, ..scene.make.job() };
    for order in [long, long_next, lost] {
        assert_eq!(scene.refused(Command::EnqueueJob(order)).await, StoreErrorKind::Misuse);
    }
}

/// A job that is done stays so, and keeps nobody from anything.
pub async fn a_job_is_done_once(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    let [id] = scene.enqueue_new(1).await[..] else { unreachable!("one was asked for") };
    let job = worker.take_one().await;
    assert_eq!((job.row.order.id, job.row.attempts), (id, 1));
    assert_eq!(scene.job(id).await.as_ref(), Some(&job.row));
    scene.commit(scene.unit_at(at(9)).with(ending(&job, JobEnd::Done))).await;
    let row = scene.job(id).await.expect("it is kept");
    assert_eq!((row.state, row.last_failure), (JobState::Done { at: at(9) }, None));
    for end in [JobEnd::Done, retry(NOW), JobEnd::Dead { failure: Failure::Timeout }] {
        scene.conflicts(ending(&job, end)).await;
    }
    assert_eq!(worker.take_at(1, at(9_999)).await, []);
}

/// A job that nobody has claimed cannot be ended, nor one that is not there.
pub async fn only_a_running_job_ends(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let id = scene.enqueue_new(1).await[0];
    for id in [id, scene.make.id()] {
        let lease = no_lease(&scene);
        scene.conflicts(Command::EndJob { id, lease, end: JobEnd::Done }).await;
    }
}

/// A retry waits for its time, with the reason, and counts as one more attempt.
pub async fn a_retry_waits_for_its_time(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    scene.enqueue_new(1).await;
    for attempt in 1..=3 {
        let due = at(i64::from(attempt) * 60);
        let job = worker.take_at(1, due).await.remove(0);
        assert_eq!(job.row.attempts, attempt);
        let next = at(i64::from(attempt + 1) * 60);
        scene.apply(ending(&job, retry(next))).await;
        let row = scene.job(job.row.order.id).await.expect("it is kept");
        assert_eq!((row.state, row.order.not_before), (JobState::Queued, next));
        assert_eq!(row.last_failure, Some(Failure::InstitutionDown));
        assert_eq!(worker.take_at(1, at(i64::from(attempt + 1) * 60 - 1)).await, []);
        assert_eq!(scene.store.next_due(Queue::Work).await.expect("a read"), Some(next));
    }
}

/// Whatever fails with a unit of work, the job of that unit still runs.
pub async fn a_job_ends_with_its_unit_or_not(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    scene.enqueue(&[full_order(&scene)]).await;
    let job = worker.take_at(1, at(5)).await.remove(0);
    let unit = scene.unit().with(ending(&job, JobEnd::Done));
    let unit = unit.with(Command::RevokeCredential(scene.make.id()));
    assert_eq!(scene.refused_unit(unit).await, StoreErrorKind::Conflict);
    assert_eq!(scene.job(job.row.order.id).await.as_ref(), Some(&job.row));
    let next = job.row.order.continuation.as_ref().expect("it has one").id;
    assert_eq!(scene.job(next).await, None);
}

/// Done or dead, the continuation is queued by the same unit; after a retry, it is not yet.
pub async fn the_end_of_a_job_queues_its_continuation(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    for end in [JobEnd::Done, JobEnd::Dead { failure: Failure::CredentialsInvalid }] {
        let order = full_order(&scene);
        let next = order.continuation.clone().expect("it has one");
        scene.enqueue(&[order.clone()]).await;
        let job = worker.take_at(1, at(5)).await.remove(0);
        scene.apply(ending(&job, retry(at(7)))).await;
        assert_eq!(scene.job(next.id).await, None);
        let job = worker.take_at(1, at(7)).await.remove(0);
        scene.commit(scene.unit_at(at(8)).with(ending(&job, end))).await;
        let expected = JobOrder {
            id: next.id,
            kind: next.kind,
            link: None,
            lane: None,
            mandate: None,
            arguments: next.arguments,
            not_before: at(8),
            continuation: None,
            ..order.clone()
        };
        let row = scene.job(next.id).await.expect("it is queued");
        let after = Some(order.id);
        assert_eq!(row, JobRow { after, created_at: at(8), ..queued(&expected) });
        let job = worker.take_at(1, at(8)).await.remove(0);
        scene.apply(ending(&job, JobEnd::Done)).await;
    }
}

/// What only its handlers need is there until a job ends, and not longer; the continuation has its
/// own.
pub async fn arguments_are_forgotten_when_a_job_ends(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    for end in [JobEnd::Done, JobEnd::Dead { failure: Failure::Timeout }] {
        let order = full_order(&scene);
        scene.enqueue(&[order.clone()]).await;
        let job = worker.take_at(1, at(5)).await.remove(0);
        scene.apply(ending(&job, retry(at(6)))).await;
        assert_eq!(
            scene.job(order.id).await.expect("it is there").order.arguments,
            order.arguments
        );
        let job = worker.take_at(1, at(6)).await.remove(0);
        scene.apply(ending(&job, end)).await;
        let ended = scene.job(order.id).await.expect("it is there").order;
        assert_eq!((ended.arguments, ended.continuation), (None, None));
        let next = worker.take_at(1, at(9)).await.remove(0);
        assert!(next.row.order.arguments.is_some(), "the continuation has its arguments");
        scene.apply(ending(&next, JobEnd::Done)).await;
    }
}

/// Of one link, one job runs at a time; jobs of other links and of none do not wait for it.
pub async fn one_job_runs_per_link(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    let on = |link| JobOrder { link, ..scene.make.job() };
    let [one, other] = [Some(scene.link.id), Some(scene.make.id())];
    let orders = [on(one), on(one), on(other), on(None), on(None)];
    scene.enqueue(&orders).await;
    let id = |nth: usize| orders[nth].id;
    let taken = worker.take(9).await;
    assert_eq!(ids(&taken), [id(0), id(2), id(3), id(4)]);
    assert_eq!(worker.take(9).await, []);
    scene.apply(ending(&taken[0], JobEnd::Done)).await;
    assert_eq!(ids(&worker.take(9).await), [id(1)]);
}

/// Within a tenant: by priority, then by when they are due, then by age.
pub async fn jobs_are_taken_in_order(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    let of = |priority, due| JobOrder { priority, not_before: at(due), ..scene.make.job() };
    let expected = [
        of(Priority::Interactive, -1),
        of(Priority::Interactive, 0),
        of(Priority::Normal, -9),
        of(Priority::Normal, 0),
        of(Priority::Normal, 0),
        of(Priority::Background, -99),
    ];
    let future = of(Priority::Interactive, 1);
    let mixed = [5, 3, 0, 2, 4, 1].map(|place| expected[place].clone());
    scene.enqueue(&mixed).await;
    scene.enqueue(&[future]).await;
    let mut taken = Vec::new();
    for places in [1, 0, 2, 9] {
        taken.extend(ids(&worker.take(places).await));
    }
    assert_eq!(taken, expected.map(|order| order.id));
}

/// A tenant with a long queue holds up nobody, also where there is one place at a time.
pub async fn tenants_take_turns(backend: Backend) {
    let mut scenes = Vec::new();
    for seed in 1..=3 {
        scenes.push(Scene::of_tenant(&backend, seed).await);
    }
    // Of tenants that had no turn yet, the first is the one with the lowest id.
    scenes.sort_by_key(|scene| scene.make.tenant);
    let worker = Worker::new(&backend.store, 1);
    scenes[0].enqueue_new(20).await;
    scenes[1].enqueue_new(3).await;
    let mut turns = Vec::new();
    for turn in 0..10 {
        if turn == 4 {
            scenes[2].enqueue_new(1).await;
        }
        let job = worker.take(1).await.remove(0);
        let place = scenes.iter().position(|scene| scene.make.tenant == job.tenant);
        let place = place.expect("it is one of them");
        scenes[place].apply(ending(&job, JobEnd::Done)).await;
        turns.push(place);
    }
    assert_eq!(turns, [0, 1, 0, 1, 2, 0, 1, 0, 0, 0]);
}

/// A turn counts also against tenants that have nothing to do meanwhile.
pub async fn turns_are_counted_for_all(backend: Backend) {
    let mut scenes = [Scene::of_tenant(&backend, 1).await, Scene::of_tenant(&backend, 2).await];
    // Where only the lowest id decided, it would be the wrong tenant.
    scenes.sort_by_key(|scene| std::cmp::Reverse(scene.make.tenant));
    let [first, second] = scenes;
    let worker = Worker::new(&backend.store, 1);
    for (scene, count) in [(&first, 5), (&second, 2)] {
        scene.enqueue_new(count).await;
        for _ in 0..count {
            let job = worker.take(1).await.remove(0);
            scene.apply(ending(&job, JobEnd::Done)).await;
        }
    }
    first.enqueue_new(1).await;
    second.enqueue_new(1).await;
    assert_eq!(worker.take(1).await[0].tenant, first.make.tenant, "its turn is longer ago");
}

/// Places at once are shared, counting what runs already.
pub async fn what_runs_already_counts(backend: Backend) {
    let [long, short] = [Scene::of_tenant(&backend, 1).await, Scene::of_tenant(&backend, 2).await];
    let worker = Worker::new(&long.store, 1);
    long.enqueue_new(20).await;
    assert_eq!(worker.take(4).await.len(), 4);
    short.enqueue_new(9).await;
    let of_short = |taken: &[crate::jobs::ClaimedJob]| {
        taken.iter().filter(|job| job.tenant == short.make.tenant).count()
    };
    assert_eq!(of_short(&worker.take(4).await), 4, "it has none running yet");
    assert_eq!(of_short(&worker.take(4).await), 2);
}

/// Workers at once never take the same job, and leave none.
pub async fn no_job_is_taken_twice(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let expected: BTreeSet<JobId> = scene.enqueue_new(60).await.into_iter().collect();
    let mut workers = tokio::task::JoinSet::new();
    for seed in 0..6 {
        let worker = Worker::new(&scene.store, seed);
        workers.spawn(async move {
            let mut taken = Vec::new();
            while let [job, ..] = &worker.take(1).await[..] {
                taken.push(job.row.order.id);
            }
            taken
        });
    }
    let taken: Vec<JobId> = workers.join_all().await.into_iter().flatten().collect();
    assert_eq!(taken.len(), expected.len());
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>(), expected);
}

/// Jobs are listed by id, all of them or those that stand so.
pub async fn jobs_are_listed_by_id_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    let all = scene.enqueue_new(8).await;
    let taken = worker.take(6).await;
    for job in &taken[..2] {
        scene.apply(ending(job, JobEnd::Done)).await;
    }
    scene.apply(ending(&taken[2], JobEnd::Dead { failure: Failure::Timeout })).await;
    let lists = [
        (None, &all[..]),
        (Some(Standing::Done), &all[..2]),
        (Some(Standing::Dead), &all[2..3]),
        (Some(Standing::Running), &all[3..6]),
        (Some(Standing::Queued), &all[6..]),
    ];
    let tenant = scene.make.tenant;
    for (standing, expected) in lists {
        let mut rows = Vec::new();
        for id in expected {
            rows.extend(scene.job(*id).await);
        }
        check_list(&rows, async |after, limit| {
            scene.store.jobs(tenant, Queue::Work, standing, after, limit).await
        })
        .await;
    }
    let none = scene.store.jobs(tenant, Queue::Outbox, None, None, 9).await.expect("a read");
    assert_eq!(none.rows, []);
}

/// What ended before an instant is forgotten, and nothing else.
pub async fn what_has_ended_is_forgotten(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    let all = scene.enqueue_new(5).await;
    let taken = worker.take(4).await;
    let ends = [JobEnd::Done, JobEnd::Dead { failure: Failure::Timeout }, JobEnd::Done];
    for ((job, end), seconds) in taken.iter().zip(ends).zip([1, 2, 3]) {
        scene.commit(scene.unit_at(at(seconds)).with(ending(job, end))).await;
    }
    assert_eq!(scene.store.forget_ended(at(3)).await.expect("a write"), 2);
    assert_eq!(scene.store.forget_ended(at(3)).await.expect("a write"), 0);
    let mut kept = Vec::new();
    for id in &all {
        kept.push(scene.job(*id).await.is_some());
    }
    assert_eq!(kept, [false, false, true, true, true]);
}

/// A waiter is woken by what is queued, retried and ended, and not by other commits.
pub async fn waiters_are_woken(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    let mut arrivals = scene.store.arrivals();
    // A backend that hears of other processes may wake once when it begins to listen.
    while arrivals.next(Duration::from_secs(1)).await {}
    scene.apply(Command::AddPerson(scene.make.person())).await;
    assert!(!arrivals.next(Duration::ZERO).await, "nothing has arrived");
    scene.enqueue_new(1).await;
    assert!(arrivals.next(SOON).await);
    assert!(!arrivals.next(Duration::ZERO).await, "each arrival is told once");
    for end in [retry(NOW), JobEnd::Done] {
        let job = worker.take_one().await;
        let waiter = tokio::spawn(async move {
            let woken = arrivals.next(SOON).await;
            (arrivals, woken)
        });
        scene.apply(ending(&job, end)).await;
        let woken;
        (arrivals, woken) = waiter.await.expect("no panic");
        assert!(woken);
    }
}

//! Lanes and limits: how many jobs run at once, whosever they are and whoever runs them.

use cartola_primitives::id::JobId;

use super::Backend;
use super::crew::{Worker, ending, ids};
use super::fixtures::{NOW, at};
use super::scene::Scene;
use crate::jobs::{Claim, ClaimedJob, JobEnd, JobOrder, Lane, Limits, Priority, Queue};

/// Two of one lane, three of one tenant.
const FEW: Limits = Limits { of_lane: Some(2), of_tenant: Some(3) };

/// A job that keeps a lane busy.
pub fn of_lane(scene: &Scene, lane: &str) -> JobOrder {
    JobOrder { lane: Some(Lane::parse(lane).expect("a sound name")), ..scene.make.job() }
}

/// Takes up to so many jobs within limits.
async fn take(worker: &Worker, places: usize, limits: Limits) -> Vec<ClaimedJob> {
    let claim = worker.claim(Queue::Work, places, NOW);
    worker.take_by(Claim { limits, ..claim }).await
}

const fn lanes(of_lane: u32) -> Limits {
    Limits { of_lane: Some(of_lane), of_tenant: None }
}

const fn tenants(of_tenant: u32) -> Limits {
    Limits { of_lane: None, of_tenant: Some(of_tenant) }
}

/// Jobs of a full lane are passed over, also those that would be next by all else; what is in no
/// lane never waits for one.
pub async fn a_full_lane_is_passed_over(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    let urgent = |lane| JobOrder { priority: Priority::Interactive, ..of_lane(&scene, lane) };
    let orders = [
        urgent("hangs"),
        urgent("hangs"),
        urgent("hangs"),
        of_lane(&scene, "answers"),
        of_lane(&scene, "hangs"),
        of_lane(&scene, "answers"),
        scene.make.job(),
        scene.make.job(),
        scene.make.job(),
    ];
    scene.enqueue(&orders).await;
    let expected: Vec<JobId> = [0, 1, 3, 5, 6, 7, 8].map(|nth: usize| orders[nth].id).to_vec();
    let taken = take(&worker, 9, lanes(2)).await;
    assert_eq!(ids(&taken), expected);
    assert_eq!(take(&worker, 9, lanes(2)).await, []);
    scene.apply(ending(&taken[1], JobEnd::Done)).await;
    assert_eq!(ids(&take(&worker, 9, lanes(2)).await), [orders[2].id]);
    scene.apply(ending(&taken[0], JobEnd::Done)).await;
    assert_eq!(ids(&take(&worker, 9, lanes(2)).await), [orders[4].id]);
}

/// Across lanes, jobs go by when they are due and by age, as without lanes.
pub async fn lanes_change_no_order(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    let due = |lane, seconds| JobOrder { not_before: at(seconds), ..of_lane(&scene, lane) };
    let orders = [
        due("b", -5),
        due("a", -4),
        JobOrder { not_before: at(-3), ..scene.make.job() },
        due("b", -2),
        due("a", -2),
        JobOrder { priority: Priority::Background, ..due("a", -99) },
    ];
    let mixed = [4, 2, 5, 0, 3, 1].map(|place: usize| orders[place].clone());
    scene.enqueue(&mixed).await;
    scene.enqueue(&[due("a", 1), due("c", 1)]).await;
    let mut expected = orders.map(|order| order.id);
    expected[3..5].sort_unstable();
    let mut taken = Vec::new();
    for _ in 0..3 {
        taken.extend(ids(&take(&worker, 2, lanes(9)).await));
    }
    assert_eq!(taken, expected);
}

/// A lane is as full as all tenants and all processes make it.
pub async fn a_lane_is_shared_by_all(backend: Backend) {
    let [one, other] = [Scene::of_tenant(&backend, 1).await, Scene::of_tenant(&backend, 2).await];
    let workers = [Worker::new(&backend.store, 1), Worker::new(&backend.store, 2)];
    for scene in [&one, &other] {
        let orders: Vec<_> = (0..4).map(|_| of_lane(scene, "bank")).collect();
        scene.enqueue(&orders).await;
    }
    let mut running = take(&workers[0], 1, lanes(3)).await;
    running.extend(take(&workers[1], 9, lanes(3)).await);
    assert_eq!(running.len(), 3);
    assert!(
        [&one, &other]
            .iter()
            .all(|scene| { running.iter().any(|job| job.tenant == scene.make.tenant) })
    );
    for worker in &workers {
        assert_eq!(take(worker, 9, lanes(3)).await, []);
    }
    assert_eq!(take(&workers[0], 9, lanes(4)).await.len(), 1, "the limit is the claim's");
    assert_eq!(take(&workers[0], 9, Limits::NONE).await.len(), 4);
}

/// A tenant has so many places, in whichever lanes; what it may not take, others may.
pub async fn a_tenant_has_so_many_places(backend: Backend) {
    let [long, short] = [Scene::of_tenant(&backend, 1).await, Scene::of_tenant(&backend, 2).await];
    let worker = Worker::new(&backend.store, 1);
    let mut orders: Vec<_> = (0..5).map(|_| of_lane(&long, "bank")).collect();
    orders.extend((0..5).map(|_| long.make.job()));
    long.enqueue(&orders).await;
    let taken = take(&worker, 9, tenants(3)).await;
    assert_eq!(taken.len(), 3);
    short.enqueue_new(2).await;
    let theirs = take(&worker, 9, tenants(3)).await;
    assert!(theirs.iter().all(|job| job.tenant == short.make.tenant));
    assert_eq!(theirs.len(), 2);
    assert_eq!(take(&worker, 9, tenants(3)).await, []);
    for job in &taken[..2] {
        long.apply(ending(job, JobEnd::Done)).await;
    }
    assert_eq!(take(&worker, 9, tenants(3)).await.len(), 2);
    assert_eq!(take(&worker, 9, tenants(0)).await, []);
}

/// What waits for others is what it was: a lane has room for a job that is retried, and the place of
/// a worker that is lost is taken by its own job.
pub async fn a_lost_worker_gives_its_places_back(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    let orders: Vec<_> = (0..3).map(|_| of_lane(&scene, "bank")).collect();
    scene.enqueue(&orders).await;
    let lost = take(&worker, 9, FEW).await;
    assert_eq!(lost.len(), 2);
    worker.time.advance(super::crew::TERM);
    let found = take(&worker, 9, FEW).await;
    assert_eq!(ids(&found), ids(&lost));
}

/// The continuation of a job is in no lane: it asks nobody.
pub async fn a_continuation_is_in_no_lane(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    let next = crate::jobs::Continuation {
        id: scene.make.id(),
        kind: scene.make.job().kind,
        arguments: None,
    };
    let first = JobOrder { continuation: Some(next.clone()), ..of_lane(&scene, "bank") };
    scene.enqueue(&[first, of_lane(&scene, "bank")]).await;
    let job = take(&worker, 1, lanes(1)).await.remove(0);
    scene.apply(ending(&job, JobEnd::Done)).await;
    assert_eq!(take(&worker, 9, lanes(1)).await.len(), 2);
    assert_eq!(scene.job(next.id).await.expect("it is there").order.lane, None);
}

/// Workers at once stay within the limits together.
pub async fn claims_at_once_stay_within_the_limits(backend: Backend) {
    const OF_LANE: u32 = 4;
    const OF_TENANT: u32 = 6;
    let mut scenes = Vec::new();
    for seed in 1..=3 {
        let scene = Scene::of_tenant(&backend, seed).await;
        let orders: Vec<_> = (0..20).map(|nth| of_lane(&scene, ["a", "b", "c"][nth % 3])).collect();
        scene.enqueue(&orders).await;
        scenes.push(scene);
    }
    let limits = Limits { of_lane: Some(OF_LANE), of_tenant: Some(OF_TENANT) };
    let mut claims = tokio::task::JoinSet::new();
    for seed in 0..6 {
        let worker = Worker::new(&backend.store, seed);
        claims.spawn(async move { take(&worker, 5, limits).await });
    }
    let taken: Vec<ClaimedJob> = claims.join_all().await.into_iter().flatten().collect();
    let count = |is: &dyn Fn(&ClaimedJob) -> bool| taken.iter().filter(|job| is(job)).count();
    assert_eq!(taken.len(), 3 * OF_LANE as usize, "every lane is full");
    for lane in ["a", "b", "c"] {
        let of_lane =
            |job: &ClaimedJob| job.row.order.lane.as_ref().map(Lane::as_str) == Some(lane);
        assert_eq!(count(&of_lane), OF_LANE as usize);
    }
    for scene in &scenes {
        assert!(count(&|job| job.tenant == scene.make.tenant) <= OF_TENANT as usize);
    }
}

//! A worker's claims.

use std::sync::Arc;
use std::time::Duration;

use cartola_primitives::SignedDuration;
use cartola_primitives::clock::ManualClock;
use cartola_primitives::id::IdMinter;
use cartola_primitives::monotonic::ManualMonotonic;
use cartola_primitives::randomness::SeededRandomness;
use cartola_store::contract::fixtures::{Fixtures, NOW};
use cartola_store::jobs::{Claimer, ClaimerParts, JobOrder, Limits, Queue};
use cartola_store::memory::MemoryStore;
use cartola_store::{Command, Committer, StoreErrorKind, UnitOfWork};

const TERM: Duration = Duration::from_secs(30);

/// A store with one job, due then.
async fn store_with_a_job(not_before: SignedDuration) -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::new());
    let make = Fixtures::new(1);
    let job = JobOrder { not_before: NOW + not_before, ..make.job() };
    let unit = UnitOfWork::new(make.tenant, NOW)
        .with(Command::AddTenant(make.tenant("one")))
        .with(Command::EnqueueJob(job));
    store.commit(unit).await.expect("the job is taken");
    store
}

/// A process that takes work.
struct Process {
    claimer: Claimer,
    clock: Arc<ManualClock>,
    monotonic: Arc<ManualMonotonic>,
}

fn process(store: &Arc<MemoryStore>, seed: u64, alone: bool) -> Process {
    let clock = Arc::new(ManualClock::new(NOW));
    let minter = IdMinter::new(clock.clone(), Arc::new(SeededRandomness::new(seed)));
    let monotonic = Arc::new(ManualMonotonic::new(minter.mint()));
    let claimer = Claimer::new(ClaimerParts {
        store: store.clone(),
        clock: clock.clone(),
        monotonic: monotonic.clone(),
        minter: Arc::new(minter),
        queue: Queue::Work,
        term: TERM,
        limits: Limits::NONE,
        alone,
    });
    Process { claimer, clock, monotonic }
}

#[tokio::test]
async fn it_takes_what_is_due_by_the_business_clock() {
    let store = store_with_a_job(SignedDuration::from_secs(1)).await;
    let process = process(&store, 1, true);
    assert_eq!(process.claimer.claim(1).await.unwrap(), []);
    process.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(process.claimer.claim(0).await.unwrap(), []);
    assert_eq!(process.claimer.claim(9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_prolonged_lease_lasts_and_a_lost_one_is_a_conflict() {
    let store = store_with_a_job(SignedDuration::ZERO).await;
    let process = process(&store, 1, true);
    let job = process.claimer.claim(1).await.unwrap().remove(0);
    for _ in 0..3 {
        process.monotonic.advance(TERM / 2);
        process.claimer.prolong(&job).await.unwrap();
        assert_eq!(process.claimer.claim(1).await.unwrap(), []);
    }
    process.monotonic.advance(TERM);
    assert_eq!(process.claimer.claim(1).await.unwrap().len(), 1);
    let late = process.claimer.prolong(&job).await.unwrap_err();
    assert_eq!(late.kind, StoreErrorKind::Conflict);
}

#[tokio::test]
async fn what_is_over_is_looked_for_once_a_second() {
    const HALF_A_SECOND: Duration = Duration::from_millis(500);
    let store = store_with_a_job(SignedDuration::ZERO).await;
    let process = process(&store, 1, true);
    assert_eq!(process.claimer.claim(1).await.unwrap().len(), 1);
    process.monotonic.advance(TERM.saturating_sub(HALF_A_SECOND));
    let mut found = Vec::new();
    for _ in 0..3 {
        found.push(process.claimer.claim(1).await.unwrap().len());
        process.monotonic.advance(HALF_A_SECOND);
    }
    assert_eq!(found, [0, 0, 1]);
}

#[tokio::test]
async fn who_is_alone_takes_over_at_once() {
    let store = store_with_a_job(SignedDuration::ZERO).await;
    process(&store, 1, true).claimer.claim(1).await.unwrap();
    assert_eq!(process(&store, 2, true).claimer.claim(1).await.unwrap().len(), 1);
}

#[tokio::test]
async fn who_is_not_alone_watches_for_a_term() {
    let store = store_with_a_job(SignedDuration::ZERO).await;
    process(&store, 1, false).claimer.claim(1).await.unwrap();
    let after = process(&store, 2, false);
    let mut found = Vec::new();
    for _ in 0..4 {
        found.push(after.claimer.claim(1).await.unwrap().len());
        after.monotonic.advance(TERM / 3);
    }
    assert_eq!(found, [0, 0, 0, 1]);
}

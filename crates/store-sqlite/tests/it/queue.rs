//! The queue on a disk: several processes, and limits.

use std::sync::Arc;

use cartola_store::contract::crew::{TERM, Worker, ending, ids};
use cartola_store::jobs::{JobEnd, MAX_OPEN_JOBS};
use cartola_store::{Command, Committer, Store, StoreErrorKind};

use crate::support::{Kept, assert_sound};

#[tokio::test]
async fn two_processes_share_the_queue_of_a_folder() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let expected = scene.enqueue_new(4).await;
    let stores: [Arc<dyn Store>; 2] = [kept.store.clone(), kept.again()];
    let [one, other] = [0, 1].map(|place| Worker::new(&stores[place], place as u64));
    let (mine, theirs) = (one.take(3).await, other.take(3).await);
    assert_eq!([ids(&mine), ids(&theirs)].concat(), expected);
    // Each sees what the other one does, and neither what the other one's clock says.
    one.time.advance(TERM);
    assert_eq!(ids(&one.take(4).await), ids(&mine));
    let late = scene.unit().with(ending(&mine[0], JobEnd::Done));
    let refused = stores[1].commit(late).await.expect_err("the lease is lost");
    assert_eq!(refused.kind, StoreErrorKind::Conflict);
    assert_sound(&kept.store);
}

#[tokio::test]
async fn a_tenant_with_too_many_jobs_is_refused_alone() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let worker = Worker::new(&scene.store, 1);
    scene.enqueue_new(1).await;
    let connection = kept.connection();
    let open = |count: u64| {
        let count = i64::try_from(count).expect("a small number");
        connection.execute("UPDATE job_turn SET open = ?1", [count]).expect("a write");
    };
    open(MAX_OPEN_JOBS);
    let order = scene.make.job();
    let refused = scene.refused(Command::EnqueueJob(order.clone())).await;
    assert_eq!(refused, StoreErrorKind::Busy);
    kept.store.ready().await.expect("the store takes everything else");
    let job = worker.take_one().await;
    scene.apply(ending(&job, JobEnd::Done)).await;
    scene.apply(Command::EnqueueJob(order)).await;
    open(1);
    assert_sound(&kept.store);
}

#[tokio::test]
async fn a_count_that_is_wrong_is_found() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    scene.enqueue_new(2).await;
    scene.apply(Command::AddMessage(scene.make.message("https://one.example"))).await;
    assert_sound(&kept.store);
    let connection = kept.connection();
    connection.execute("UPDATE job_turn SET open = 7 WHERE queue = 1", []).expect("a write");
    connection.execute("DELETE FROM message", []).expect("a write");
    assert_eq!(
        kept.store.check().expect("a check").problems,
        [
            "1 tenants whose number of open jobs is not as recorded",
            "1 messages without their job, or jobs without their message",
        ]
    );
}

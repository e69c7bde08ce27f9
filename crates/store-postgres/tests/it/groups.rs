//! Units of a tenant that are committed together.

use std::collections::BTreeSet;
use std::sync::Arc;

use cartola_model::audit::AuditEvent;
use cartola_store::contract::crew::{Worker, no_lease};
use cartola_store::contract::fixtures::NOW;
use cartola_store::jobs::{JobEnd, JobState};
use cartola_store::{Audit, Command, Committer, Movements, Receipt, StoreErrorKind, UnitOfWork};
use futures::future::join_all;

use crate::support::{Kept, statement};

/// Units that come at the same moment: more than go together at once.
const UNITS: u64 = 150;

/// One of so many is decided on a version that is not the present one.
const CONFLICTS_EVERY: u64 = 50;

fn audited(unit: UnitOfWork) -> UnitOfWork {
    unit.with(Command::Audit(AuditEvent::once("import.added", "operator", "one")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_conflicts_is_undone_alone_and_the_rest_is_whole_and_in_order() {
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let units = (0..UNITS).map(|number| {
        let conflicts = number % CONFLICTS_EVERY == 1;
        let expected = if conflicts { 99 } else { 1 };
        let expect = Command::ExpectConsent { id: scene.consent.id, expected };
        (conflicts, audited(statement(&scene, 2)).with(expect))
    });
    let commits = units.map(|(conflicts, unit)| {
        let store = Arc::clone(&kept.store);
        async move { (conflicts, store.commit(unit).await) }
    });
    let mut receipts: Vec<Receipt> = Vec::new();
    for (conflicts, outcome) in join_all(commits).await {
        match outcome {
            Ok(receipt) if !conflicts => receipts.push(receipt),
            Err(error) if conflicts => assert_eq!(error.kind, StoreErrorKind::Conflict),
            outcome => panic!("conflicts: {conflicts}, and came to {outcome:?}"),
        }
    }
    let tenant = scene.make.tenant;
    let (mut positions, mut after) = (Vec::new(), 0);
    while let Some(last) =
        kept.store.feed(tenant, after, usize::MAX, NOW).await.expect("feed").last()
    {
        let entries = kept.store.feed(tenant, after, usize::MAX, NOW).await.expect("the feed");
        positions.extend(entries.iter().map(|entry| entry.position));
        after = last.position;
    }
    let written = receipts.len() as u64 * 2;
    assert_eq!(positions, (1..=written).collect::<Vec<_>>(), "no holes");
    // Each was told the end that it came to, and no two the same.
    let feed: BTreeSet<_> = receipts.iter().filter_map(|receipt| receipt.feed_position).collect();
    assert_eq!(feed, (1..=written).filter(|position| position % 2 == 0).collect());
    let audit: BTreeSet<_> = receipts.iter().filter_map(|it| Some(it.audit_head?.0)).collect();
    assert_eq!(audit.len(), receipts.len());
    assert_eq!(kept.store.check().await.expect("a check").problems, Vec::<String>::new());
    let entries = kept.store.audit(tenant, 0, usize::MAX).await.expect("entries");
    assert!(!entries.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_end_together_but_for_one_that_has_lost_its_lease() {
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let ids = scene.enqueue_new(usize::try_from(UNITS).expect("they are few")).await;
    let taken = Worker::new(&scene.store, 1).take(ids.len()).await;
    let ends = taken.iter().zip(0_u64..).map(|(job, number)| {
        let has_lost = number % CONFLICTS_EVERY == 1;
        let lease = if has_lost { no_lease(&scene) } else { job.lease };
        let id = job.row.order.id;
        let end = scene.unit().with(Command::EndJob { id, lease, end: JobEnd::Done });
        let store = Arc::clone(&kept.store);
        async move { (id, has_lost, store.commit(end).await) }
    });
    let mut left = 0;
    for (id, has_lost, outcome) in join_all(ends).await {
        let is_done = scene.job(id).await.expect("it is kept").state == JobState::Done { at: NOW };
        assert_eq!(is_done, !has_lost);
        assert_eq!(
            outcome.map_err(|error| error.kind).err(),
            has_lost.then_some(StoreErrorKind::Conflict)
        );
        left += i64::from(has_lost);
    }
    assert!(left > 1);
    let open = "SELECT sum(open)::bigint FROM cartola.job_open";
    assert_eq!(kept.database.server.count(&kept.database.name, open).await, left);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn units_that_move_no_end_go_together_too() {
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let jobs: Vec<_> = (0..UNITS).map(|_| scene.make.job()).collect();
    let commits = jobs
        .iter()
        .map(|job| kept.store.commit(scene.unit().with(Command::EnqueueJob(job.clone()))));
    for outcome in join_all(commits).await {
        outcome.expect("a job is queued");
    }
    let many = kept.database.server.count(&kept.database.name, "SELECT count(*) FROM cartola.job");
    assert_eq!(many.await, UNITS.cast_signed());
    let open = "SELECT sum(open)::bigint FROM cartola.job_open";
    assert_eq!(kept.database.server.count(&kept.database.name, open).await, UNITS.cast_signed());
    let written = "SELECT count(DISTINCT xmin::text) FROM cartola.job";
    let transactions = kept.database.server.count(&kept.database.name, written).await;
    assert!(transactions < UNITS.cast_signed(), "{transactions} transactions for {UNITS} units");
}

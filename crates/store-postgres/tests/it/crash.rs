//! A server that is killed while it is written to.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cartola_model::audit::AuditEvent;
use cartola_primitives::id::MovementId;
use cartola_store::contract::Backend;
use cartola_store::contract::scene::Scene;
use cartola_store::{
    Audit, Command, Committer, Jobs, Movements, Store, StoreErrorKind, UnitOfWork, work,
};
use cartola_store_postgres::PostgresStore;

use crate::support::statement;
use cartola_store_postgres::test_kit::{Durability, Server, TEMPLATE};

/// Units that are acknowledged before the server is killed, and that must be after.
const UNITS: usize = 60;

const WRITERS: usize = 6;

/// How long everything may take, on a slow machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// What writers know.
#[derive(Default)]
struct Ledger {
    /// Movements whose unit was acknowledged.
    acknowledged: Mutex<BTreeSet<MovementId>>,
    /// Movements whose unit was refused for certain.
    refused: Mutex<BTreeSet<MovementId>>,
    units: AtomicUsize,
    ended: AtomicBool,
}

fn movements_of(unit: &UnitOfWork) -> Vec<MovementId> {
    let rows = unit.commands.iter().filter_map(|command| match command {
        work::Command::AddMovements(rows) => Some(rows),
        _ => None,
    });
    rows.flatten().map(|row| row.movement.id).collect()
}

async fn write(store: Arc<PostgresStore>, scene: Arc<Scene>, ledger: Arc<Ledger>) {
    while !ledger.ended.load(Ordering::Acquire) {
        let unit = statement(&scene, 2).with(Command::Audit(AuditEvent::once(
            "import.added",
            "operator",
            "one",
        )));
        let movements = movements_of(&unit);
        let known = match store.commit(unit).await {
            Ok(_) => {
                ledger.units.fetch_add(1, Ordering::AcqRel);
                &ledger.acknowledged
            }
            Err(error) if error.kind == StoreErrorKind::Unavailable => continue,
            Err(error) => {
                assert_eq!(error.kind, StoreErrorKind::Busy, "{error:?}");
                tokio::task::yield_now().await;
                &ledger.refused
            }
        };
        known.lock().expect("no panic elsewhere").extend(movements);
    }
}

async fn reach(ledger: &Ledger, units: usize) {
    while ledger.units.load(Ordering::Acquire) < units {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_acknowledged_outlives_a_crash_and_writing_goes_on() {
    let server = Arc::new(Server::alone(Durability::Safe).await);
    let store = PostgresStore::open(server.options(TEMPLATE)).await.expect("the store");
    let store = Arc::new(store);
    let backend = Backend::new(Arc::clone(&store) as Arc<dyn Store>, Arc::clone(&store) as Arc<_>);
    let scene = Arc::new(Scene::new(&backend).await);
    let other = PostgresStore::open(server.options(TEMPLATE)).await.expect("another process");
    let mut waiting = other.arrivals();
    assert!(waiting.next(PATIENCE).await, "whoever begins to listen looks once");
    let ledger = Arc::new(Ledger::default());
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..WRITERS {
        writers.spawn(write(Arc::clone(&store), Arc::clone(&scene), Arc::clone(&ledger)));
    }
    let crashing = async {
        reach(&ledger, UNITS).await;
        let crashed = Arc::clone(&server);
        tokio::task::spawn_blocking(move || crashed.crash()).await.expect("it starts again");
        reach(&ledger, ledger.units.load(Ordering::Acquire) + UNITS).await;
        ledger.ended.store(true, Ordering::Release);
    };
    tokio::time::timeout(PATIENCE, crashing).await.expect("writing goes on");
    writers.join_all().await;
    check(&store, &scene, &ledger).await;
    assert_eq!(store.check().await.expect("a check").problems, Vec::<String>::new());
    let listening = async {
        // Whoever had been listening does so again.
        assert!(waiting.next(PATIENCE).await, "whoever begins to listen looks once");
        scene.apply(Command::EnqueueJob(scene.make.job())).await;
        assert!(waiting.next(PATIENCE).await, "the other process was told");
    };
    tokio::time::timeout(PATIENCE, listening).await.expect("processes hear of each other again");
}

async fn check(store: &PostgresStore, scene: &Scene, ledger: &Ledger) {
    let tenant = scene.make.tenant;
    let mut there = BTreeSet::new();
    let (mut position, mut chained) = (0, 0);
    loop {
        let entries =
            store.feed(tenant, position, usize::MAX, cartola_store::contract::fixtures::NOW);
        let entries = entries.await.expect("the feed");
        let Some(last) = entries.last() else { break };
        let positions: Vec<u64> = entries.iter().map(|entry| entry.position).collect();
        assert_eq!(positions, (position + 1..=last.position).collect::<Vec<_>>(), "no holes");
        position = last.position;
        there.extend(entries.iter().map(|entry| entry.movement));
    }
    while let Some(last) = store.audit(tenant, chained, usize::MAX).await.expect("entries").last() {
        chained = last.sequence;
    }
    assert_eq!(chained * 2, position, "whole units");
    let acknowledged = ledger.acknowledged.lock().expect("no panic elsewhere");
    let lost = acknowledged.difference(&there).count();
    assert_eq!(lost, 0, "of {} that were acknowledged", acknowledged.len());
    let refused = ledger.refused.lock().expect("no panic elsewhere");
    assert!(refused.is_disjoint(&there), "written and called refused");
}

//! What statements read that were planned when nothing was there yet.

use std::time::Duration;

use cartola_store::Command;
use cartola_store::contract::crew::{Worker, ending};
use cartola_store::contract::scene::Scene;
use cartola_store::jobs::JobEnd;
use cartola_store_postgres::test_kit::Database;

use crate::support::Kept;

/// Jobs of a tenant.
const JOBS: usize = 2_000;

/// Jobs that are taken, looked at and ended one by one.
const ENDED: usize = 20;

/// How often the server is asked whether a process has left it.
const ASK_EVERY: Duration = Duration::from_millis(20);

/// Takes jobs, looks at each and ends it by itself.
async fn end_each(scene: &Scene, worker: &Worker, count: usize) {
    let taken = worker.take(count).await;
    assert_eq!(taken.len(), count);
    for job in &taken {
        assert!(scene.job(job.row.order.id).await.is_some());
        scene.apply(ending(job, JobEnd::Done)).await;
    }
}

/// Rows that were found by indexes of a table, once all who read it have gone and told so.
async fn rows_read(database: &Database, table: &str) -> i64 {
    const HERE: &str = "SELECT count(*) FROM pg_stat_activity \
        WHERE datname = current_database() AND usename = 'cartola_app'";
    while database.server.count(&database.name, HERE).await > 0 {
        tokio::time::sleep(ASK_EVERY).await;
    }
    let read = format!(
        "SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes \
         WHERE schemaname = 'cartola' AND relname = '{table}'"
    );
    database.server.count(&database.name, &read).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_found_by_its_id_however_many_there_are() {
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let worker = Worker::new(&scene.store, 1);
    // Of an empty table nobody knows which index finds a row by its key.
    scene.enqueue_new(1).await;
    end_each(&scene, &worker, 1).await;
    scene.enqueue_new(JOBS).await;
    end_each(&scene, &worker, ENDED).await;
    for _ in 0..ENDED {
        scene.apply(Command::AddMessage(scene.make.message("https://example.cl/"))).await;
    }
    drop((scene, worker));
    let Kept { store, database } = kept;
    drop(store);
    let read = rows_read(&database, "job").await;
    let each = i64::try_from(2 * JOBS).expect("they are few");
    assert!(read < each, "{read} rows of {JOBS} jobs were read to end {ENDED}");
}

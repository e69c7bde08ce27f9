//! Partitions of movements.

use std::sync::Arc;

use cartola_model::Movement;
use cartola_primitives::{Date, date};
use cartola_store::contract::scene::Scene;
use cartola_store::movements::{FeedChange, MovementRow};
use cartola_store::work::MovementChange;
use cartola_store::{Command, Committer};

use crate::support::Kept;

fn on(scene: &Scene, day: Date) -> MovementRow {
    let row = scene.movement();
    MovementRow { movement: Movement { booked_on: day, ..row.movement.clone() }, ..row }
}

/// Movements by partition, as far as there are any.
async fn partitions(kept: &Kept) -> Vec<(String, i64)> {
    let url = kept.database.server.url("postgres", &kept.database.name);
    let (client, connection) = tokio_postgres::connect(url.expose(), tokio_postgres::NoTls)
        .await
        .expect("the server answers");
    tokio::spawn(connection);
    let query =
        "SELECT tableoid::regclass::text, count(*) FROM cartola.movement GROUP BY 1 ORDER BY 1";
    let rows = client.query(query, &[]).await.expect("the partitions");
    let name = |name: String| name.trim_start_matches("cartola.movement_").to_owned();
    rows.iter().map(|row| (name(row.get(0)), row.get(1))).collect()
}

#[tokio::test]
async fn each_month_has_a_partition_and_each_far_end_one() {
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let days = [
        date(1999, 12, 31),
        date(2000, 1, 1),
        date(2024, 2, 29),
        date(2024, 3, 1),
        date(2024, 3, 31),
        date(2099, 12, 31),
        date(2100, 1, 1),
        Date::MIN,
        Date::MAX,
    ];
    let rows = days.map(|day| on(&scene, day)).to_vec();
    scene.apply(Command::AddMovements(rows)).await;
    let expected = [
        ("2000_01", 1),
        ("2024_02", 1),
        ("2024_03", 2),
        ("2099_12", 1),
        ("after", 2),
        ("before", 2),
    ];
    let expected = expected.map(|(name, count)| (name.to_owned(), count));
    assert_eq!(partitions(&kept).await, expected);
    assert_eq!(scene.shown().await.len(), days.len());
}

#[tokio::test]
async fn a_movement_goes_to_the_partition_of_its_new_month() {
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let before = on(&scene, date(2026, 3, 31));
    scene.apply(Command::AddMovements(vec![before.clone()])).await;
    let mut row = before.clone();
    (row.movement.booked_on, row.movement.version) = (date(2026, 4, 1), 2);
    let change = MovementChange { row, expected: 1, feed: Some(FeedChange::Modified) };
    scene.apply(Command::ChangeMovements(vec![change])).await;
    assert_eq!(partitions(&kept).await, [("2026_04".to_owned(), 1)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_that_need_a_month_at_once_make_it_once() {
    const PROCESSES: usize = 4;
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let mut commits = tokio::task::JoinSet::new();
    for _ in 0..PROCESSES {
        let rows = (1..=12).map(|month| on(&scene, date(2031, month, 15))).collect();
        let (store, unit) =
            (kept.database.open().await, scene.unit().with(Command::AddMovements(rows)));
        commits.spawn(async move { store.commit(unit).await });
    }
    for outcome in commits.join_all().await {
        outcome.expect("every unit is committed");
    }
    let partitions = partitions(&kept).await;
    assert_eq!(partitions.len(), 12);
    assert!(partitions.iter().all(|(_, count)| *count == 4), "{partitions:?}");
}

#[tokio::test]
async fn a_month_that_was_dropped_is_made_again() {
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let march = || scene.unit().with(Command::AddMovements(vec![on(&scene, date(2026, 3, 1))]));
    let store = Arc::clone(&kept.store);
    store.commit(march()).await.expect("a commit");
    let drop = "DROP TABLE cartola.movement_2026_03";
    kept.database.server.execute(&kept.database.name, &[drop]).await;
    store.commit(march()).await.expect("the partition is made again");
    assert_eq!(partitions(&kept).await, [("2026_03".to_owned(), 1)]);
}

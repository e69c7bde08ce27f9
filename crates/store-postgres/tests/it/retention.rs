//! Forgetting movements of long ago.

use cartola_model::Movement;
use cartola_primitives::{Date, date};
use cartola_store::contract::fixtures::NOW;
use cartola_store::contract::scene::Scene;
use cartola_store::movements::{FeedEntry, MovementRow};
use cartola_store::retention::Forgotten;
use cartola_store::{Command, MAX_PAGE, Movements, Retention, StoreErrorKind};

use cartola_store_postgres::{OpenError, PostgresStore};

use crate::support::Kept;

const KEPT_FROM: Date = date(2023, 1, 1);

/// Adds movements of those days with a source each.
async fn add(scene: &Scene, days: &[Date]) -> Vec<MovementRow> {
    let import = scene.make.import(scene.account.id, scene.consent.id);
    let on = |day: &Date| {
        let row = scene.movement();
        MovementRow { movement: Movement { booked_on: *day, ..row.movement.clone() }, ..row }
    };
    let rows: Vec<MovementRow> = days.iter().map(on).collect();
    let of = |row: &MovementRow| scene.make.source(&row.movement, import.id, scene.consent.id);
    let sources = rows.iter().map(of).collect();
    let unit = scene
        .unit()
        .with(Command::AddImport(import))
        .with(Command::AddMovements(rows.clone()))
        .with(Command::AddSources(sources));
    scene.commit(unit).await;
    rows
}

async fn feed(kept: &Kept, scene: &Scene, after: u64) -> Vec<FeedEntry> {
    kept.store.feed(scene.make.tenant, after, MAX_PAGE, NOW).await.expect("a read")
}

#[tokio::test]
async fn what_is_older_is_gone_and_the_rest_stays() {
    let kept = Kept::new().await;
    let (scene, other) = (kept.scene().await, Scene::of_tenant(&kept.backend(), 2).await);
    let days = [date(2022, 12, 31), date(2023, 1, 1), date(2021, 5, 1), date(2023, 2, 1)];
    let rows = add(&scene, &days).await;
    add(&other, &days[..1]).await;
    let would = kept.store.would_forget(scene.make.tenant, KEPT_FROM).await.expect("a look");
    let expected = Forgotten { movements: 2, sources: 2, feed: 2, ..Forgotten::default() };
    assert_eq!(would, expected);
    assert_eq!(kept.store.kept_from().await.expect("a read"), None, "a look changes nothing");

    let gone = forget(&kept, KEPT_FROM).await.expect("it is forgotten");
    assert_eq!(gone, Forgotten { movements: 3, sources: 3, feed: 3, ..Forgotten::default() });
    assert_sound(&kept).await;
    assert_eq!(scene.shown().await, [rows[3].clone(), rows[1].clone()]);
    assert_eq!(other.shown().await, []);
    for old in [&rows[0], &rows[2]] {
        let id = old.movement.id;
        assert!(kept.store.movement(scene.make.tenant, id, NOW).await.expect("a read").is_none());
    }
    // From the start there is what there is; a cursor between goes on, and positions stay.
    let positions = |entries: Vec<FeedEntry>| -> Vec<u64> {
        entries.iter().map(|entry| entry.position).collect()
    };
    assert_eq!(positions(feed(&kept, &scene, 0).await), [2, 4]);
    assert_eq!(positions(feed(&kept, &scene, 3).await), [4]);
    assert_eq!(kept.store.feed_end(other.make.tenant).await.expect("a read"), 1);
    add(&other, &days[1..2]).await;
    assert_eq!(positions(feed(&kept, &other, 0).await), [2]);
    assert_sound(&kept).await;
}

#[tokio::test]
async fn what_is_forgotten_is_not_taken_in_again() {
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    forget(&kept, KEPT_FROM).await.expect("nothing is there yet");
    assert_eq!(kept.store.kept_from().await.expect("a read"), Some(KEPT_FROM));
    let mut early = scene.movement();
    early.movement.booked_on = date(2022, 12, 31);
    let refused = scene.refused(Command::AddMovements(vec![early])).await;
    assert_eq!(refused, StoreErrorKind::Conflict);
    add(&scene, &[KEPT_FROM]).await;
    let earlier = forget(&kept, date(2020, 1, 1)).await;
    assert_eq!(earlier.expect("it stays as it is"), Forgotten::default());
    assert_eq!(kept.store.kept_from().await.expect("a read"), Some(KEPT_FROM));
}

async fn forget(kept: &Kept, before: Date) -> Result<Forgotten, OpenError> {
    PostgresStore::forget_before(&kept.database.options(), before, &mut |_| {}).await
}

async fn assert_sound(kept: &Kept) {
    assert_eq!(kept.store.check().await.expect("a check").problems, Vec::<String>::new());
}

/// Tables of months.
async fn months(kept: &Kept) -> i64 {
    let months = "SELECT count(*) FROM pg_class WHERE relkind = 'r' \
        AND relname ~ '^movement_[0-9]{4}_[0-9]{2}$'";
    kept.database.server.count(&kept.database.name, months).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn months_are_dropped_whole_beside_those_who_serve() {
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let days = [date(1999, 1, 1), date(2021, 5, 1), date(2022, 12, 31), date(2023, 1, 1)];
    add(&scene, &days).await;
    assert_eq!(months(&kept).await, 3);
    forget(&kept, KEPT_FROM).await.expect("it is forgotten");
    assert_eq!(months(&kept).await, 1);
    let rows = "SELECT count(*) FROM cartola.movement";
    assert_eq!(kept.database.server.count(&kept.database.name, rows).await, 1);
    add(&scene, &[date(2023, 3, 1)]).await;
    assert_sound(&kept).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_that_was_on_its_way_out_goes() {
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    add(&scene, &[date(2021, 5, 1), date(2021, 6, 1), date(2023, 1, 1)]).await;
    let detach = "ALTER TABLE cartola.movement DETACH PARTITION cartola.movement_2021_05";
    kept.database.server.execute(&kept.database.name, &[detach]).await;
    forget(&kept, KEPT_FROM).await.expect("it goes on");
    assert_eq!(months(&kept).await, 1);
}

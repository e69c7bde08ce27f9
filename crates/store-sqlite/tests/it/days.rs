//! Lists over all accounts of a tenant, while new accounts are left out of the tree of days and after.

use cartola_model::Movement;
use cartola_primitives::{Date, Money, SignedDuration, date};
use cartola_store::contract::fixtures::NOW;
use cartola_store::contract::scene::{Scene, everything};
use cartola_store::movements::{FeedChange, MovementQuery, MovementRow, Order};
use cartola_store::work::MovementChange;
use cartola_store::{Command, Movements};

use crate::support::{Kept, assert_sound};

/// More of an account than are listed at once when they are its first.
const HISTORY: usize = 100;

const FIRST_DAY: Date = date(2022, 1, 1);

/// The one number that a query gives.
fn number(kept: &Kept, query: &str) -> i64 {
    kept.connection().query_row(query, [], |row| row.get(0)).expect("a number")
}

/// How many accounts are left out.
fn left(kept: &Kept) -> i64 {
    number(kept, "SELECT count(*) FROM unlisted")
}

/// A new account with so many movements, spread over days as other accounts' are, newest last.
async fn account_with(scene: &Scene, count: usize) -> Vec<MovementRow> {
    let account = scene.make.account(scene.link.id, scene.set.id);
    let import = scene.make.import(account.id, scene.consent.id);
    let rows: Vec<MovementRow> = (0..count)
        .map(|number| {
            let row = scene.make.movement(account.id, scene.set.id);
            let days = i64::try_from(number * 7 % 365).expect("few days");
            let booked_on = FIRST_DAY + SignedDuration::from_hours(24 * days);
            MovementRow { movement: Movement { booked_on, ..row.movement.clone() }, ..row }
        })
        .collect();
    let of = |row: &MovementRow| scene.make.source(&row.movement, import.id, scene.consent.id);
    let sources = rows.iter().map(of).collect();
    let unit = scene
        .unit()
        .with(Command::AddAccount(account))
        .with(Command::AddImport(import))
        .with(Command::AddMovements(rows.clone()))
        .with(Command::AddSources(sources));
    scene.commit(unit).await;
    rows
}

/// Walks a list to its end, in pages of that length.
async fn walk(scene: &Scene, query: &MovementQuery) -> Vec<MovementRow> {
    let mut query = query.clone();
    let mut found = Vec::new();
    loop {
        let page = scene.page(&query).await;
        found.extend(page.rows);
        match page.next {
            Some(next) => query.after = Some(next),
            None => return found,
        }
    }
}

/// Every list over all accounts gives just those rows, in its order.
async fn check_lists(scene: &Scene, all: &[MovementRow]) {
    let mut oldest: Vec<MovementRow> = all.to_vec();
    oldest.sort_by_key(|row| (row.movement.booked_on, row.movement.id));
    for (order, limit) in [
        (Order::OldestFirst, 7),
        (Order::OldestFirst, 1_000),
        (Order::NewestFirst, 9),
        (Order::NewestFirst, 1_000),
    ] {
        let expected = |from: Date, to: Date| {
            let within = |row: &&MovementRow| (from..=to).contains(&row.movement.booked_on);
            let mut rows: Vec<MovementRow> = oldest.iter().filter(within).cloned().collect();
            if order == Order::NewestFirst {
                rows.reverse();
            }
            rows
        };
        let query = MovementQuery { order, limit, ..everything() };
        assert_eq!(walk(scene, &query).await, expected(Date::MIN, Date::MAX), "{order:?} {limit}");
        let (from, to) = (date(2022, 3, 5), date(2022, 6, 20));
        let some = MovementQuery { from: Some(from), to: Some(to), ..query };
        assert_eq!(walk(scene, &some).await, expected(from, to), "{order:?} {limit}");
    }
}

#[tokio::test]
async fn what_is_left_out_is_listed_in_its_place() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let other = Scene::of_tenant(&kept.backend(), 2).await;
    account_with(&other, HISTORY).await;
    let mut all = account_with(&scene, 5).await;
    assert_eq!(left(&kept), 1, "few movements are listed at once");
    for _ in 0..3 {
        all.extend(account_with(&scene, HISTORY).await);
    }
    assert_eq!(left(&kept), 4);
    check_lists(&scene, &all).await;
    assert_sound(&kept.store);
    // More of an account that is left out is left out too, more of one that is listed is listed.
    for account in [all[0].movement.account, all[10].movement.account] {
        let row = scene.make.movement(account, scene.set.id);
        scene.apply(Command::AddMovements(vec![row.clone()])).await;
        all.push(row);
    }
    assert_eq!(left(&kept), 4);
    check_lists(&scene, &all).await;
}

#[tokio::test]
async fn the_many_are_listed_together_and_the_large_alone() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let mut all = account_with(&scene, HISTORY).await;
    for _ in 1..32 {
        all.extend(account_with(&scene, HISTORY).await);
    }
    assert_eq!(left(&kept), 32);
    check_lists(&scene, &all).await;
    all.extend(account_with(&scene, HISTORY).await);
    // The thread lists them when it has answered.
    all.extend(account_with(&scene, 1).await);
    assert_eq!(left(&kept), 0);
    check_lists(&scene, &all).await;
    assert_sound(&kept.store);

    let large = account_with(&scene, HISTORY).await;
    assert_eq!(left(&kept), 1);
    let more = (0..8_000).map(|_| scene.make.movement(large[0].movement.account, scene.set.id));
    scene.apply(Command::AddMovements(more.collect())).await;
    assert_eq!(left(&kept), 0, "so many are listed at once");
    let listed = number(&kept, "SELECT count(*) FROM movement_day");
    assert_eq!(usize::try_from(listed), Ok(all.len() + HISTORY + 8_000));
}

/// What stands between movements of one account takes them nowhere else.
#[tokio::test]
async fn movements_of_several_accounts_are_listed_however_they_are_mixed() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let accounts = [0, 1, 2].map(|_| scene.make.account(scene.link.id, scene.set.id));
    let ids = accounts.each_ref().map(|account| account.id);
    for account in accounts {
        scene.apply(Command::AddAccount(account)).await;
    }
    let mut all = Vec::new();
    // Left out are first those of the first account, then those of the third; at last there are too
    // many of the first.
    for (left_out, counts) in [(1, [90, 7, 0]), (2, [30, 0, 80]), (1, [7_900, 3, 2])] {
        let account = |number: usize| ids[number % ids.len()];
        let mut rows: Vec<MovementRow> = Vec::new();
        for number in 0..3 * 7_900 {
            if number / 3 < counts[number % 3] {
                rows.push(scene.make.movement(account(number), scene.set.id));
            }
        }
        scene.apply(Command::AddMovements(rows.clone())).await;
        all.extend(rows);
        assert_eq!(left(&kept), left_out, "{counts:?}");
        let listed = number(&kept, "SELECT count(*) FROM movement_day");
        let waiting = number(&kept, "SELECT coalesce(sum(movements), 0) FROM unlisted");
        assert_eq!(usize::try_from(listed + waiting), Ok(all.len()), "{counts:?}");
    }
    let mut expected: Vec<_> = all.iter().map(|row| row.movement.id).collect();
    expected.sort();
    let query = MovementQuery { order: Order::OldestFirst, ..everything() };
    let found: Vec<_> = walk(&scene, &query).await.iter().map(|row| row.movement.id).collect();
    assert_eq!(found, expected, "all are of one day");
}

#[tokio::test]
async fn a_movement_that_goes_to_another_day_is_listed_there() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let mut all = account_with(&scene, 3).await;
    all.extend(account_with(&scene, HISTORY).await);
    for place in [1, 50] {
        let row = &mut all[place];
        row.movement.booked_on = date(2022, 4, 17);
        row.movement.amount = Money::new(1, row.movement.amount.currency());
        row.movement.version += 1;
        let change =
            MovementChange { row: row.clone(), expected: 1, feed: Some(FeedChange::Modified) };
        scene.apply(Command::ChangeMovements(vec![change])).await;
    }
    check_lists(&scene, &all).await;
    let told = kept.store.feed(scene.make.tenant, 0, 200, NOW).await.expect("a read");
    let told: Vec<_> = told.iter().map(|entry| (entry.position, entry.movement)).collect();
    let ids = all.iter().chain([&all[1], &all[50]]).map(|row| row.movement.id);
    assert_eq!(told, (1..).zip(ids).collect::<Vec<_>>());
    for (after, limit) in [(0, 1), (63, 2), (66, 10), (67, 10), (100, 100), (105, 5)] {
        let some = kept.store.feed(scene.make.tenant, after, limit, NOW).await.expect("a read");
        let expected = told.iter().skip(usize::try_from(after).expect("few")).take(limit);
        let some: Vec<_> = some.iter().map(|entry| (entry.position, entry.movement)).collect();
        assert_eq!(some, expected.copied().collect::<Vec<_>>(), "{limit} after {after}");
    }
}

#[tokio::test]
async fn what_is_left_out_is_forgotten_and_erased_as_what_is_listed() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let before = date(2022, 6, 1);
    let mut all = account_with(&scene, 3).await;
    all.extend(account_with(&scene, HISTORY).await);
    let gone = kept.store.forget_before(before, &mut |_| {}).await.expect("it is forgotten");
    let (old, kept_rows): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|row| row.movement.booked_on < before);
    assert_eq!((gone.movements, gone.feed), (old.len() as u64, old.len() as u64));
    assert_sound(&kept.store);
    check_lists(&scene, &kept_rows).await;
    let told = kept.store.feed(scene.make.tenant, 0, 1_000, NOW).await.expect("a read");
    let told: Vec<_> = told.iter().map(|entry| entry.movement).collect();
    assert_eq!(told, kept_rows.iter().map(|row| row.movement.id).collect::<Vec<_>>());

    let new = scene.make.account(scene.link.id, scene.set.id);
    let rows: Vec<MovementRow> =
        (0..HISTORY).map(|_| scene.make.movement(new.id, scene.set.id)).collect();
    scene
        .commit(scene.unit().with(Command::AddAccount(new)).with(Command::AddMovements(rows)))
        .await;
    assert_eq!(left(&kept), 1);
    scene.apply(Command::ForgetPerson(scene.person.id)).await;
    check_lists(&scene, &[]).await;
    let left_over = "SELECT (SELECT count(*) FROM movement_day) + (SELECT count(*) FROM unlisted) \
        + (SELECT count(*) FROM feed)";
    assert_eq!(number(&kept, left_over), 0);
    assert_sound(&kept.store);
}

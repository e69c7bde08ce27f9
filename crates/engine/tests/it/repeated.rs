//! Readings of an institution that says what it said before.

use cartola_model::{BalanceKind, Coverage};
use cartola_primitives::id::{AccountId, LinkId};
use cartola_primitives::{Date, SignedDuration, date};
use cartola_store::accounts::BalanceRow;
use cartola_store::movements::SourceRow;
use cartola_store::{Accounts, Imports, Movements};

use crate::links::Scene;
use crate::world::bank::PASSWORD;

/// How much a tenant has of what readings add.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kept {
    sources: usize,
    imports: usize,
    objects: usize,
    sightings: usize,
    feed: u64,
    audit: usize,
}

async fn account(scene: &Scene) -> AccountId {
    scene.world.engine.accounts(&scene.world.who, None, 1).await.unwrap().rows[0].row.id
}

async fn sources(scene: &Scene) -> Vec<SourceRow> {
    let (store, tenant) = (&scene.world.store, scene.world.who.tenant);
    let account = account(scene).await;
    let known = store.window(tenant, account, Date::MIN, Date::MAX).await.unwrap();
    known.into_iter().flat_map(|attested| attested.sources).collect()
}

async fn kept(scene: &Scene) -> Kept {
    let (world, tenant) = (&scene.world, scene.world.who.tenant);
    let account = account(scene).await;
    let sightings = world.store.sightings(tenant, account, Date::MIN, Date::MAX).await.unwrap();
    let audited = world.audited().await;
    Kept {
        sources: sources(scene).await.len(),
        imports: world.store.imports(tenant, None, None, 1_000).await.unwrap().rows.len(),
        objects: world.store.objects(),
        sightings: sightings.len(),
        feed: world.engine.changes(&world.who, 0, 1_000).await.unwrap().position,
        // Accesses are told of each time, whatever they come to.
        audit: audited.iter().filter(|action| action.starts_with("import.")).count(),
    }
}

async fn balances(scene: &Scene) -> Vec<BalanceRow> {
    let world = &scene.world;
    let account = account(scene).await;
    world.store.balances(world.who.tenant, account, world.engine.now()).await.unwrap()
}

/// Reads March, an hour later each time.
async fn read(scene: &Scene, link: LinkId, times: u32) {
    for _ in 0..times {
        scene.world.clock.advance(SignedDuration::from_hours(1));
        scene.fetch(link).await.unwrap();
    }
}

#[tokio::test]
async fn it_leaves_nothing_but_the_earlier_reading() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    read(&scene, link, 1).await;
    let first = kept(&scene).await;
    let (rows, account) = (scene.world.movements().await, account(&scene).await);
    let shown = scene.world.engine.account(&scene.world.who, account).await.unwrap().unwrap();
    read(&scene, link, 40).await;
    assert_eq!(kept(&scene).await, first);
    assert_eq!((first.sources, first.imports, first.objects, first.sightings), (3, 1, 1, 1));
    assert_eq!(scene.world.movements().await, rows);
    let still = scene.world.engine.account(&scene.world.who, account).await.unwrap().unwrap();
    assert_eq!(still.row.consents, shown.row.consents);
}

#[tokio::test]
async fn what_changed_alone_is_kept() {
    let scene = Scene::new().await;
    let lines: Vec<String> = (1..20).map(|day| format!("{day};COMPRA {day};-{day}")).collect();
    let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    lines.push("~25;CHEQUE;-70");
    scene.bank.has(&lines);
    let link = scene.begin(PASSWORD).await.unwrap();
    read(&scene, link, 5).await;
    let before = kept(&scene).await;
    lines.pop();
    scene.bank.has(&[lines, vec!["25;CHEQUE;-70"]].concat());
    read(&scene, link, 5).await;
    let after = kept(&scene).await;
    // That it was pending until the last reading, and that it is booked. Equal bytes are kept once.
    let expected = Kept {
        sources: before.sources + 2,
        imports: before.imports + 1,
        feed: before.feed + 1,
        audit: before.audit + 1,
        ..before
    };
    assert_eq!(after, expected);
}

#[tokio::test]
async fn it_is_evidence_of_its_own_time() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    read(&scene, link, 1).await;
    let first = sources(&scene).await.remove(0);
    assert_eq!(first.as_of, date(2026, 4, 10));
    read(&scene, link, 30).await;
    let world = &scene.world;
    let explained = world.engine.explain(&world.who, first.movement).await.unwrap().unwrap();
    let [only] = &explained.attested.sources[..] else { panic!("nothing was added") };
    let later = SignedDuration::from_hours(30);
    assert_eq!(only.received_at, first.received_at + later);
    assert_eq!(only.as_of, date(2026, 4, 11));
    assert_eq!((only.id, &only.says), (first.id, &first.says));
}

#[tokio::test]
async fn what_is_gone_after_it_is_removed_and_what_is_back_is_back() {
    let scene = Scene::new().await;
    scene.bank.has(&["2;COMPRA;-100", "3;CHEQUE;-70"]);
    let link = scene.begin(PASSWORD).await.unwrap();
    read(&scene, link, 30).await;
    let rows = scene.world.movements().await;
    scene.bank.has(&["2;COMPRA;-100"]);
    read(&scene, link, 30).await;
    assert_eq!(scene.world.told().await, ["2026-03-02 -100 COMPRA"]);
    scene.bank.has(&["2;COMPRA;-100", "3;CHEQUE;-70"]);
    read(&scene, link, 30).await;
    let back = scene.world.movements().await;
    assert_eq!(back[1].movement.id, rows[1].movement.id);
    assert_eq!((&back[0], back[1].movement.version), (&rows[0], 3));
}

#[tokio::test]
async fn the_time_of_a_reading_is_when_it_began() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let began = scene.world.engine.now();
    scene.bank.is_slow();
    let goes_on = async {
        scene.bank.reading.notified().await;
        scene.world.clock.advance(SignedDuration::from_mins(3));
        scene.bank.goes_on();
    };
    let (read, ()) = tokio::join!(scene.fetch(link), goes_on);
    assert_eq!(read.unwrap(), 3);
    assert!(sources(&scene).await.iter().all(|source| source.received_at == began));
}

#[tokio::test]
async fn another_balance_is_news_and_the_same_on_another_day_is_not() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.bank.has_balance(500, 10);
    read(&scene, link, 3).await;
    let before = kept(&scene).await;
    scene.bank.has_balance(500, 11);
    read(&scene, link, 3).await;
    assert_eq!(kept(&scene).await, before);
    assert_eq!(balances(&scene).await[0].as_of, date(2026, 4, 11));
    scene.bank.has_balance(400, 11);
    read(&scene, link, 3).await;
    let [last] = &balances(&scene).await[..] else { panic!("one kind is told") };
    assert_eq!((last.kind, last.amount.minor()), (BalanceKind::Available, 400));
    assert_eq!(kept(&scene).await.imports, before.imports + 1);
}

#[tokio::test]
async fn a_new_mandate_tells_everything_anew() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    read(&scene, link, 2).await;
    scene.world.engine.end_link(&scene.world.who, link).await.unwrap();
    assert!(scene.world.movements().await.is_empty());
    let link = scene.begin(PASSWORD).await.unwrap();
    read(&scene, link, 2).await;
    assert_eq!(scene.world.movements().await.len(), 3);
    let kept = kept(&scene).await;
    assert_eq!((kept.sources, kept.imports, kept.sightings), (6, 2, 2));
}

#[tokio::test]
async fn days_that_were_read_are_kept_as_few_sightings() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    read(&scene, link, 3).await;
    let (world, account) = (&scene.world, account(&scene).await);
    let tenant = world.who.tenant;
    let sightings = world.store.sightings(tenant, account, Date::MIN, Date::MAX).await.unwrap();
    let [only] = &sightings[..] else { panic!("one takes the place of the other") };
    let march = Coverage { from: date(2026, 3, 1), to: date(2026, 3, 31), complete: true };
    assert_eq!((only.coverage, only.received_at), (march, world.engine.now()));
}

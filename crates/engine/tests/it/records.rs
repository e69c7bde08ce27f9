//! What institutions tell as a whole.

use std::time::Duration;

use cartola_connector::{ErrorKind, RetryAdvice};
use cartola_engine::once::Reply;
use cartola_engine::readings::{ReadScope, ReadingFigures, Wanted};
use cartola_engine::records::{OpenRecord, RecordFilter};
use cartola_engine::work::Ended;
use cartola_model::records::{CreditLine, Investments};
use cartola_model::{Failure, Record, RecordKind, RecordKinds};
use cartola_primitives::id::LinkId;
use cartola_primitives::{Currency, Money, SignedDuration};

use crate::readings::{MARCH, Scene};
use crate::world::World;
use crate::world::bank::PASSWORD;

fn lines(used: i64) -> Record {
    let money = |minor| Money::new(minor, Currency::CLP);
    let line = CreditLine {
        number: "55".to_owned(),
        account_number: None,
        limit: money(1_000),
        used: money(used),
        available: money(1_000 - used),
        expires_on: None,
    };
    Record::CreditLines(vec![line])
}

fn investments() -> Record {
    Record::Investments(Investments {
        total: Money::zero(Currency::CLP),
        totals: Vec::new(),
        instruments: Vec::new(),
        profile: None,
    })
}

const LINES: RecordKinds = RecordKinds::one(RecordKind::CreditLines);

async fn read(scene: &Scene, link: LinkId, scope: ReadScope) -> Ended {
    let World { engine, who, worker, clock, .. } = &scene.world;
    clock.advance(SignedDuration::from_secs(1));
    let wanted = Wanted::at_once(scope);
    let mut pending = engine.request_reading(who, link, wanted).await.unwrap();
    worker.run_due().await.unwrap();
    engine.wait_for(&mut pending, Duration::ZERO).await.unwrap().unwrap()
}

async fn all(scene: &Scene) -> Vec<OpenRecord> {
    let World { engine, who, .. } = &scene.world;
    engine.records(who, RecordFilter::default(), None, 10).await.unwrap().rows
}

#[tokio::test]
async fn a_record_is_kept_as_it_was_told() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.bank.tells(&[lines(1), investments()]);
    let kinds = LINES.with(RecordKind::Investments);
    assert_eq!(read(&scene, link, ReadScope::records(kinds)).await, Ok(()));
    let told = all(&scene).await;
    let records: Vec<&Record> = told.iter().map(|open| &open.record).collect();
    assert_eq!(records, [&investments(), &lines(1)]);
    assert!(told.iter().all(|open| open.row.link == link && open.row.version == 1));
    assert_eq!(told[0].row.archive, told[1].row.archive, "one reading, one object");
    let World { engine, who, .. } = &scene.world;
    assert_eq!(engine.accounts(who, None, 10).await.unwrap().rows.len(), 0, "not asked for");
    let figures = engine.last_reading(who, link).await.unwrap().unwrap().outcome.unwrap();
    assert_eq!(figures, ReadingFigures { records: 2, ..ReadingFigures::default() });
}

#[tokio::test]
async fn records_come_with_movements() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.bank.tells(&[lines(1)]);
    assert_eq!(read(&scene, link, MARCH.with_records(LINES)).await, Ok(()));
    assert_eq!(scene.world.movements().await.len(), 2);
    assert_eq!(all(&scene).await.len(), 1);
    assert_eq!(scene.world.store.objects(), 2, "the statement, and the record");
}

#[tokio::test]
async fn what_is_told_again_is_confirmed_and_what_changed_is_added() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    for used in [1, 1, 2, 1] {
        scene.bank.tells(&[lines(used)]);
        assert_eq!(read(&scene, link, ReadScope::records(LINES)).await, Ok(()));
    }
    let told = all(&scene).await;
    let records: Vec<&Record> = told.iter().map(|open| &open.record).collect();
    assert_eq!(records, [&lines(1), &lines(2), &lines(1)]);
    let first = &told[2].row;
    let second = SignedDuration::from_secs(1);
    assert_eq!(first.last_read_at.duration_since(first.first_read_at), second);
    assert_eq!(scene.world.store.objects(), 3);
    let World { engine, who, .. } = &scene.world;
    let newest = engine.newest_record(who, link, RecordKind::CreditLines).await.unwrap().unwrap();
    assert_eq!(newest.row.id, told[0].row.id);
}

#[tokio::test]
async fn accounts_stay_where_they_were_not_asked_for() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    assert_eq!(read(&scene, link, ReadScope::ACCOUNTS).await, Ok(()));
    scene.bank.tells(&[lines(1)]);
    assert_eq!(read(&scene, link, ReadScope::records(LINES)).await, Ok(()));
    let World { engine, who, .. } = &scene.world;
    assert_eq!(engine.accounts_of(who, link).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_an_institution_does_not_offer_is_unsupported_and_nothing_is_kept() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    assert_eq!(read(&scene, link, MARCH.with_records(LINES)).await, Err(Failure::Unsupported));
    assert_eq!(scene.world.movements().await.len(), 0);
    assert_eq!(scene.world.store.objects(), 0);
    scene.bank.refuses(Some((ErrorKind::InstitutionDown, RetryAdvice::Never)));
    assert_eq!(read(&scene, link, ReadScope::records(LINES)).await, Err(Failure::InstitutionDown));
}

#[tokio::test]
async fn what_somebody_does_not_have_is_passed_over_beside_others() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.bank.tells(&[lines(1)]);
    scene.bank.lacks(RecordKinds::one(RecordKind::Investments));
    let lacked = RecordKinds::one(RecordKind::Investments);
    let both = LINES.with(RecordKind::Investments);
    assert_eq!(read(&scene, link, ReadScope::records(both)).await, Ok(()));
    assert_eq!(all(&scene).await.len(), 1);
    assert_eq!(read(&scene, link, MARCH.with_records(lacked)).await, Ok(()));
    assert_eq!(read(&scene, link, ReadScope::records(lacked)).await, Err(Failure::NoData));
}

#[tokio::test]
async fn a_record_is_hidden_once_its_mandate_has_ended() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.bank.tells(&[lines(1)]);
    read(&scene, link, ReadScope::records(LINES)).await.unwrap();
    let World { engine, who, .. } = &scene.world;
    let record = all(&scene).await.remove(0).row;
    engine.revoke_consent(who, record.consent, Reply::NONE).await.unwrap();
    assert!(all(&scene).await.is_empty());
    assert!(engine.record_by_id(who, record.id).await.unwrap().is_none());
}

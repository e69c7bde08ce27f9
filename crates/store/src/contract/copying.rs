//! What backends give and take when a whole store is copied. A backend fills a store by [`fill`],
//! closes it, and shows by the rest that all of it comes along.

use cartola_crypto::jws::Algorithm;
use cartola_model::MovementStatus;
use cartola_primitives::{Date, date};

use super::Backend;
use super::asking::readings;
use super::crew::{TERM, Worker, ending};
use super::fixtures::{Fixtures, NOW, at};
use super::isolation::Everything;
use super::movements::{change_to, changed};
use super::quotas::one_more;
use super::signing_keys::{add, key};
use crate::asking::SignInsRow;
use crate::copying::pile::Pile;
use crate::copying::tables::{AUDIT, MOVEMENT, TENANT_HEAD};
use crate::copying::{self, Cell, CopyError, Dump, Load, TABLES, compare};
use crate::encoding::{date_of_day, day_number};
use crate::jobs::{JobEnd, Queue};
use crate::movements::{FeedChange, MovementRow};
use crate::outbox::{Attempt, AttemptOutcome, DeliveryEnd};
use crate::{Command, UnitOfWork};

/// More movements than go at once, over three years.
const MOVEMENTS: usize = copying::stream::BATCH_ROWS + 10;

/// Puts rows into every table, of two tenants with the same ids.
pub async fn fill(backend: &Backend) {
    let rows = Everything::of_first_tenant(backend).await;
    let scene = &rows.scene;
    let second = rows.for_tenant(&Fixtures::new(2));
    backend.store.commit(second).await.expect("nothing is in the way");
    let moved = changed(&rows.movement, |next| next.movement.booked_on = date(1999, 12, 31));
    let mut removed = moved.clone();
    (removed.movement.status, removed.movement.version) = (MovementStatus::Removed, 3);
    let sign_ins = SignInsRow {
        institution: scene.link.institution.clone(),
        person: scene.person.id,
        refused: 0,
        open: 1,
        last_at: NOW,
        locked_until: None,
        waits_until: Some(NOW),
        refused_secret: None,
        open_secret: Some(scene.person.lookup),
        version: 1,
    };
    let feed = Command::FeedAccount { link: scene.link.id, account: scene.account.id };
    let unit = scene
        .unit()
        .with(feed)
        .with(Command::AddLink(scene.make.link(None)))
        .with(Command::KeepReading(readings(scene).remove(0)))
        .with(Command::KeepSignIns(sign_ins))
        .with(Command::AddDataKey(scene.make.data_key(Some(scene.person.id))))
        .with(Command::AddMovements(over_three_years(&rows)))
        .with(change_to(&moved, FeedChange::Modified));
    scene.commit(unit).await;
    scene.apply(change_to(&removed, FeedChange::Removed)).await;
    fill_queue(&rows).await;
    fill_rest(backend, &rows).await;
}

fn over_three_years(rows: &Everything) -> Vec<MovementRow> {
    const DAYS: usize = 1_000;
    let first = day_number(date(2024, 1, 1));
    let days = (0..MOVEMENTS).map(|nth| {
        let day = first + i32::try_from(nth % DAYS).expect("a thousand fits");
        date_of_day(day).expect("a day of three years")
    });
    let on = |day: Date| {
        let mut row = rows.scene.movement();
        row.movement.booked_on = day;
        row
    };
    days.map(on).collect()
}

/// One job that runs, one that is done and one that waits; a delivery that was given up.
async fn fill_queue(rows: &Everything) {
    let (store, scene) = (&rows.scene.store, &rows.scene);
    let worker = Worker::new(store, 1);
    let done = worker.take(1).await.remove(0);
    let end = ending(&done, JobEnd::Done);
    store.commit(UnitOfWork::new(done.tenant, NOW).with(end)).await.expect("the job is ours");
    scene.enqueue_new(2).await;
    worker.take(1).await;
    let claim = worker.claim(Queue::Outbox, 2, NOW);
    let sending = worker.take_by(claim).await;
    let ours = sending.iter().find(|job| job.tenant == scene.make.tenant).expect("it is due");
    let attempt = Attempt { at: NOW, lasted: TERM, outcome: AttemptOutcome::Status(410) };
    let end = DeliveryEnd::Disabled;
    let id = rows.message.id;
    scene.apply(Command::EndDelivery { id, lease: ours.lease, attempt, end }).await;
}

/// What belongs to no tenant, and sealed sources.
async fn fill_rest(backend: &Backend, rows: &Everything) {
    let make = &rows.scene.make;
    let store = &backend.store;
    let wrapped = make.wrapped();
    store.installation_secret("lookup_key", wrapped).await.expect("a secret is kept");
    for (id, algorithm, at) in [("one", Algorithm::EdDsa, NOW), ("two", Algorithm::Es256, at(60))] {
        assert!(add(&**store, &key(make, id, algorithm, at), None).await);
    }
    assert!(store.count_reading(&one_more(NOW, None, None)).await.expect("a count"));
    for id in [rows.import.archive, make.id()] {
        let object = make.sealed("what the bank said");
        backend.archive.put(make.tenant, id, object).await.expect("an object is put");
    }
}

/// Every table of a filled store is given in its order, and an empty store that takes the rows
/// gives the same again.
pub async fn comes_back(full: &dyn Dump, empty: &dyn Load) {
    let pile = Pile::of(full).await;
    assert_eq!(pile.empty_tables(), Vec::<&str>::new());
    for table in TABLES {
        let counted = full.count(table).await.expect("a count");
        assert_eq!(counted, pile.count(table).await.expect("a count"), "{}", table.name);
    }
    let mut steps = Vec::new();
    let copied = copying::copy(full, empty, &mut |done, total| steps.push((done, total))).await;
    let copied = copied.expect("an empty store takes all of it");
    assert!(copied.of("movement") > MOVEMENTS as u64);
    assert_eq!(steps.last(), Some(&(copied.total() * 2, copied.total() * 2)));
    same(full, &pile).await;
    same(&Pile::of(empty).await, &pile).await;
}

/// Fails where two stores differ.
pub async fn same(one: &dyn Dump, other: &dyn Dump) {
    let mut differences = Vec::new();
    for table in TABLES {
        let compared = compare::table(table, one, other, &mut differences, &mut |_| {}).await;
        compared.expect("both can be read");
    }
    assert_eq!(differences, []);
}

/// A row that is not as it was, that is not there or that came by itself is told of, and a trail
/// that does not hold as well.
pub async fn what_differs_is_told(full: &dyn Dump) {
    let target = Pile::of(full).await;
    let faults = [("has another body", 0), ("is not in the copy", 1), ("is in the copy alone", 2)];
    for (said, fault) in faults {
        let wrong = Pile::of(full).await;
        wrong.change(&MOVEMENT, |rows| {
            let (key, mut row) = rows.pop_first().expect("there are movements");
            match fault {
                0 => row.0[MOVEMENT.place("body")] = Cell::Bytes(vec![1]),
                1 => return,
                _ => {
                    let mut other = row.clone();
                    other.0[MOVEMENT.place("id")] = Cell::Bytes(vec![0; 16]);
                    rows.insert(MOVEMENT.key(&other).to_vec(), other);
                }
            }
            rows.insert(key, row);
        });
        let told = tell(full, &wrong).await;
        assert_eq!(told.len(), 1, "{told:?}");
        let (begins, key) = ("movement (tenant ", ", booked_on ");
        let told = &told[0];
        assert!(told.starts_with(begins) && told.contains(key) && told.ends_with(said), "{told}");
    }
    target.change(&AUDIT, |rows| drop(rows.pop_last()));
    let broken = copying::copy(&target, &Pile::default(), &mut |_, _| {}).await;
    let Err(CopyError::Trail(said)) = broken else { panic!("{broken:?}") };
    assert!(said.starts_with("of ten_"), "{said}");
    target.change(&TENANT_HEAD, std::collections::BTreeMap::clear);
    let copied = copying::copy(&target, &Pile::default(), &mut |_, _| {}).await;
    assert!(matches!(copied, Err(CopyError::Trail(_))), "the other trail has no recorded end");
}

async fn tell(one: &dyn Dump, other: &dyn Dump) -> Vec<String> {
    let mut differences = Vec::new();
    for table in TABLES {
        let compared = compare::table(table, one, other, &mut differences, &mut |_| {}).await;
        compared.expect("both can be read");
    }
    differences.iter().map(ToString::to_string).collect()
}

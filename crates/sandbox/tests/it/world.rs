//! What people do on top: kept, double-entry, and never half.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use cartola_model::AccountNumber;
use cartola_primitives::clock::ManualClock;
use cartola_primitives::{Clock, Date, Rut, SignedDuration, Timestamp, date};
use cartola_sandbox::{
    ActError, Amendment, Customer, Door, FILE_NAME, LogError, Movement, Named, NewMovement,
    OpenError, Scenario, Status, World, clock_offset,
};
use proptest::prelude::*;
use tempfile::TempDir;

/// Friday, 20 November 2026, 12:00 in Santiago.
const NOON: &str = "2026-11-20T15:00:00Z";
const DAYS: (Date, Date) = (date(2026, 9, 1), date(2027, 1, 31));

fn open(folder: &Path) -> Result<World, OpenError> {
    let now: Timestamp = NOON.parse().unwrap();
    World::open(folder, Some(42), Arc::new(ManualClock::new(now)))
}

fn world() -> (TempDir, World) {
    let folder = tempfile::tempdir().unwrap();
    let world = open(folder.path()).unwrap();
    (folder, world)
}

fn named(scenario: Scenario) -> Rut {
    Named::all().find(|named| named.scenario() == scenario).unwrap().rut()
}

fn number(world: &World, scenario: Scenario) -> AccountNumber {
    world.population().accounts(named(scenario))[0].number.clone()
}

fn new(amount: i64, glosa: &str) -> NewMovement {
    NewMovement {
        amount,
        glosa: glosa.to_owned(),
        occurred: None,
        booked_on: None,
        counterparty: None,
        document: None,
    }
}

fn statement(world: &World, scenario: Scenario) -> Vec<Movement> {
    let key = world.find(&number(world, scenario)).unwrap().key;
    world.statement(key, DAYS)
}

fn customer(scenario: Scenario) -> Customer {
    Customer { rut: named(scenario), institution: "banco-chile".to_owned() }
}

#[test]
fn what_is_posted_is_on_the_statement_and_in_the_balance() {
    let (_folder, world) = world();
    let key = world.find(&number(&world, Scenario::Ok)).unwrap().key;
    let before = world.balance(key).unwrap();
    let posted = world.post(key, &new(-12_345, "GIRO  DE PRUEBA")).unwrap();
    assert_eq!((posted.glosa.as_str(), posted.amount.minor()), ("GIRO DE PRUEBA", -12_345));
    assert_eq!(world.balance(key).unwrap().ledger, before.ledger - 12_345);
    let shown = statement(&world, Scenario::Ok);
    let last = shown.iter().rfind(|each| each.status == Status::Booked).unwrap();
    assert_eq!(last.balance_after, Some(before.ledger - 12_345));
    assert!(world.check_ledger().balanced);
}

#[test]
fn a_transfer_arrives_on_the_other_side() {
    let (_folder, world) = world();
    let key = world.find(&number(&world, Scenario::Ok)).unwrap().key;
    let to = number(&world, Scenario::NoMovements);
    let transfer = NewMovement { counterparty: Some(to.clone()), ..new(-5_000, "TRASPASO") };
    let sent = world.post(key, &transfer).unwrap();
    let theirs = world.statement(world.find(&to).unwrap().key, DAYS);
    assert_eq!(theirs.len(), 1);
    assert_eq!((theirs[0].flow, theirs[0].amount.minor()), (sent.flow, 5_000));
    assert!(theirs[0].counterparty.is_some());
}

#[test]
fn a_base_movement_is_amended_and_deleted_on_both_sides() {
    let (_folder, world) = world();
    let key = world.find(&number(&world, Scenario::Ok)).unwrap().key;
    let shown = world.statement(key, DAYS);
    let own = shown.iter().find(|each| each.other.customer().is_some()).unwrap().clone();
    let other = own.other.customer().unwrap();
    let amount = own.amount.minor() * 2;
    let amendment = Amendment { amount: Some(amount), glosa: Some("CORREGIDO".to_owned()) };
    let amended = world.amend(key, &own.reference, &amendment).unwrap();
    assert_eq!((amended.amount.minor(), amended.glosa.as_str()), (amount, "CORREGIDO"));
    let theirs =
        |world: &World| world.statement(other, DAYS).into_iter().find(|each| each.flow == own.flow);
    assert_eq!(theirs(&world).unwrap().amount.minor(), -amount);
    assert_ne!(theirs(&world).unwrap().glosa, "CORREGIDO");
    assert!(world.check_ledger().balanced);
    world.delete(key, &own.reference).unwrap();
    assert!(theirs(&world).is_none());
    assert!(world.statement(key, DAYS).iter().all(|each| each.flow != own.flow));
    assert!(world.check_ledger().balanced);
    let again = world.delete(key, &own.reference);
    assert!(matches!(again, Err(ActError::UnknownMovement)));
}

#[test]
fn what_comes_on_a_saturday_is_pending_until_monday() {
    let (_folder, world) = world();
    let key = world.find(&number(&world, Scenario::NoMovements)).unwrap().key;
    world.advance(SignedDuration::from_hours(24)).unwrap();
    let before = world.balance(key).unwrap();
    let posted = world.post(key, &new(7_000, "DEPOSITO")).unwrap();
    assert_eq!(posted.booked.date(), date(2026, 11, 23));
    assert_eq!(world.balance(key).unwrap().held, 7_000);
    assert_eq!(statement(&world, Scenario::NoMovements)[0].status, Status::Pending);
    world.advance(SignedDuration::from_hours(48)).unwrap();
    assert_eq!(world.balance(key).unwrap().ledger, before.ledger + 7_000);
    let shown = statement(&world, Scenario::NoMovements);
    assert_eq!((shown[0].status, &shown[0].reference), (Status::Booked, &posted.reference));
}

#[test]
fn nonsense_is_refused_and_leaves_nothing() {
    let (_folder, world) = world();
    let own = number(&world, Scenario::Ok);
    let key = world.find(&own).unwrap().key;
    let before = statement(&world, Scenario::Ok);
    let check = |movement: NewMovement| world.post(key, &movement).unwrap_err();
    assert!(matches!(check(new(0, "X")), ActError::Amount));
    assert!(matches!(check(new(i64::MIN, "X")), ActError::Amount));
    assert!(matches!(check(new(1, "  ")), ActError::Glosa));
    let with = |change: fn(&mut NewMovement)| {
        let mut movement = new(1, "X");
        change(&mut movement);
        check(movement)
    };
    assert!(matches!(with(|m| m.booked_on = Some(date(1999, 1, 1))), ActError::Day));
    assert!(matches!(with(|m| m.booked_on = Some(date(2030, 1, 1))), ActError::Day));
    let to_oneself = NewMovement { counterparty: Some(own), ..new(1, "X") };
    assert!(matches!(check(to_oneself), ActError::UnknownCounterparty));
    assert_eq!(statement(&world, Scenario::Ok), before);
}

#[test]
fn three_wrong_passwords_lock_and_a_right_one_forgives() {
    let (_folder, world) = world();
    let ok = customer(Scenario::Ok);
    let knock = |right: bool| world.knock(&ok, "device", |_| right).unwrap();
    assert_eq!(
        [knock(false), knock(false), knock(true)],
        [Door::Refused, Door::Refused, Door::Open]
    );
    assert_eq!([knock(false), knock(false)], [Door::Refused; 2]);
    assert_eq!([knock(false), knock(true)], [Door::Locked; 2]);
    world.unlock(&ok).unwrap();
    assert_eq!(knock(true), Door::Open);
    assert_eq!(world.devices(&ok), ["device"]);
}

#[test]
fn the_locked_person_is_locked_until_a_lever_helps() {
    let (_folder, world) = world();
    let locked = customer(Scenario::Locked);
    assert!(world.is_locked(&locked));
    assert_eq!(world.knock(&locked, "device", |_| true).unwrap(), Door::Locked);
    world.unlock(&locked).unwrap();
    assert_eq!(world.knock(&locked, "device", |_| true).unwrap(), Door::Open);
}

#[test]
fn everything_is_there_again_after_a_kill() {
    let (folder, world) = world();
    let key = world.find(&number(&world, Scenario::Ok)).unwrap().key;
    let posted = world.post(key, &new(-777, "UNO")).unwrap();
    world.post(key, &new(888, "DOS")).unwrap();
    world.delete(key, &posted.reference).unwrap();
    world.advance(SignedDuration::from_hours(72)).unwrap();
    for _ in 0..3 {
        world.knock(&customer(Scenario::Ok), "device", |_| false).unwrap();
    }
    let (shown, now) = (statement(&world, Scenario::Ok), world.now());
    drop(world);
    let world = open(folder.path()).unwrap();
    assert_eq!((statement(&world, Scenario::Ok), world.now()), (shown, now));
    assert!(world.is_locked(&customer(Scenario::Ok)));
    assert!(world.check_ledger().balanced);
}

#[test]
fn a_torn_tail_is_cut_off_wherever_it_tore() {
    let (folder, world) = world();
    let key = world.find(&number(&world, Scenario::NoMovements)).unwrap().key;
    world.post(key, &new(100, "UNO")).unwrap();
    let path = folder.path().join(FILE_NAME);
    let whole = fs::read(&path).unwrap().len();
    world.post(key, &new(200, "DOS")).unwrap();
    drop(world);
    let bytes = fs::read(&path).unwrap();
    for length in whole..bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        let world = open(folder.path()).unwrap();
        let amounts: Vec<i64> =
            statement(&world, Scenario::NoMovements).iter().map(|m| m.amount.minor()).collect();
        assert_eq!(amounts, [100], "cut at {length}");
        assert_eq!(fs::metadata(&path).unwrap().len(), whole as u64);
        world.post(key, &new(300, "TRES")).unwrap();
        drop(world);
        assert_eq!(statement(&open(folder.path()).unwrap(), Scenario::NoMovements).len(), 2);
    }
}

#[test]
fn a_damaged_line_in_the_middle_is_told_and_not_repaired() {
    let (folder, world) = world();
    let key = world.find(&number(&world, Scenario::Ok)).unwrap().key;
    world.post(key, &new(100, "UNO")).unwrap();
    world.post(key, &new(100, "DOS")).unwrap();
    drop(world);
    let path = folder.path().join(FILE_NAME);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("UNO", "UNA")).unwrap();
    let refused = open(folder.path()).unwrap_err();
    assert!(matches!(refused, OpenError::Log(LogError::Damaged { line: 2 })), "{refused:?}");
}

#[test]
fn a_folder_has_one_process_and_one_seed() {
    let (folder, world) = world();
    assert!(matches!(open(folder.path()), Err(OpenError::Log(LogError::InUse))));
    drop(world);
    let clock = Arc::new(ManualClock::new(NOON.parse().unwrap()));
    let other = World::open(folder.path(), Some(7), clock.clone());
    assert!(matches!(other, Err(OpenError::Seed { kept: 42 })));
    assert!(World::open(folder.path(), None, clock).is_ok());
}

#[test]
fn its_clock_is_seen_beside_it() {
    let (folder, world) = world();
    let seen = || clock_offset(folder.path()).unwrap();
    assert_eq!(seen(), SignedDuration::ZERO);
    world.advance(SignedDuration::from_hours(30)).unwrap();
    world.advance(SignedDuration::from_hours(6)).unwrap();
    assert_eq!(seen(), SignedDuration::from_hours(36));
    let path = folder.path().join(FILE_NAME);
    let torn = [&fs::read(&path).unwrap()[..], b"0123"].concat();
    fs::write(&path, &torn).unwrap();
    assert_eq!(seen(), SignedDuration::from_hours(36));
    assert_eq!(fs::read(&path).unwrap(), torn, "a look changes nothing");
}

#[test]
fn its_file_is_its_owners_alone() {
    let (folder, _world) = world();
    let mode = fs::metadata(folder.path().join(FILE_NAME)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_clock_goes_forward_only() {
    let (_folder, world) = world();
    assert!(world.advance(SignedDuration::from_secs(-1)).is_err());
    assert!(world.advance(SignedDuration::from_hours(24 * 365 * 200)).is_err());
    let before = world.now();
    world.advance(SignedDuration::from_mins(5)).unwrap();
    assert_eq!(world.now().duration_since(before), SignedDuration::from_mins(5));
}

/// One thing that somebody does; numbers choose among what there is.
#[derive(Debug, Clone)]
enum Deed {
    Post(i64, i8, bool),
    Amend(prop::sample::Index, i64),
    Delete(prop::sample::Index),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (1_i64..900_000, 1_i8..=30, any::<bool>()).prop_map(|(a, d, out)| Deed::Post(a, d, out)),
        (any::<prop::sample::Index>(), 1_i64..900_000).prop_map(|(i, a)| Deed::Amend(i, a)),
        any::<prop::sample::Index>().prop_map(Deed::Delete),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(8) })]

    #[test]
    fn whatever_is_done_the_ledger_balances_and_balances_chain(deeds in prop::collection::vec(deed(), 1..12)) {
        let (_folder, world) = world();
        let key = world.find(&number(&world, Scenario::Ok)).unwrap().key;
        let other = number(&world, Scenario::OverLimit);
        for deed in deeds {
            let shown = world.statement(key, DAYS);
            match deed {
                Deed::Post(amount, day, out) => {
                    let amount = if out { -amount } else { amount };
                    let booked_on = Some(date(2026, 9, day));
                    let counterparty = out.then(|| other.clone());
                    world.post(key, &NewMovement { booked_on, counterparty, ..new(amount, "OBRA") }).unwrap();
                }
                Deed::Amend(index, amount) => {
                    let movement = index.get(&shown);
                    let amount = Some(amount * movement.amount.minor().signum());
                    world.amend(key, &movement.reference, &Amendment { amount, glosa: None }).unwrap();
                }
                Deed::Delete(index) => {
                    world.delete(key, &index.get(&shown).reference).unwrap();
                }
            }
        }
        let check = world.check_ledger();
        prop_assert!(check.balanced, "{check:?}");
        let booked = world.statement(key, DAYS);
        let booked: Vec<_> = booked.iter().filter(|each| each.status == Status::Booked).collect();
        for pair in booked.windows(2) {
            let expected = pair[0].balance_after.unwrap() + pair[1].amount.minor();
            prop_assert_eq!(pair[1].balance_after, Some(expected));
        }
        let balance = world.balance(key).unwrap();
        prop_assert_eq!(booked.last().unwrap().balance_after, Some(balance.ledger));
        let waiting = world.statement(key, DAYS).into_iter();
        let waiting = waiting.filter(|each| each.status == Status::Pending);
        let (going, held) = waiting.fold((0, 0), |(going, held), each| {
            (going + each.amount.minor().min(0), held + each.amount.minor().max(0))
        });
        prop_assert_eq!((balance.available, balance.held), (balance.ledger + going, held));
    }
}

//! Killing gateway and banks while payers are on their pages: what a page says was paid moved money
//! once, what it says was not moved none, and the merchant is told once, and the same.

mod demo;
mod payers;
mod shared;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::chile::Chile;
use crate::customers::customers;
use crate::http::Client;
use crate::seeded::Seeded;

use payers::{End, Wanted};

/// Pages, unless the environment says otherwise.
const PAGES: usize = 20;

/// Payers at once.
const PAYERS: usize = 6;

/// How often a page is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Pages for each kill.
const PAGES_A_KILL: usize = 2;

/// How long all pages together may take.
const PATIENCE: Duration = Duration::from_mins(25);

/// The smallest of the amounts, of which each page has one of its own.
const LEAST: i64 = 1_000;

#[allow(clippy::disallowed_methods, reason = "how many to ask for is told to the test process")]
fn pages() -> usize {
    let told = std::env::var("CARTOLA_CRASH_CHECKOUTS").ok();
    told.map_or(PAGES, |text| text.parse().expect("CARTOLA_CRASH_CHECKOUTS is a number"))
}

/// Gateway and sandbox as they stand: they may move to other ports with each start.
#[derive(Clone)]
struct Place {
    gateway: Client,
    chile: Client,
}

/// What is killed and started again while it is paid by.
trait Scene: Sized + Send {
    fn place(&self) -> Place;

    /// The same after something of it was killed.
    fn killed(self, seeded: &mut Seeded) -> Self;

    /// How long it lives before that, at most, in milliseconds.
    const MAX_LIFE: u64;
}

/// So many pages, each with a payer who goes about it in their way.
fn wanted(count: usize, callback: &str) -> Vec<Wanted> {
    let all = customers(count).into_iter().enumerate();
    all.map(|(number, customer)| Wanted::of(number, customer, callback)).collect()
}

/// Pays while it is killed, until each page has said how it ended; gives how often it was killed.
#[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
fn under_fire<S: Scene>(scene: S, wanted: &mut [Wanted]) -> (S, usize) {
    let (begun, mut seeded, mut kills) = (Instant::now(), Seeded::new(4_713), 0);
    let most = wanted.len().div_ceil(PAGES_A_KILL);
    let each = wanted.len().div_ceil(PAYERS).max(1);
    let place = Mutex::new(scene.place());
    let goes_on = |one: &&mut Wanted| !one.is_over();
    let scene = thread::scope(|scope| {
        let mut scene = scene;
        let pay = |wanted: &mut [Wanted]| {
            while begun.elapsed() < PATIENCE && !wanted.iter().all(Wanted::is_over) {
                for one in wanted.iter_mut().filter(goes_on) {
                    let place = place.lock().unwrap().clone();
                    // Whatever came of it, the next look tells.
                    let _ = one.go_on(&place);
                }
                thread::sleep(LOOK_EVERY);
            }
        };
        let payers: Vec<_> =
            wanted.chunks_mut(each).map(|part| scope.spawn(move || pay(part))).collect();
        while kills < most && !payers.iter().all(thread::ScopedJoinHandle::is_finished) {
            // The random moment is the test.
            thread::sleep(Duration::from_millis(seeded.below(S::MAX_LIFE)));
            scene = scene.killed(&mut seeded);
            *place.lock().unwrap() = scene.place();
            kills += 1;
        }
        scene
    });
    let left: Vec<_> = wanted.iter().filter(|one| !one.is_over()).map(|one| &one.case).collect();
    assert!(left.is_empty(), "{left:?} have not ended");
    (scene, kills)
}

/// Insists that money moved as the pages say, once each, and that no payment stands otherwise; gives
/// how many payments there were.
#[track_caller]
fn money_moved_as_told(place: &Place, merchant: &str, wanted: &[Wanted]) -> usize {
    let chile = Chile::at(&format!("http://{}", place.chile.address));
    let arrived = crate::crash_payments::arrived(&chile, merchant);
    let payments = place.gateway.list("/v1/payments");
    let mut completed: BTreeMap<i64, usize> = BTreeMap::new();
    for payment in &payments {
        let state = payment["state"].as_str().unwrap();
        assert!(["completed", "failed"].contains(&state), "{payment}");
        let of_amount = completed.entry(payment["amount"].as_i64().unwrap()).or_default();
        *of_amount += usize::from(state == "completed");
    }
    for one in wanted {
        let expected = usize::from(one.end == Some(End::Paid));
        let of_amount = |known: &BTreeMap<i64, usize>| known.get(&one.amount).copied();
        let found = (of_amount(&arrived), of_amount(&completed));
        let found = (found.0.unwrap_or_default(), found.1.unwrap_or_default());
        assert_eq!(found, (expected, expected), "{}: {:?}", one.case, one.end);
    }
    let paid = wanted.iter().filter(|one| one.end == Some(End::Paid)).count();
    let check = chile.client.json("/_sandbox/ledger/check");
    assert_eq!((&check["balanced"], &check["transfers"]), (&json!(true), &json!(paid)));
    payments.len()
}

/// What came of the pages, counted, by how their payers went about them.
fn table(wanted: &[Wanted]) -> String {
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for one in wanted {
        let end = one.end.map_or_else(|| "open".to_owned(), |end| format!("{end:?}"));
        *counted.entry(format!("{:?} {end}", one.way)).or_default() += 1;
    }
    counted.iter().map(|(alike, count)| format!("{count:>5} {alike}\n")).collect()
}

/// Insists that the payers who meant to pay mostly did, each other one did not, and every page says
/// what it said.
#[track_caller]
fn ends_hold(place: &Place, wanted: &[Wanted]) {
    for one in wanted {
        assert_eq!(one.end_shown(place), one.end, "{} says something else now", one.case);
    }
    let meant: Vec<_> = wanted.iter().filter(|one| one.way.pays()).collect();
    let paid = meant.iter().filter(|one| one.end == Some(End::Paid)).count();
    assert!(paid > meant.len() / 2, "most are paid: {paid} of {}", meant.len());
}

/// Insists that a last word says how the page ended.
#[track_caller]
fn is_true(word: &str, one: &Wanted) {
    let told: Value = serde_json::from_str(word).unwrap();
    let (is_valid, message) = match one.end {
        Some(End::Paid) => ("true", "BANK_TRANSFER_COMPLETED"),
        _ => ("false", "BANK_TRANSFER_FAILED"),
    };
    let amount = one.amount.to_string();
    let found = ["isValid", "message", "moneyAmount"].map(|name| told[name].as_str().unwrap());
    assert_eq!(found, [is_valid, message, amount.as_str()], "{}: {:?}", one.case, one.end);
}

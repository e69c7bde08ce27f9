//! Killing a demo, banks and all, while Khipu's clients ask for results to be posted: each call that
//! was accepted is called back, under one id and with one body.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cartola_primitives::{Date, SignedDuration};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::book::Book;
use crate::chile::Chile;
use crate::crash_readings::{life, readings};
use crate::customers::{Customer, customers};
use crate::installation::Demo;
use crate::khipu::Khipu;
use crate::line::{self, Line};
use crate::seeded::Seeded;

/// Calls of one customer, each for more days than the one before.
const OF_EACH: usize = 10;

/// Days that one call goes further back than the one before.
const FURTHER: i64 = 15;

/// Days ago of the last day that is asked for: by then all is booked.
const LAST_DAY: i64 = 10;

/// How long what was accepted may take to be called back.
const PATIENCE: Duration = Duration::from_mins(10);

/// A call that was accepted: which account's days it asked for.
struct Accepted {
    account: String,
    days: (Date, Date),
}

/// Calls that were accepted, by operation.
type Calls = BTreeMap<String, Accepted>;

/// How many of these operations were called back.
fn count(book: &Book, accepted: &Calls) -> usize {
    let posted = book.posted.lock().unwrap();
    accepted.keys().filter(|operation| posted.contains_key(*operation)).count()
}

/// A demo that is killed and started again while it is asked.
struct Scene {
    folder: TempDir,
    demo: Demo,
    customers: Vec<(Customer, Value)>,
    last: Date,
}

impl Scene {
    /// With a link for each customer, which was read once.
    fn begin(count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        let khipu = Khipu::announced(&demo.announced);
        let link = |customer: Customer| {
            let link = khipu.link_of(&customer);
            let body = json!({"RequestData": {"AccountCredential": link}});
            khipu.data(&format!("{}/accounts", customer.khipu_path()), &body);
            (customer, link)
        };
        let customers = customers(count).into_iter().map(link).collect();
        let chile = Chile::at(demo.announced["sandbox"].as_str().unwrap());
        let today = chile.today();
        let last = today.parse::<Date>().unwrap() - SignedDuration::from_hours(24 * LAST_DAY);
        Self { folder, demo, customers, last }
    }

    fn kill_and_start(self) -> Self {
        self.demo.process.kill();
        Self { demo: Demo::start(self.folder.path()), ..self }
    }
}

/// A client that calls again where it knows nothing of what became of a call.
struct Caller<'a> {
    /// As the gateway stands: it moves to another port with each start.
    khipu: &'a Mutex<Khipu>,
    url: &'a str,
    accepted: &'a Mutex<Calls>,
    /// Calls that were not accepted, of users whom kills have locked.
    locked_out: &'a AtomicUsize,
    begun: Instant,
}

impl Caller<'_> {
    fn call(&self, (customer, link): (&Customer, &Value), days: (Date, Date)) {
        let account = &customer.accounts[0];
        let body = json!({"CallbackUrl": self.url, "RequestData": {
            "AccountNumber": account,
            "BookingDateStart": days.0.to_string(),
            "BookingDateEnd": days.1.to_string(),
            "AccountCredential": link,
        }});
        let path = format!("{}/transactions", customer.khipu_path());
        let operation = loop {
            let khipu = self.khipu.lock().unwrap().clone();
            match khipu.try_send(&path, &body.to_string()) {
                Ok(answer) if answer.status == 202 => break answer.json()["OperationId"].clone(),
                // Three sign-ins of which kills have left no word: nothing is accepted any more.
                Ok(answer) if answer.status == 200 && answer.text().contains("\"E101\"") => {
                    self.locked_out.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                Ok(answer) => assert_eq!(answer.status, 429, "{}", answer.text()),
                Err(_) => {}
            }
            assert!(self.begun.elapsed() < PATIENCE, "nobody takes the call");
            std::thread::sleep(Duration::from_millis(20));
        };
        let accepted = Accepted { account: account.clone(), days };
        let operation = operation.as_str().unwrap().to_owned();
        assert!(self.accepted.lock().unwrap().insert(operation, accepted).is_none());
    }
}

/// Calls for everybody while the demo is killed, until all are called back.
#[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
fn under_fire(mut scene: Scene, book: &Book, seeded: &mut Seeded) -> (Scene, Calls, usize) {
    let (accepted, locked_out) = (Mutex::default(), AtomicUsize::new(0));
    let khipu = Mutex::new(Khipu::announced(&scene.demo.announced));
    let (begun, mut kills) = (Instant::now(), 0);
    let customers = std::mem::take(&mut scene.customers);
    let (last, total) = (scene.last, customers.len() * OF_EACH);
    let scene = std::thread::scope(|scope| {
        let mut scene = scene;
        scope.spawn(|| {
            let (url, khipu) = (&book.url, &khipu);
            let (accepted, locked_out) = (&accepted, &locked_out);
            let caller = Caller { khipu, url, accepted, locked_out, begun };
            for back in (1..).take(OF_EACH).map(|number| 24 * FURTHER * number) {
                for (customer, link) in &customers {
                    let days = (last - SignedDuration::from_hours(back), last);
                    caller.call((customer, link), days);
                }
            }
        });
        let awaited = || total - locked_out.load(Ordering::Relaxed);
        while count(book, &accepted.lock().unwrap()) < awaited() {
            assert!(begun.elapsed() < PATIENCE, "{:?}", count(book, &accepted.lock().unwrap()));
            // The random moment is the test.
            std::thread::sleep(life(customers.len(), seeded));
            scene = scene.kill_and_start();
            *khipu.lock().unwrap() = Khipu::announced(&scene.demo.announced);
            kills += 1;
        }
        scene
    });
    let locked_out = locked_out.into_inner();
    assert!(locked_out * 4 <= total, "{locked_out} of {total} were locked out");
    (scene, accepted.into_inner().unwrap(), kills)
}

/// What was posted is what the box holds.
fn compare(chile: &Chile, accepted: &Accepted, body: &str) -> usize {
    let told: Value = serde_json::from_str(body).unwrap();
    if told["Error"]["Code"] == "E101" {
        // Its user was locked by kills, after it was accepted.
        return 0;
    }
    assert_eq!(told["Status"], "OK", "{body}");
    let rows = told["Data"]["Transaction"].as_array().unwrap();
    let told: Vec<Line> = rows.iter().map(Line::of_khipu).collect();
    let (number, (from, to)) = (&accepted.account, accepted.days);
    let path = format!("/_sandbox/accounts/{number}/movements?from={from}&to={to}");
    let held = chile.client.json(&path);
    let held: Vec<Line> = held.as_array().unwrap().iter().map(Line::of_box).collect();
    line::agree(("Khipu", &told), ("the box", &held), number);
    told.len()
}

#[test]
fn accepted_calls_are_called_back_under_one_id() {
    let book = Book::open("OperationId");
    let scene = Scene::begin(readings() / OF_EACH);
    let (scene, accepted, kills) = under_fire(scene, &book, &mut Seeded::new(2_000));
    let chile = Chile::at(scene.demo.announced["sandbox"].as_str().unwrap());
    let posted = book.posted.lock().unwrap().clone();
    let (mut movements, mut posts) = (0, 0);
    for (operation, of_operation) in &posted {
        let body = book.only(operation).unwrap();
        posts += of_operation.values().map(Vec::len).sum::<usize>();
        // What else was posted was accepted too, by a gateway that did not live to say so.
        if let Some(accepted) = accepted.get(operation) {
            movements += compare(&chile, accepted, &body);
        }
    }
    let (calls, operations) = (accepted.len(), posted.len());
    eprintln!(
        "{calls} calls, {operations} operations, {posts} posts, {kills} kills, {movements} movements"
    );
    assert!(movements > 0);
}

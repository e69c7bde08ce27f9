//! What Khipu's clients get, what `/v1` serves and what the box holds agree, movement by movement,
//! while movements are announced, booked, amended and deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use cartola_primitives::{Date, SignedDuration, Timestamp, santiago};
use serde_json::{Value, json};

use crate::chile::Chile;
use crate::customers::{Customer, customers};
use crate::http::Client;
use crate::installation::Demo;
use crate::khipu::Khipu;
use crate::line::{self, Line};
use crate::seeded::Seeded;

/// People and companies, each read through a link of their own, unless the environment says
/// otherwise.
const PERSONS: usize = 60;

/// Days that are read: 24 months.
const DAYS: i64 = 730;

/// Days back from today within which banks amend and delete.
const RECENT: i64 = 40;

/// Days that are read again when banks have amended and deleted.
const AGAIN: i64 = 60;

/// Who reads at once.
const READERS: usize = 4;

/// The hour of a day in Santiago at which nothing is made or booked for a while.
const QUIET: i64 = 3;

/// A customer's link, and what it has shown.
struct Reader {
    customer: Customer,
    link: Value,
    accounts: Vec<Account>,
}

/// An account of theirs.
struct Account {
    number: String,
    /// What was shown last under each of the bank's references, and our id of it.
    shown: BTreeMap<String, (String, Line)>,
    /// Every id that it ever showed.
    ids: BTreeSet<String>,
}

/// What Khipu tells of an account: each line, and its `TransactionId`.
type Told = Vec<(Line, String)>;

/// What has become of movements from one look to the next.
#[derive(Debug, Default, Clone, Copy)]
struct Fates {
    came: usize,
    stayed: usize,
    /// Of those that stayed: announced before, and booked now.
    booked: usize,
    /// Under the reference of one that they cannot be.
    replaced: usize,
}

impl std::ops::AddAssign for Fates {
    fn add_assign(&mut self, more: Self) {
        self.came += more.came;
        self.stayed += more.stayed;
        self.booked += more.booked;
        self.replaced += more.replaced;
    }
}

struct Scene {
    _folder: tempfile::TempDir,
    demo: Demo,
    chile: Chile,
    client: Client,
    khipu: Khipu,
}

impl Scene {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        let url = |name: &str| demo.announced[name].as_str().unwrap().to_owned();
        let chile = Chile::at(&url("sandbox"));
        let client = demo.client();
        let khipu = Khipu::announced(&demo.announced);
        Self { _folder: folder, demo, chile, client, khipu }
    }

    fn now(&self) -> Timestamp {
        self.chile.client.json("/_sandbox/clock")["now"].as_str().unwrap().parse().unwrap()
    }

    fn today(&self) -> Date {
        santiago::date_of(self.now())
    }

    /// Moves the clock to the quiet hour of a day to come, by when the token has run out.
    fn advance_to(&mut self, day: Date) {
        let quiet = santiago::start_of_day(day) + SignedDuration::from_hours(QUIET);
        let seconds = quiet.duration_since(self.now()).as_secs();
        let told = json!({"advance": format!("PT{seconds}S")});
        assert_eq!(self.chile.lever("POST", "/_sandbox/clock", &told).status, 200);
        assert_eq!(self.today(), day);
        self.khipu = Khipu::announced(&self.demo.announced);
    }

    /// The accounts that `/v1` knows, by number.
    fn accounts(&self) -> BTreeMap<String, String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let accounts = self.client.list("/v1/accounts?limit=200");
        accounts.iter().map(|row| (text(&row["number"]), text(&row["id"]))).collect()
    }
}

impl Reader {
    fn begin(scene: &Scene, customer: Customer) -> Self {
        let link = scene.khipu.link_of(&customer);
        let accounts = customer.accounts.iter().cloned().map(Account::new).collect();
        Self { customer, link, accounts }
    }

    /// Asks Khipu for all accounts at once.
    fn ask(&self, scene: &Scene, days: (Date, Date)) -> Vec<Told> {
        std::thread::scope(|scope| {
            let ask = |account: &Account| account.ask(scene, (&self.customer, &self.link), days);
            let asked = self.accounts.iter().map(|account| scope.spawn(move || ask(account)));
            let asked: Vec<_> = asked.collect();
            asked.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }
}

impl Account {
    fn new(number: String) -> Self {
        Self { number, shown: BTreeMap::new(), ids: BTreeSet::new() }
    }

    fn ask(&self, scene: &Scene, by: (&Customer, &Value), (from, to): (Date, Date)) -> Told {
        let (customer, link) = by;
        let body = json!({"RequestData": {
            "AccountNumber": self.number,
            "BookingDateStart": from.to_string(),
            "BookingDateEnd": to.to_string(),
            "AccountCredential": link,
        }});
        let data = scene.khipu.data(&format!("{}/transactions", customer.khipu_path()), &body);
        let rows = data["Transaction"].as_array().unwrap();
        let id = |row: &Value| row["TransactionId"].as_str().unwrap().to_owned();
        rows.iter().map(|row| (Line::of_khipu(row), id(row))).collect()
    }

    fn compare(
        &mut self,
        scene: &Scene,
        (from, to): (Date, Date),
        (id, khipu): (&str, Told),
    ) -> Fates {
        let number = &self.number;
        let path = format!("/_sandbox/accounts/{number}/movements?from={from}&to={to}");
        let rows = scene.chile.client.json(&path);
        let held: Vec<Line> = rows.as_array().unwrap().iter().map(Line::of_box).collect();
        let path = format!("/v1/movements?limit=500&account_id={id}&from={from}&to={to}");
        let ours = scene.client.list(&path);
        let served: Vec<Line> = ours.iter().map(Line::of_v1).collect();
        let (told, theirs): (Vec<Line>, Vec<String>) = khipu.into_iter().unzip();
        line::agree(("/v1", &served), ("the box", &held), number);
        line::agree(("Khipu", &told), ("the box", &held), number);
        let theirs = told.iter().map(|line| line.reference.as_str()).zip(theirs).collect();
        self.follow(ours.iter().zip(&served), &theirs)
    }

    /// Insists that what stayed has kept its id, and that Khipu's clients know the same one.
    fn follow<'a>(
        &mut self,
        ours: impl Iterator<Item = (&'a Value, &'a Line)>,
        theirs: &BTreeMap<&str, String>,
    ) -> Fates {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut fates = Fates::default();
        for (row, line) in ours {
            let id = text(&row["id"]);
            assert_eq!(theirs[line.reference.as_str()], id["mov_".len()..], "{}", self.number);
            match self.shown.insert(line.reference.clone(), (id.clone(), line.clone())) {
                Some((before, was)) if is_same(&was, line) => {
                    assert_eq!(before, id, "{} of {}", line.reference, self.number);
                    fates.stayed += 1;
                    fates.booked += usize::from(was.status != line.status);
                }
                before => {
                    let replaced = usize::from(before.is_some());
                    let is_known_again = before.is_some_and(|(before, _)| before == id);
                    let is_new = self.ids.insert(id) || is_known_again;
                    assert!(is_new, "{} has the id of another", line.reference);
                    fates += Fates { came: 1 - replaced, replaced, ..Fates::default() };
                }
            }
        }
        fates
    }
}

/// Whether the gateway must know a line again under its reference. Some banks number the lines of
/// each answer anew, so that another amount, or another day with another text, is another movement.
fn is_same(was: &Line, now: &Line) -> bool {
    was.amount == now.amount && (was.day == now.day || was.glosa == now.glosa)
}

/// What was done to movements at the banks.
#[derive(Debug, Default, Clone, Copy)]
struct Acts {
    added: usize,
    amended: usize,
    deleted: usize,
}

impl std::ops::AddAssign for Acts {
    fn add_assign(&mut self, more: Self) {
        self.added += more.added;
        self.amended += more.amended;
        self.deleted += more.deleted;
    }
}

impl Scene {
    /// Lets a bank amend, delete and add movements of an account, booked and announced ones.
    fn disturb(&self, number: &str, mut seeded: Seeded) -> Acts {
        let today = self.today();
        let path = format!("/_sandbox/accounts/{number}/movements");
        let from = before(today, RECENT);
        let rows = self.chile.client.json(&format!("{path}?from={from}&to={today}"));
        let lines = rows.as_array().unwrap().iter().map(Line::of_box);
        let (pending, booked) = lines.partition(|line| line.status == "pending");
        let mut acts = self.add(number, today, &mut seeded);
        for lines in [pending, booked] {
            acts += self.change(&path, choose(lines, &mut seeded));
        }
        acts
    }

    /// Amends the amount of the first line and the text of the second; deletes the third.
    fn change(&self, path: &str, lines: Vec<Line>) -> Acts {
        let mut acts = Acts::default();
        for (place, line) in lines.iter().enumerate() {
            let path = format!("{path}/{}", line.reference);
            let amount = json!({"amount": line.amount + line.amount.signum() * 1_234});
            let glosa = json!({"description": format!("{} CORREGIDA", line.glosa)});
            let (method, told, status) = match place {
                0 => ("PATCH", amount, 200),
                1 => ("PATCH", glosa, 200),
                _ => ("DELETE", json!({}), 204),
            };
            assert_eq!(self.chile.lever(method, &path, &told).status, status);
            let amended = usize::from(method == "PATCH");
            acts += Acts { amended, deleted: 1 - amended, added: 0 };
        }
        acts
    }

    /// Adds two equal lines that a bank has forgotten, and what it announces.
    fn add(&self, number: &str, today: Date, seeded: &mut Seeded) -> Acts {
        let mut below = |bound: u64| i64::try_from(seeded.below(bound)).unwrap();
        let (amount, forgotten) = (1_000 + below(90_000), before(today, 1 + below(20)));
        let days = [forgotten, forgotten, before(today, -1), before(today, -9)];
        for day in days {
            let new = json!({"account": number, "amount": amount, "date": day.to_string(),
                "description": "COMPRA NACIONAL LIBRERIA"});
            assert_eq!(self.chile.lever("POST", "/_sandbox/movements", &new).status, 201);
        }
        Acts { added: days.len(), ..Acts::default() }
    }
}

fn before(day: Date, days: i64) -> Date {
    day - SignedDuration::from_hours(24 * days)
}

/// At most three lines.
fn choose(mut lines: Vec<Line>, seeded: &mut Seeded) -> Vec<Line> {
    let count = lines.len().min(3);
    (0..count)
        .map(|_| lines.swap_remove(usize::try_from(seeded.below(lines.len() as u64)).unwrap()))
        .collect()
}

/// The same for each, several at once; what comes of it is in the same order.
fn each<T: Send, R: Send>(all: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let waiting = Mutex::new(all.into_iter().enumerate());
    let next = || waiting.lock().unwrap().next();
    let take = || std::iter::from_fn(next).map(|(place, one)| (place, work(one))).collect();
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..READERS).map(|_| scope.spawn(take)).collect();
        threads.into_iter().flat_map(|thread| -> Vec<_> { thread.join().unwrap() }).collect()
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, came)| came).collect()
}

/// Everybody looks at so many days until today: all read, and then compare.
fn look(scene: &Scene, readers: &mut [Reader], days: i64) -> Fates {
    let today = scene.today();
    let days = (before(today, days), today);
    let told = each(readers.iter().collect(), |reader| reader.ask(scene, days));
    let ids = scene.accounts();
    let accounts = readers.iter_mut().flat_map(|reader| &mut reader.accounts);
    let mut fates = Fates::default();
    for more in each(accounts.zip(told.into_iter().flatten()).collect(), |(account, told)| {
        let id = ids.get(&account.number).expect("/v1 knows what was read");
        account.compare(scene, days, (id, told))
    }) {
        fates += more;
    }
    fates
}

/// Everybody's first account is disturbed.
fn disturb(scene: &Scene, readers: &[Reader], round: u64) -> Acts {
    let accounts = readers.iter().map(|reader| reader.accounts[0].number.as_str());
    let mut acts = Acts::default();
    let seeds = (0..).map(|place| Seeded::new(round << 32 | place));
    for more in
        each(accounts.zip(seeds).collect(), |(number, seeded)| scene.disturb(number, seeded))
    {
        acts += more;
    }
    acts
}

#[allow(clippy::disallowed_methods, reason = "how many there are is told to the test process")]
fn persons() -> usize {
    let told = std::env::var("CARTOLA_AGREEMENT_PERSONS").ok();
    told.map_or(PERSONS, |text| text.parse().expect("CARTOLA_AGREEMENT_PERSONS is a number"))
}

#[test]
fn khipu_and_v1_tell_what_the_banks_hold() {
    let mut scene = Scene::start();
    // After a weekend: what was bought meanwhile is announced, and not booked.
    let today = scene.today();
    let monday = before(today, i64::from(today.weekday().to_monday_zero_offset()) - 7);
    scene.advance_to(monday);
    let mut readers = each(customers(persons()), |customer| Reader::begin(&scene, customer));
    let first = look(&scene, &mut readers, DAYS);
    assert!(first.came > 200 * readers.len() && first.stayed == 0, "{first:?}");

    let acts = disturb(&scene, &readers, 1);
    assert!(acts.amended > readers.len() && acts.deleted > readers.len() / 2, "{acts:?}");
    let fates = look(&scene, &mut readers, AGAIN);
    assert_eq!((fates.came, fates.booked), (acts.added, 0), "{fates:?}");
    assert!(fates.replaced > readers.len(), "{fates:?}");

    disturb(&scene, &readers, 2);
    scene.advance_to(before(monday, -3));
    let fates = look(&scene, &mut readers, DAYS);
    assert!(fates.booked > 0 && fates.stayed > first.came / 2, "{fates:?}");
}

//! Killing the gateway and its banks, each by itself, while links are read: every reading ends once,
//! and no movement is lost or there twice.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use cartola_engine::links::LinkError;
use cartola_engine::readings::{ReadScope, Wanted};
use cartola_engine::work::{Ended, MAX_ATTEMPTS};
use cartola_model::{Failure, LinkSource, Principal};
use cartola_primitives::clock::{Clock as _, SystemClock};
use cartola_primitives::id::{JobId, LinkId};
use cartola_primitives::{Date, SignedDuration, santiago};

use crate::beside::Beside;
use crate::chile::Chile;
use crate::customers::{Customer, configuration, customers};
use crate::installation::{Gateway, Installation, MASTER_KEY};
use crate::khipu::Khipu;
use crate::line::{self, Line};
use crate::seeded::Seeded;

/// Readings, unless the environment says otherwise.
const READINGS: usize = 100;

/// Readings of one link, each of more days than the one before, so that none joins another.
const OF_EACH: usize = 10;

/// Days that one reading goes further back than the one before.
const FURTHER: i64 = 15;

/// Days ago of the last day that is read: by then all is booked, so that the box shows the same at
/// each look.
const LAST_DAY: i64 = 10;

/// How long both live before one of them is killed, at most, in milliseconds for each link: all
/// links are read at once, and a reading is begun ten times at most.
const MAX_LIFE: u64 = 40;

/// The same for a few links.
const MAX_LIFE_OF_FEW: u64 = 1_500;

/// How long what was asked for may take to end, beside the pause that a bank is left in after it
/// was down.
const PATIENCE: Duration = Duration::from_mins(10);

/// What a reading may fail with when its bank is killed.
const OF_A_KILLED_BANK: [Failure; 2] = [Failure::InstitutionDown, Failure::Timeout];

#[allow(clippy::disallowed_methods, reason = "how many to ask for is told to the test process")]
pub fn readings() -> usize {
    let told = std::env::var("CARTOLA_CRASH_READINGS").ok();
    told.map_or(READINGS, |text| text.parse().expect("CARTOLA_CRASH_READINGS is a number"))
}

/// A reading that was asked for, and how it ended.
struct Asked {
    link: LinkId,
    number: usize,
    job: JobId,
    ended: Option<Ended>,
}

impl Asked {
    fn failed(&self) -> bool {
        self.ended.is_some_and(|ended| ended.is_err())
    }
}

/// How long what reads so many links lives before it is killed.
pub fn life(links: usize, seeded: &mut Seeded) -> Duration {
    let most = (MAX_LIFE * links as u64).max(MAX_LIFE_OF_FEW);
    Duration::from_millis(seeded.below(most))
}

/// The gateway and its banks, as they are started again after each kill.
struct Scene {
    installation: Installation,
    port: u16,
    gateway: Gateway,
    chile: Chile,
    beside: Beside,
    who: Principal,
    key: String,
    last: Date,
}

impl Scene {
    /// With a link for each customer, which was read once.
    fn begin(customers: &[Customer]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let installation = Installation::with(&configuration(customers, port));
        let keys = installation.tenant("acme");
        let chile = Chile::start_on(installation.path(), port);
        let gateway = installation.serve();
        let key = keys["api_key"].as_str().unwrap().to_owned();
        let url = format!("http://{}", gateway.client(&key).address);
        let khipu = Khipu::of(&url, &keys);
        for customer in customers {
            khipu.link_of(customer);
        }
        let beside = Beside::open(&installation.data(), MASTER_KEY, &keys["tenant"]);
        let who = Principal::operator(beside.tenant);
        let last = santiago::today(SystemClock.now()) - SignedDuration::from_hours(24 * LAST_DAY);
        Self { installation, port, gateway, chile, beside, who, key, last }
    }

    fn links(&self) -> Vec<LinkId> {
        let engine = &self.beside.engine;
        let page = self.beside.runtime.block_on(engine.links(&self.who, None, 1_000)).unwrap();
        let asked = page.rows.into_iter().filter(|row| row.source == LinkSource::Credentials);
        asked.map(|row| row.id).collect()
    }

    /// The first day of a reading: the one after goes further back.
    fn first(&self, number: usize) -> Date {
        let back = FURTHER * i64::try_from(number + 1).unwrap();
        self.last - SignedDuration::from_hours(24 * back)
    }

    fn ask(&self, link: LinkId, number: usize) -> Asked {
        let scope = ReadScope::movements(self.first(number), self.last);
        Asked { link, number, job: self.request(link, scope).unwrap(), ended: None }
    }

    fn request(&self, link: LinkId, scope: ReadScope) -> Result<JobId, LinkError> {
        let wanted = Wanted::at_once(scope);
        let requested = self.beside.engine.request_reading(&self.who, link, wanted);
        Ok(self.beside.runtime.block_on(requested)?.job())
    }

    fn ended(&self, job: JobId) -> Option<Ended> {
        let ended = self.beside.engine.job_ended(self.beside.tenant, job);
        self.beside.runtime.block_on(ended).unwrap()
    }

    /// Takes note of what has ended, and insists that it stays so. Gives how many are still open.
    fn follow(&self, asked: &mut [Asked]) -> usize {
        for one in asked.iter_mut() {
            let ended = self.ended(one.job);
            assert!(one.ended.is_none() || one.ended == ended, "{} ended twice", one.job);
            one.ended = ended;
        }
        asked.iter().filter(|one| one.ended.is_none()).count()
    }

    /// Waits until all have ended.
    #[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
    fn wait(&self, asked: &mut [Asked]) {
        let begun = Instant::now();
        while self.follow(asked) > 0 {
            assert!(begun.elapsed() < PATIENCE, "{} are still open", self.follow(asked));
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Kills the gateway or its banks, and starts what was killed.
    fn kill_one(self, seeded: &mut Seeded) -> Self {
        if seeded.below(3) == 0 {
            self.chile.kill();
            let chile = Chile::start_on(self.installation.path(), self.port);
            return Self { chile, ..self };
        }
        self.gateway.process.kill();
        let gateway = self.installation.serve();
        Self { gateway, ..self }
    }
}

/// Kills one or the other until all have ended; gives how often.
fn under_fire(mut scene: Scene, asked: &mut [Asked], seeded: &mut Seeded) -> (Scene, usize) {
    let (mut kills, links) = (0, asked.len() / OF_EACH);
    while scene.follow(asked) > 0 {
        // The random moment is the test.
        std::thread::sleep(life(links, seeded));
        scene = scene.kill_one(seeded);
        kills += 1;
    }
    (scene, kills)
}

/// Asks again for what a killed bank has kept from being read, until nothing is missing.
#[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
fn ask_again(scene: &Scene, asked: &[Asked]) -> usize {
    let begun = Instant::now();
    let failed = |one: &&Asked| one.failed();
    let mut missing: Vec<(LinkId, usize)> =
        asked.iter().filter(failed).map(|one| (one.link, one.number)).collect();
    let mut count = 0;
    while !missing.is_empty() {
        assert!(begun.elapsed() < PATIENCE, "{} were never read", missing.len());
        let mut again: Vec<_> =
            missing.iter().map(|(link, number)| scene.ask(*link, *number)).collect();
        count += again.len();
        scene.wait(&mut again);
        for one in &again {
            is_explained(scene, one);
        }
        missing = again.iter().filter(failed).map(|one| (one.link, one.number)).collect();
        std::thread::sleep(Duration::from_millis(500));
    }
    count
}

/// Insists that what failed did so because something was killed.
fn is_explained(scene: &Scene, asked: &Asked) {
    let Some(Err(failure)) = asked.ended else { return };
    if failure == Failure::Internal {
        let Beside { runtime, store, tenant, .. } = &scene.beside;
        let row = runtime.block_on(store.job(*tenant, asked.job)).unwrap().unwrap();
        assert!(row.attempts > MAX_ATTEMPTS, "{} failed by itself", asked.job);
        return;
    }
    assert!(OF_A_KILLED_BANK.contains(&failure), "{} ended by {failure:?}", asked.job);
}

/// Compares all accounts with what the box holds; gives how many movements there are.
fn compare(scene: &Scene, customers: &[Customer]) -> usize {
    let client = scene.gateway.client(&scene.key);
    let (from, to) = (scene.first(OF_EACH - 1), scene.last);
    let mut count = 0;
    let accounts = client.list("/v1/accounts?limit=200");
    assert_eq!(accounts.len(), customers.iter().map(|one| one.accounts.len()).sum::<usize>());
    for account in accounts {
        let (id, number) = (account["id"].as_str().unwrap(), account["number"].as_str().unwrap());
        let served = client.list(&format!("/v1/movements?limit=500&account_id={id}"));
        let served: Vec<Line> = served.iter().map(Line::of_v1).collect();
        let path = format!("/_sandbox/accounts/{number}/movements?from={from}&to={to}");
        let held = scene.chile.client.json(&path);
        let held: Vec<Line> = held.as_array().unwrap().iter().map(Line::of_box).collect();
        line::agree(("/v1", &served), ("the box", &held), number);
        count += served.len();
    }
    count
}

#[test]
fn readings_survive_kills_of_the_gateway_and_of_its_banks() {
    let customers = customers(readings() / OF_EACH);
    let scene = Scene::begin(&customers);
    let links = scene.links();
    assert_eq!(links.len(), customers.len());
    // An attempt of which a crash hides the end counts as refused, where nothing proves that the
    // credentials are good. Three of them are a lock, which is another test.
    let proof = |link: &LinkId| {
        let job = scene.request(*link, ReadScope::ACCOUNTS).unwrap();
        Asked { link: *link, number: 0, job, ended: None }
    };
    let mut proven: Vec<Asked> = links.iter().map(proof).collect();
    scene.wait(&mut proven);
    assert!(proven.iter().all(|one| one.ended == Some(Ok(()))));

    let ask = |number| links.iter().map(move |link| (*link, number));
    let mut asked: Vec<Asked> =
        (0..OF_EACH).flat_map(ask).map(|(link, number)| scene.ask(link, number)).collect();
    let (scene, kills) = under_fire(scene, &mut asked, &mut Seeded::new(1_000));
    for one in &asked {
        is_explained(&scene, one);
    }
    let failed = asked.iter().filter(|one| one.failed()).count();
    let again = ask_again(&scene, &asked);
    assert_eq!(scene.follow(&mut asked), 0);
    let movements = compare(&scene, &customers);
    scene.installation.run(&["audit", "verify"]).done();
    scene.installation.run(&["doctor", "--seals"]).done();
    let count = asked.len();
    eprintln!(
        "{count} readings, {kills} kills, {failed} failed, {again} again, {movements} movements"
    );
}

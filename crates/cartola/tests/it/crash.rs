//! Killing the gateway under load: what was acknowledged is there, once, and the store is sound.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cartola_primitives::{Date, SignedDuration, date};
use serde_json::Value;

use crate::http::Client;
use crate::installation::{Demo, Installation};
use crate::seeded::Seeded;
use crate::statement;

/// Rounds, unless the environment says otherwise.
const ROUNDS: u64 = 20;

/// Threads that upload.
const WRITERS: u64 = 3;

/// Lines of a statement, at most.
const MAX_LINES: u64 = 40;

/// The first day of the first statement of an account.
const FIRST_DAY: Date = date(2016, 1, 1);

/// Days of a statement. Each has days of its own, since one that is silent about what another has
/// told of the same days takes it back.
const DAYS_OF_EACH: i64 = 5;

/// How long a gateway lives under load, at most, in milliseconds.
const MAX_LIFE: u64 = 500;

#[allow(clippy::disallowed_methods, reason = "how many rounds to run is told to the test process")]
fn rounds() -> u64 {
    let told = std::env::var("CARTOLA_CRASH_ROUNDS").ok();
    told.map_or(ROUNDS, |text| text.parse().expect("CARTOLA_CRASH_ROUNDS is a number"))
}

/// One upload: a statement whose every glosa is its own.
struct Upload {
    key: String,
    csv: String,
    mapping: String,
    glosas: Vec<String>,
    /// The answer, where there was one.
    answer: Option<Value>,
}

impl Upload {
    fn random(seeded: &mut Seeded, account: &str, number: usize) -> Self {
        let count = seeded.below(MAX_LINES) + 1;
        let glosas: Vec<String> =
            (0..count).map(|line| format!("{account}-{number}-{line}")).collect();
        let number_of_days = DAYS_OF_EACH * i64::try_from(number).unwrap();
        let first = FIRST_DAY + SignedDuration::from_hours(24 * number_of_days);
        let lines_of_all = i64::try_from(count).unwrap();
        let lines = (0i64..).zip(&glosas).map(|(line, glosa)| {
            let day = first + SignedDuration::from_hours(24 * line * DAYS_OF_EACH / lines_of_all);
            let amount = i64::try_from(seeded.below(90_000)).unwrap() - 40_000;
            // A line that moves nothing is no movement.
            (day, glosa.as_str(), if amount == 0 { 1 } else { amount })
        });
        let csv = statement::dated_csv(0, lines);
        let mapping = statement::mapping(account);
        Self { key: format!("{account}/{number}"), csv, mapping, glosas, answer: None }
    }

    /// Sends it; nothing is known where the gateway dies meanwhile.
    fn send(&mut self, client: &Client) -> bool {
        let Ok(answer) = client.import(&self.csv, &self.mapping, &self.key) else { return false };
        assert_eq!(answer.status, 201, "{}", answer.text());
        let answer = answer.json();
        if let Some(before) = &self.answer {
            assert_eq!(&answer, before, "the same request has the same answer");
        }
        self.answer = Some(answer);
        true
    }
}

/// Uploads to an account until the gateway is gone.
fn write(client: &Client, mut seeded: Seeded, account: &str) -> Vec<Upload> {
    let mut uploads = Vec::new();
    loop {
        let mut upload = Upload::random(&mut seeded, account, uploads.len());
        let answered = upload.send(client);
        uploads.push(upload);
        if !answered {
            return uploads;
        }
    }
}

/// Reads pages until told to stop. What is read may be anything but an error.
fn read(client: &Client, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        let Ok(answer) = client.send("GET", "/v1/movements?limit=50", &[], b"") else { return };
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

/// Puts the gateway under load and kills it.
fn crash(installation: &Installation, key: &str, round: u64) -> Vec<Vec<Upload>> {
    let mut seeded = Seeded::new(round);
    let gateway = installation.serve();
    let client = gateway.client(key);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (client, stop) = (&client, &stop);
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let account = format!("{}", 1_000_000 + round * WRITERS + writer);
                let seeded = Seeded::new(round << 8 | writer);
                scope.spawn(move || write(client, seeded, &account))
            })
            .collect();
        scope.spawn(move || read(client, stop));
        // The random moment is the test.
        std::thread::sleep(Duration::from_millis(seeded.below(MAX_LIFE)));
        gateway.process.kill();
        stop.store(true, Ordering::Relaxed);
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    })
}

/// Sends again what had no answer, and one that had; then compares what is there.
fn check(installation: &Installation, key: &str, written: Vec<Vec<Upload>>) -> usize {
    let gateway = installation.serve();
    let client = gateway.client(key);
    let mut movements = 0;
    for mut uploads in written {
        let again = uploads.len().saturating_sub(2);
        for upload in &mut uploads[again..] {
            assert!(upload.send(&client), "the gateway is there");
        }
        let expected: BTreeSet<&str> =
            uploads.iter().flat_map(|upload| upload.glosas.iter().map(String::as_str)).collect();
        let account = uploads[0].answer.as_ref().unwrap()["imports"][0]["account_id"].clone();
        let path = format!("/v1/movements?limit=500&account_id={}", account.as_str().unwrap());
        let mut found: BTreeMap<String, u32> = BTreeMap::new();
        for movement in client.list(&path) {
            *found.entry(movement["description"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        assert!(found.values().all(|times| *times == 1), "a movement is there twice");
        assert_eq!(found.keys().map(String::as_str).collect::<BTreeSet<_>>(), expected);
        movements += expected.len();
    }
    installation.run(&["audit", "verify"]).done();
    installation.run(&["doctor", "--seals"]).done();
    gateway.process.kill();
    movements
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let installation =
        Installation::with("[limits]\nrequests_per_second = 100000\nrequests_at_once = 100000\n");
    let keys = installation.tenant("acme");
    let key = keys["api_key"].as_str().unwrap();
    let mut movements = 0;
    for round in 0..rounds() {
        let written = crash(&installation, key, round);
        movements += check(&installation, key, written);
    }
    let export = installation.run(&["export", "transactions", "--format", "csv"]).done().stdout;
    assert_eq!(export.lines().count(), 1 + movements);
}

/// Milliseconds that setting up a demo takes, roughly.
const SET_UP: u64 = 400;

/// Moments at which a demo is killed while it sets up its folder.
const MOMENTS: u64 = 12;

#[test]
fn a_demo_killed_while_it_sets_up_recovers() {
    let mut seeded = Seeded::new(7);
    for moment in 0..MOMENTS {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["demo", "--json", "--port", "0", "--data", "demo"];
        let mut child = crate::process::command(folder.path(), &arguments)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let life = moment * SET_UP / MOMENTS + seeded.below(SET_UP / MOMENTS);
        std::thread::sleep(Duration::from_millis(life));
        child.kill().unwrap();
        child.wait().unwrap();
        let demo = Demo::start(folder.path());
        assert_eq!(demo.client().list("/v1/movements?limit=200").len(), 63);
        let keys = demo.announced["api_key"].clone();
        demo.process.kill();
        let again = Demo::start(folder.path());
        assert_eq!(again.announced["api_key"], keys);
        crate::process::run(folder.path(), &["doctor", "--seals", "--data", "demo"]).done();
    }
}

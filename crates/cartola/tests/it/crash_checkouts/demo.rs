//! On a demo that is killed, banks and all.

use std::time::Instant;

use serde_json::json;
use tempfile::TempDir;

use super::payers::{End, Way};
use super::{
    LOOK_EVERY, PATIENCE, Place, Scene, Wanted, ends_hold, is_true, money_moved_as_told, pages,
    table, under_fire, wanted,
};
use crate::beside::Beside;
use crate::book::Book;
use crate::http::Client;
use crate::installation::Demo;
use crate::seeded::Seeded;
use crate::shop;

struct Scenery {
    folder: TempDir,
    demo: Demo,
}

impl Scenery {
    fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        Self { folder, demo }
    }
}

impl Scene for Scenery {
    const MAX_LIFE: u64 = 800;

    fn place(&self) -> Place {
        let chile = Client::new(self.demo.announced["sandbox"].as_str().unwrap(), "");
        Place { gateway: self.demo.client(), chile }
    }

    fn killed(self, _: &mut Seeded) -> Self {
        self.demo.process.kill();
        Self { demo: Demo::start(self.folder.path()), ..self }
    }
}

/// Lets the time of the pages that nobody pays run out.
fn expire(place: &Place, wanted: &mut [Wanted]) {
    let body = json!({"advance": "PT31M"}).to_string();
    let headers = [("Content-Type", "application/json")];
    let moved = place.chile.send("POST", "/_sandbox/clock", &headers, body.as_bytes()).unwrap();
    assert_eq!(moved.status, 200, "{}", moved.text());
    for one in wanted.iter_mut().filter(|one| one.way == Way::Looks) {
        one.end = one.end_shown(place);
        assert_eq!(one.end, Some(End::Expired), "{}", one.case);
    }
}

/// Waits until something was posted for each.
#[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
fn until_told(book: &Book, wanted: &[Wanted]) {
    let begun = Instant::now();
    while let Some(one) = wanted.iter().find(|one| !book.has(&one.case)) {
        assert!(begun.elapsed() < PATIENCE, "nobody was told of {}", one.case);
        std::thread::sleep(LOOK_EVERY);
    }
}

#[test]
fn pages_survive_kills_of_a_demo() {
    let book = Book::open("caseId");
    let mut wanted = wanted(pages(), &book.url);
    let (scene, kills) = under_fire(Scenery::begin(), &mut wanted);
    let place = scene.place();
    let merchant = shop::merchant().account;
    let payments = money_moved_as_told(&place, &merchant, &wanted);
    expire(&place, &mut wanted);
    ends_hold(&place, &wanted);
    until_told(&book, &wanted);
    eprintln!("{} pages, {payments} payments, {kills} kills\n{}", wanted.len(), table(&wanted));
    for one in &wanted {
        is_true(&book.only(&one.case).expect("somebody was told"), one);
    }
    let data = scene.folder.path().join("demo");
    let key = std::fs::read_to_string(data.join("keys/master.key")).unwrap();
    let beside = Beside::open(&data, &key, &scene.demo.announced["tenant"]);
    crate::crash_payments::nothing_is_kept(&beside, payments);
}

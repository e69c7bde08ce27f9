//! Following changes.

use std::collections::BTreeMap;

use cartola_http::Cursor;
use cartola_http::cursor::List;
use serde_json::Value;

use crate::files::told;
use crate::statement::march;
use crate::world::{World, text};

/// A client that keeps a copy of the movements by following the feed.
#[derive(Default)]
struct Copy {
    movements: BTreeMap<String, Value>,
    cursor: String,
}

impl Copy {
    async fn follow(&mut self, world: &World, limit: usize) {
        loop {
            let path = format!("/v1/movements/sync?limit={limit}{}", self.cursor);
            let page = world.read(&path).await;
            let named = |list: &str| page[list].as_array().unwrap().clone();
            for row in named("added").into_iter().chain(named("modified")) {
                self.movements.insert(text(&row, "/id").to_owned(), row);
            }
            for gone in named("removed") {
                self.movements.remove(text(&gone, "/id"));
            }
            self.cursor = format!("&cursor={}", text(&page, "/next_cursor"));
            if page["has_more"] == false {
                break;
            }
        }
    }

    fn told(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.movements.values().map(told).collect();
        lines.sort();
        lines
    }
}

async fn served(world: &World) -> Vec<String> {
    let mut lines = world.told().await;
    lines.sort();
    lines
}

#[tokio::test]
async fn a_copy_that_follows_is_the_list_whatever_the_size_of_its_pages() {
    for limit in [1, 2, 500] {
        let world = World::new().await;
        let mut copy = Copy::default();
        copy.follow(&world, limit).await;
        assert!(copy.told().is_empty());
        world.import(&["2;SUELDO;1000;1000", "5;JUMBO;-10;990", "6;JUMBO;-10;980"]).await;
        copy.follow(&world, limit).await;
        assert_eq!(copy.told(), served(&world).await);
        assert_eq!(copy.told().len(), 3);
        world.import(&["6;JUMBO LAS CONDES;-10;980", "9;GIRO;-100;880"]).await;
        copy.follow(&world, limit).await;
        assert_eq!(copy.told(), served(&world).await);
        assert_eq!(copy.told().len(), 4);
    }
}

#[tokio::test]
async fn a_movement_is_told_once_a_page_as_what_it_came_to() {
    let world = World::new().await;
    world.import(&["5;COMPRA;-10;990"]).await;
    let first = world.import(&["5;COMPRA EN JUMBO;-10;990"]).await;
    let page = world.read("/v1/movements/sync").await;
    assert_eq!(page["added"].as_array().unwrap().len(), 1, "added and modified is added");
    assert_eq!(page["modified"].as_array().unwrap().len(), 0);
    assert_eq!(page["has_more"], false);
    assert_eq!(first["duplicates"], 1);
    let cursor = text(&page, "/next_cursor");
    let after = world.read(&format!("/v1/movements/sync?cursor={cursor}")).await;
    assert_eq!(after["added"].as_array().unwrap().len(), 0);
    assert_eq!(text(&after, "/next_cursor"), cursor, "nothing happened");
}

#[tokio::test]
async fn a_cursor_beyond_the_last_change_is_refused_with_the_advice_to_begin_again() {
    let world = World::new().await;
    world.import(&["5;COMPRA;-10;990"]).await;
    let list = List { name: "movements.sync", tenant: world.keys.tenant.id, filters: b"" };
    let ask = async |position: u64| {
        let cursor = Cursor::new(list, &position.to_be_bytes());
        world.get(&format!("/v1/movements/sync?cursor={}", cursor.as_str())).await
    };
    assert_eq!(ask(0).await.json()["added"].as_array().unwrap().len(), 1);
    assert_eq!(ask(1).await.json()["added"].as_array().unwrap().len(), 0);
    // A store that was longer before its backup was restored gave these.
    for position in [2, 3, u64::MAX] {
        let answer = ask(position).await;
        assert_eq!(answer.refusal(), "400 cursor_invalid", "{position}");
        assert!(text(&answer.json(), "/detail").contains("start again without `cursor`"));
    }
    let empty = World::new().await;
    assert_eq!(empty.get("/v1/movements/sync").await.status, 200);
}

#[tokio::test]
async fn a_client_that_begins_after_a_revocation_sees_nothing_of_what_it_took() {
    let world = World::new().await;
    let report = world.import(&["5;COMPRA;-10;990"]).await;
    let consent = text(&report, "/consent_id");
    assert_eq!(world.post(&format!("/v1/consents/{consent}/revoke"), "{}").await.status, 200);
    let page = world.read("/v1/movements/sync").await;
    assert_eq!(page["added"].as_array().unwrap().len(), 0);
    for gone in page["removed"].as_array().unwrap() {
        assert_eq!(text(gone, "/account_id"), text(&report, "/account_id"));
    }
}

#[tokio::test]
async fn the_feed_is_silent_on_the_end_of_a_consent_and_tells_what_an_import_brings_back() {
    let world = World::new().await;
    let mut copy = Copy::default();
    let rows = ["5;COMPRA;-10;990"];
    let report = world.import(&rows).await;
    copy.follow(&world, 500).await;
    let consent = text(&report, "/consent_id");
    assert_eq!(world.post(&format!("/v1/consents/{consent}/revoke"), "{}").await.status, 200);
    let page = world.read(&format!("/v1/movements/sync?{}", copy.cursor)).await;
    for list in ["added", "modified", "removed"] {
        assert!(page[list].as_array().unwrap().is_empty(), "{list}");
    }
    assert!(served(&world).await.is_empty());
    // Who follows the advice has dropped the account's movements.
    copy.movements.clear();
    world.import(&rows).await;
    copy.follow(&world, 500).await;
    assert_eq!(copy.told(), served(&world).await);
    assert_eq!(copy.told().len(), 1);
}

#[tokio::test]
async fn what_comes_is_booked_goes_and_comes_back() {
    let rows = ["2026-03-05;booked;COMPRA;-30;970", "2026-03-09;booked;GIRO;-70;900"];
    let pending = ["2026-03-05;pending;COMPRA;-30;970", rows[1]];
    let world = World::new().await;
    let mut copy = Copy::default();
    let steps = [
        (march(1, &pending), [2, 0, 0]),
        (march(2, &rows), [0, 1, 0]),
        (march(3, &rows[1..]), [0, 0, 1]),
        (march(4, &rows), [1, 0, 0]),
    ];
    for (file, expected) in steps {
        assert_eq!(world.upload(file).await.status, 201);
        let page = world.read(&format!("/v1/movements/sync?{}", copy.cursor)).await;
        let counts =
            ["added", "modified", "removed"].map(|list| page[list].as_array().unwrap().len());
        assert_eq!(counts, expected);
        copy.follow(&world, 500).await;
        assert_eq!(copy.told(), served(&world).await);
    }
    // One page over all of it: the movement that came back is what it is now.
    let page = world.read("/v1/movements/sync").await;
    let counts = ["added", "modified", "removed"].map(|list| page[list].as_array().unwrap().len());
    assert_eq!(counts, [2, 0, 0]);
}

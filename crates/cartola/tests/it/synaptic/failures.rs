//! How what goes wrong is told at the end of a task: of every person of the box, and of institutions
//! that are made to go wrong.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::Scene;

/// What came of a task, one line.
fn told(scene: &Scene, task: &str) -> String {
    let ended = scene.synaptic.ended(task);
    let (code, status) = (&ended["taskStatusCode"], &ended["taskStatus"]);
    let results = if ended["results"].is_array() { "with results" } else { "without results" };
    let message = ended["message"].as_str().unwrap_or("-");
    format!("{code} {} {results}: {message}", status.as_str().unwrap())
}

/// The user name and password of somebody of the box; of who has a PIN alone, that.
fn login(scene: &Scene, who: &str, entity: &str) -> Value {
    let (_, place) = scene.chile.person(who, entity);
    let secret = if place["password"].is_null() { &place["mi_pin"] } else { &place["password"] };
    json!({"username": place["username"], "password": secret})
}

#[test]
fn each_person_of_the_box_has_their_code() {
    let scene = Scene::new();
    let persons = scene.chile.client.json("/_sandbox/persons");
    let begun = persons.as_array().unwrap().iter().map(|person| {
        let who = person["scenario"].as_str().unwrap();
        let entity = scene.chile.places(who).remove(0);
        let args = login(&scene, who, &entity);
        (who, scene.synaptic.task(&format!("{entity}:movements"), &args))
    });
    let begun: Vec<_> = begun.collect();
    let lines: String =
        begun.iter().map(|(who, task)| format!("{who}: {}\n", told(&scene, task))).collect();
    expect![[r#"
        ok: 200 success with results: -
        wrong-password: 401 error without results: the entity refused the credentials
        locked: 423 error without results: the user is locked; POST /api/v1/users/status/by-entity says until when
        pin-only: 401 error without results: the entity refused the credentials
        approval-denied: 200 success with results: -
        approval-silent: 200 success with results: -
        insufficient-funds: 200 success with results: -
        over-limit: 200 success with results: -
        bank-down: 503 error without results: the entity cannot be reached
        bank-slow: 200 success with results: -
        bank-nonsense: 502 error without results: the entity gave an answer that is none
        no-movements: 200 success with results: -
        many-movements: 200 success with results: -
        joint-usd: 200 success with results: -
        company: 200 success with results: -
        demo: 200 success with results: -
    "#]].assert_eq(&lines);
}

/// Pulls a lever of an institution, asks it something and looks what comes of that.
fn check(lever: Value, action: &str, expected: Expect) {
    let scene = Scene::new();
    let (entity, _) = action.split_once(':').unwrap();
    let path = format!("/_sandbox/institutions/{entity}/fault");
    assert_eq!(scene.chile.lever("POST", &path, &lever).status, 204, "{lever}");
    let task = scene.synaptic.task(action, &login(&scene, "ok", entity));
    expected.assert_eq(&told(&scene, &task));
}

/// As long as it is asked.
const ALWAYS: u32 = 1_000;

#[test]
fn an_entity_that_hangs() {
    check(
        json!({"kind": "hang", "calls": ALWAYS}),
        "banco-bci:identity",
        expect!["504 error without results: the entity did not answer in time"],
    );
}

#[test]
fn an_entity_that_is_asked_too_often() {
    let lever = json!({"kind": "rate_limited", "retry_after": 600, "calls": ALWAYS});
    check(
        lever,
        "banco-bci:identity",
        expect!["429 error without results: the entity takes no more calls for now"],
    );
}

#[test]
fn an_entity_that_fails() {
    let lever = json!({"kind": "error", "status": 500, "calls": ALWAYS});
    check(lever, "cmf:debts", expect!["503 error without results: the entity cannot be reached"]);
}

#[test]
fn an_entity_that_hangs_up() {
    check(
        json!({"kind": "cut", "calls": ALWAYS}),
        "sii:tax-status",
        expect!["503 error without results: the entity cannot be reached"],
    );
}

#[test]
fn an_entity_that_says_what_nobody_can_read() {
    check(
        json!({"kind": "malformed", "calls": ALWAYS}),
        "afc:contributions",
        expect!["502 error without results: the entity gave an answer that is none"],
    );
}

#[test]
fn an_entity_that_is_late_is_right() {
    check(
        json!({"kind": "latency", "milliseconds": 300}),
        "banco-bci:identity",
        expect!["200 success with results: -"],
    );
}

#[test]
fn whoever_never_worked_has_nothing_at_the_afc() {
    let scene = Scene::new();
    let args = login(&scene, "no-movements", "afc");
    let task = scene.synaptic.task("afc:personal-info", &args);
    expect!["404 error without results: the person has no such product there"]
        .assert_eq(&told(&scene, &task));
}

//! People of the box to whom something is wrong, and companies.

use expect_test::expect;
use serde_json::{Value, json};

use super::posted::body;
use super::{Scene, printed, with};
use crate::receiver::Receiver;

/// Whether there is a result, whether they were let in, and what went wrong.
fn said(told: &Value) -> String {
    let error = told["error"].as_str().unwrap_or("-");
    format!("{} {} {error}", told["isValid"], told["isLoginSuccess"])
}

fn kyc(scene: &Scene, scenario: &str) -> String {
    let login = scene.login(scenario, "banco-chile");
    // Whoever has a PIN alone has no password.
    let more = if login["password"].is_null() { json!({"password": "12345"}) } else { json!({}) };
    said(&scene.floid.ask("api/identity/bankid_kyc", &with(&login, &more)))
}

#[test]
fn each_person_of_the_box_is_told_as_what_it_is() {
    let scene = Scene::new();
    let scenarios = [
        "ok",
        "wrong-password",
        "locked",
        "pin-only",
        "bank-down",
        "bank-nonsense",
        "no-movements",
        "joint-usd",
    ];
    let line = |scenario: &str| format!("{scenario}: {}\n", kyc(&scene, scenario));
    let all: String = std::thread::scope(|scope| {
        // The slow one takes its time beside the others.
        let slow = scope.spawn(|| line("bank-slow"));
        let others: String = scenarios.into_iter().map(line).collect();
        others + &slow.join().unwrap()
    });
    expect![[r#"
        ok: true true -
        wrong-password: false false the institution refused the RUT or the password
        locked: false false the user is locked for up to 24 hours: too many passwords were wrong or unanswered
        pin-only: false false the institution refused the RUT or the password
        bank-down: false false the institution cannot be reached; try again later
        bank-nonsense: false false the institution gave an answer that is none
        no-movements: true true -
        joint-usd: true true -
        bank-slow: true true -
    "#]]
    .assert_eq(&all);
}

#[test]
fn whoever_waits_for_a_callback_is_told_too() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    let scenarios = [
        "wrong-password",
        "locked",
        "bank-down",
        "bank-nonsense",
        "no-movements",
        "many-movements",
    ];
    let lines = scenarios.map(|scenario| {
        let body = body(&scene, (scenario, "banco-chile", "banco chile"), &receiver, scenario);
        let body = with(&body, &json!({"duration": 24}));
        let accepted = scene.floid.ask("api/transaction_history", &body);
        assert_eq!(accepted["isAccepted"], true, "{scenario}: {accepted}");
        let posted = scene.genuine(receiver.call());
        let rows = posted["transactions"].as_array().map(Vec::len);
        let (valid, error) = (&posted["isValid"], posted["error"].as_str().unwrap_or("-"));
        assert_eq!(posted["caseId"], scenario);
        format!("{scenario}: {valid} {rows:?} {error}\n")
    });
    expect![[r#"
        wrong-password: false None the institution refused the RUT or the password
        locked: false None the user is locked for up to 24 hours: too many passwords were wrong or unanswered
        bank-down: false None the institution cannot be reached; try again later
        bank-nonsense: false None the institution gave an answer that is none
        no-movements: true Some(0) -
        many-movements: false None there is more than one result can hold; ask for fewer months
    "#]]
    .assert_eq(&lines.concat());
}

#[test]
fn three_wrong_passwords_lock_and_nobody_is_asked_any_more() {
    let scene = Scene::new();
    let (rut, _) = scene.chile.person("ok", "banco-chile");
    let ask = |password: &str| {
        let body = json!({"rut": rut, "password": password});
        let told = scene.floid.ask("api/identity/bankid_kyc", &body);
        told["error"].as_str().unwrap_or("-").to_owned()
    };
    let refused = "the institution refused the RUT or the password";
    let locked =
        "the user is locked for up to 24 hours: too many passwords were wrong or unanswered";
    // By the third the bank itself has locked them out.
    assert_eq!(["wrong1", "wrong2", "wrong3"].map(ask), [refused, refused, locked]);
    let right = scene.login("ok", "banco-chile");
    assert_eq!(ask(right["password"].as_str().unwrap()), locked);
    let receiver = Receiver::start();
    let body = body(&scene, ("ok", "banco-chile", "banco chile"), &receiver, "locked");
    let told = scene.floid.ask("api/income_check", &body);
    assert_eq!((&told["isAccepted"], &told["error"]), (&json!(false), &json!(locked)));
}

#[test]
fn a_company_is_asked_for_at_its_banks_portal() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    let who = ("company", "banco-chile-empresas", "banco chile");
    let body = with(&body(&scene, who, &receiver, "company"), &json!({"duration": 3}));
    let kyc = scene.floid.ask("api/identity/bankid_kyc", &body);
    printed::check(&kyc, &printed::kyc());
    assert_eq!(kyc["lastName"], "", "the name of a company is not parted: {kyc}");
    let assets = scene.floid.ask("api/asset_report", &body);
    printed::check(&assets, &printed::asset_report());
    scene.floid.ask("api/transaction_history", &body);
    let told = scene.genuine(receiver.call());
    printed::check(&told, &printed::transaction_history());
    assert!(!told["transactions"].as_array().unwrap().is_empty());
}

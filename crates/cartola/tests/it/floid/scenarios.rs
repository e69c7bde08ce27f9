//! People of the box to whom something is wrong, and companies.

use expect_test::expect;
use serde_json::{Value, json};

use super::posted::body;
use super::{Scene, printed, with};
use crate::receiver::Receiver;

fn told(scene: &Scene, scenario: &str) -> String {
    let login = scene.login(scenario, "banco-chile");
    let login = if login["password"].is_null() {
        with(&login, &json!({"password": "12345"}))
    } else {
        login
    };
    let kyc = scene.floid.ask("api/identity/bankid_kyc", &login);
    let say = |told: &Value| {
        let members = [&told["isValid"], &told["isLoginSuccess"]];
        let error = told["error"].as_str().unwrap_or("-");
        format!("{} {} {error}", members[0], members[1])
    };
    let assets = with(&login, &json!({"bankName": "banco chile"}));
    let assets = scene.floid.ask("api/asset_report", &assets);
    format!("{scenario}: {} | {}\n", say(&kyc), say(&assets))
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
    let all: String = std::thread::scope(|scope| {
        let slow = scope.spawn(|| told(&scene, "bank-slow"));
        let others: String = scenarios.into_iter().map(|scenario| told(&scene, scenario)).collect();
        others + &slow.join().unwrap()
    });
    expect![[""]].assert_eq(&all);
}

#[test]
fn whoever_waits_for_a_callback_is_told_too() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    let mut all = String::new();
    for scenario in
        ["wrong-password", "locked", "bank-down", "bank-nonsense", "no-movements", "many-movements"]
    {
        let body = body(&scene, (scenario, "banco-chile", "banco chile"), &receiver, scenario);
        let body = with(&body, &json!({"duration": 24}));
        let accepted = scene.floid.ask("api/transaction_history", &body);
        assert_eq!(accepted["isAccepted"], true, "{scenario}: {accepted}");
        let posted = scene.genuine(receiver.call());
        let rows = posted["transactions"].as_array().map(Vec::len);
        let (valid, error) = (&posted["isValid"], posted["error"].as_str().unwrap_or("-"));
        assert_eq!(posted["caseId"], scenario);
        all += &format!("{scenario}: {valid} {rows:?} {error}\n");
    }
    expect![[""]].assert_eq(&all);
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
    for wrong in ["wrong1", "wrong2", "wrong3"] {
        assert_eq!(ask(wrong), refused);
    }
    let right = scene.login("ok", "banco-chile");
    let locked = "the user is locked: too many wrong passwords; try again in 24 hours";
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

//! Who somebody is, what they have and owe: what is answered at once.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::{BANKS, Scene, printed, with};
use crate::synaptic::Synaptic;

/// What the box calls the person `ok`.
fn name_of_ok(scene: &Scene) -> String {
    let persons = scene.chile.client.json("/_sandbox/persons");
    let mut persons = persons.as_array().unwrap().iter();
    let ok = persons.find(|person| person["scenario"] == "ok").unwrap();
    ok["name"].as_str().unwrap().to_owned()
}

fn told_name(told: &Value) -> String {
    let text = |name: &str| told[name].as_str().unwrap();
    format!("{} {}", text("firstName"), text("lastName"))
}

#[test]
fn a_bank_says_who_its_customer_is() {
    let scene = Scene::new();
    let name = name_of_ok(&scene);
    let unnamed = scene.floid.ask("api/identity/bankid_kyc", &scene.login("ok", "banco-chile"));
    printed::check(&unnamed, &printed::kyc());
    assert_eq!(told_name(&unnamed), name);
    assert_eq!(unnamed["isLoginSuccess"], true);
    assert_ne!(unnamed["address"]["city"], "");
    for (bank, institution) in BANKS {
        let body = with(&scene.login("ok", institution), &json!({"bankName": bank}));
        let told = scene.floid.ask("api/identity/bankid_kyc", &body);
        printed::check(&told, &printed::kyc());
        assert_eq!(told_name(&told), name, "{bank}");
    }
}

#[test]
fn clave_unica_says_who_somebody_is() {
    let scene = Scene::new();
    let login = scene.login("ok", "clave-unica");
    let told = scene.floid.ask("api/identity/claveunica_kyc", &login);
    printed::check(&told, &printed::kyc());
    assert_eq!(told_name(&told), name_of_ok(&scene));
}

#[test]
fn a_wrong_password_is_no_error_of_the_callers() {
    let scene = Scene::new();
    let (rut, _) = scene.chile.person("ok", "banco-chile");
    let body = json!({"rut": rut, "password": "wrong1", "bankName": "bci"});
    for path in ["api/identity/bankid_kyc", "api/identity/claveunica_kyc", "api/asset_report"] {
        let told = scene.floid.ask(path, &body);
        assert_eq!((&told["isValid"], &told["isLoginSuccess"]), (&json!(false), &json!(false)));
        assert!(told["error"].as_str().unwrap().contains("password"), "{path}: {told}");
    }
    let told = scene.floid.ask("api/full_debt", &body);
    let members = [&told["isValid"], &told["isInvalidCredentials"]];
    assert_eq!(members, [&json!(false), &json!(true)], "{told}");
}

#[test]
fn a_lookup_tells_what_a_consent_allows_and_asks_nobody() {
    let scene = Scene::new();
    let login = scene.login("ok", "banco-chile");
    let rut = json!({"rut": login["rut"]});
    let look = || scene.floid.ask("api/identity/name_address_lookup", &rut);
    let unknown = json!({"isValid": false, "error": "nothing is known of this RUT"});
    assert_eq!(look(), unknown);
    // What a single call allowed has ended with it.
    scene.floid.ask("api/identity/bankid_kyc", &login);
    assert_eq!(look(), unknown);
    let synaptic = Synaptic::announced(&scene.demo.announced);
    let args = json!({"username": login["rut"], "password": login["password"]});
    let task = synaptic.task("banco-chile:identity", &args);
    while synaptic.look(&task).json()["taskStatusCode"] == 202 {
        thread::sleep(Duration::from_millis(20));
    }
    let told = look();
    printed::check(&told, &printed::name_and_address());
    assert_eq!(told_name(&told), name_of_ok(&scene));
    let other = scene.other_tenant();
    assert_eq!(other.ask("api/identity/name_address_lookup", &rut), unknown);
    scene.chile.lever("POST", "/_sandbox/clock", &json!({"advance": "PT25H"}));
    assert_eq!(look(), unknown, "what allowed it has ended");
}

#[test]
fn assets_are_scored() {
    let scene = Scene::new();
    let today = scene.chile.client.json("/_sandbox/clock")["today"].clone();
    let day: i64 = today.as_str().unwrap()[8..].parse().unwrap();
    for (bank, institution) in BANKS {
        let more = json!({"bankName": bank, "uiType": "mobile"});
        let body = with(&scene.login("ok", institution), &more);
        let told = scene.floid.ask("api/asset_report", &body);
        printed::check(&told, &printed::asset_report());
        assert_eq!(told["creditScoreParams"]["currentDay"], day);
        let score = told["creditScore"].as_u64().unwrap();
        assert!((1..=1_000).contains(&score), "{bank}: {score}");
    }
}

#[test]
fn debts_are_told_by_clave_unicas_password() {
    let scene = Scene::new();
    let login = scene.login("ok", "clave-unica");
    let told = scene.floid.ask("api/full_debt", &login);
    printed::check(&told, &printed::full_debt());
    assert_eq!(
        (told["fullName"].as_str(), &told["error"]),
        (Some(&*name_of_ok(&scene)), &json!(""))
    );
    let day = told["creditcheckDate"].as_str().unwrap();
    assert_eq!(day.split('/').map(str::len).collect::<Vec<_>>(), [2, 2, 4], "{day}");
    let debts = told["accountsData"]["directDebt"].as_array().unwrap();
    assert!(!debts.is_empty());
    for debt in debts {
        let pesos = |name: &str| debt[name].as_str().unwrap().parse::<i64>().unwrap();
        let parts = ["activeDebt", "pastDueThirtyToNinetyDays", "pastDueOverNinetyDays"];
        assert_eq!(parts.map(pesos).iter().sum::<i64>(), pesos("total"), "{debt}");
    }
}

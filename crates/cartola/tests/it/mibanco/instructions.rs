//! Cash at ATMs, bills and beneficiaries, each approved in Mi Pass.

use serde_json::{Value, json};

use super::transfers::{Phone, approve_operation};
use super::{App, Scene, refused, with};
use crate::receiver::{Call, Receiver};

/// What stands under a path, once it is as wanted.
#[track_caller]
fn until(app: &App, path: &str, status: &str) -> Value {
    for _ in 0..600 {
        let told = app.send("GET", path, "").json();
        if told["status"] == status {
            return told;
        }
        assert_ne!(told["status"], "FAILED", "{told}");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("{path} did not come to be {status}");
}

#[test]
fn cash_is_put_aside_claimed_and_told_of() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let receiver = Receiver::start();
    let (worker, _) = scene.chile.person("no-movements", "banco-chile");
    let from = super::transfers::order(&scene, &app)["from_account"].clone();
    let order = json!({
        "rut": worker, "amount": 50_000, "currency": "CLP", "callback_url": receiver.url(),
        "from_account": from,
    });
    let begun_on = scene.chile.today();
    assert_eq!(refused(&app.post("withdrawals", &order)), "403 MI_PASS_REQUIRED");
    let phone = Phone::enrol(&app);
    let asked = app.post("withdrawals", &order);
    assert_eq!(asked.status, 202, "{}", asked.text());
    let asked = asked.json();
    assert_eq!(asked["status"], "PENDING_AUTHORIZATION");
    assert!(asked.get("code").is_none());
    // From the first on it says what it is about; the bank has not heard of it yet.
    assert_eq!(what(&asked), (&json!(50_000), &json!("CLP"), &json!(worker)));
    assert!(asked.get("reference").is_none(), "{asked}");
    phone.decide(&asked["auth_url"], "approve");
    let path = format!("withdrawals/{}", asked["withdrawal_id"].as_str().unwrap());
    until(&app, &path, "PENDING_AUTHORIZATION");
    approve_operation(&scene, "ok");
    let told = until(&app, &path, "AVAILABLE");
    assert_eq!(what(&told), what(&asked));
    let claim = json!({"code": told["code"], "rut": worker});
    assert_eq!(scene.chile.lever("POST", "/_sandbox/atm/claim", &claim).status, 200);
    scene.chile.lever("POST", "/_sandbox/clock", &json!({"advance": "PT3M"}));
    let call: Call = receiver.call();
    let posted: Value = serde_json::from_str(&call.body).unwrap();
    call.answer(200);
    assert_eq!(
        (&posted["event"], &posted["status"], &posted["claimed_by"]),
        (&json!("withdrawal.claimed"), &json!("CLAIMED"), &json!(worker))
    );
    assert!(posted.get("code").is_none(), "{posted}");
    assert_eq!((what(&posted), &posted["reference"]), (what(&told), &told["reference"]));
    let listed = app.read("withdrawals");
    let mut rows = listed["withdrawals"].as_array().unwrap().iter();
    let row = rows.find(|row| row["rut"] == worker).unwrap();
    assert_eq!(row["reference"], told["reference"], "the bank's own list has it by that");
    // On the account it is cash out of a machine, and no transfer.
    let days = json!({
        "account_id": from, "currency": "CLP", "from_date": begun_on,
        "to_date": scene.chile.today(),
    });
    let statement = app.told("statement", &days);
    let mut rows = statement["transactions"].as_array().unwrap().iter();
    let row = rows.find(|row| row["description"] == "GIRO SIN TARJETA");
    let row = row.unwrap_or_else(|| panic!("{statement}"));
    assert_eq!((&row["amount"], &row["channel"]), (&json!(-50_000), &json!("CAJERO")));
}

/// How much, and who may take it.
fn what(told: &Value) -> (&Value, &Value, &Value) {
    (&told["amount"], &told["currency"], &told["rut"])
}

/// `BancoEstado` puts no cash aside, pays no bills and changes nobody, and its customers' accounts have
/// nothing to do with it.
#[test]
fn what_a_bank_does_not_offer_is_said_before_its_accounts_are_looked_at() {
    let scene = Scene::new();
    let (rut, place) = scene.chile.person("ok", "banco-estado");
    let login = json!({
        "rut": rut, "mi_pin": place["mi_pin"], "device_fingerprint": "f1a9", "bank": "BANCO_ESTADO",
    });
    let app = scene.app.within(&scene.app.told("session", &login));
    let cash = json!({
        "rut": rut, "amount": 50_000, "currency": "CLP", "from_account": "99-999-99999-99",
    });
    let bill = json!({"biller_code": "1", "client_number": "1", "amount": 1, "currency": "CLP"});
    for (path, body) in [
        ("withdrawals", &cash),
        ("bills/payment", &bill),
        ("mipass/challenges", &json!({"withdrawal": cash})),
    ] {
        let answer = app.post(path, body);
        assert_eq!(refused(&answer), "422 UNSUPPORTED", "{path}");
        assert!(answer.text().contains("Este banco no ofrece"), "{}", answer.text());
    }
}

#[test]
fn cash_that_waits_for_the_phone_can_be_given_up() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let (worker, _) = scene.chile.person("no-movements", "banco-chile");
    let receiver = Receiver::start();
    let order = json!({
        "rut": worker, "amount": 50_000, "currency": "CLP", "callback_url": receiver.url(),
    });
    Phone::enrol(&app);
    let asked = app.post("withdrawals", &order).json();
    let path = format!("withdrawals/{}", asked["withdrawal_id"].as_str().unwrap());
    let told = app.told(&format!("{path}/cancel"), &json!({}));
    assert_eq!(told["status"], "CANCELLED");
    assert!(told["ended_at"].is_string() && told.get("failure").is_none(), "{told}");
    let call: Call = receiver.call();
    let posted: Value = serde_json::from_str(&call.body).unwrap();
    call.answer(200);
    assert_eq!(posted, with(&told, &json!({"event": "withdrawal.cancelled"})));
    assert_eq!(app.told(&format!("{path}/cancel"), &json!({})), told, "once more is the same");
    assert_eq!(refused(&app.send("GET", "withdrawals/wd_1", "")), "404 OPERATION_NOT_FOUND");
    for (more, refusal) in [
        (json!({"amount": 1}), "400 INVALID_REQUEST"),
        (json!({"currency": "USD"}), "400 INVALID_REQUEST"),
        (json!({"from_account": "99-999-99999-99"}), "404 ACCOUNT_NOT_FOUND"),
    ] {
        let told = app.post("withdrawals", &with(&order, &more));
        assert_eq!(refused(&told), refusal, "{more}");
    }
}

#[test]
fn an_end_to_end_id_names_one_operation() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let (worker, _) = scene.chile.person("no-movements", "banco-chile");
    let id = "0198c1d2a3b4c5d6e7f8091a2b3c4d5e";
    let order = json!({"rut": worker, "amount": 50_000, "currency": "CLP", "end_to_end_id": id});
    Phone::enrol(&app);
    let first = app.post("withdrawals", &order);
    assert_eq!(first.status, 202, "{}", first.text());
    assert_eq!(first.json()["end_to_end_id"], id);
    assert_eq!(app.post("withdrawals", &order).json(), first.json());
    assert_eq!(app.send("GET", &format!("withdrawals/{id}"), "").json(), first.json());
    let other = with(&order, &json!({"amount": 60_000}));
    assert_eq!(refused(&app.post("withdrawals", &other)), "409 OPERATION_CONFLICT");
    let given_up = app.told(&format!("withdrawals/{id}/cancel"), &json!({}));
    assert_eq!(given_up["status"], "CANCELLED");
    assert_eq!(app.told("withdrawals", &order), given_up);
    let bill = json!({
        "biller_code": "x", "client_number": "1", "amount": 1, "currency": "CLP",
        "end_to_end_id": "tr_1",
    });
    assert_eq!(refused(&app.post("bills/payment", &bill)), "400 INVALID_REQUEST");
    assert_eq!(
        refused(&app.send("GET", &format!("bills/payment/{id}"), "")),
        "404 OPERATION_NOT_FOUND"
    );
}

/// Somebody whom nothing was ever transferred to.
fn new_beneficiary(scene: &Scene) -> Value {
    let (rut, place) = scene.chile.person("ok", "banco-itau");
    json!({
        "change": "add", "name": "Destinatario Nuevo", "rut": rut, "bank": "BANCO_ITAU",
        "account_number": place["accounts"][0], "alias": "nuevo",
    })
}

#[test]
fn beneficiaries_change_on_an_approval_alone() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let phone = Phone::enrol(&app);
    let order = new_beneficiary(&scene);
    let asked = app.post("mipass/challenges", &json!({"beneficiary": order}));
    assert_eq!(asked.status, 201, "{}", asked.text());
    let token = phone.decide(&asked.json()["auth_url"], "approve")["token"].clone();
    let headers = [("X-MiPass-Token", token.as_str().unwrap())];
    let other = with(&order, &json!({"alias": "otro"})).to_string();
    let refusal = app.send_with("POST", "beneficiaries", &headers, &other);
    assert_eq!(refused(&refusal), "403 CHALLENGE_REJECTED");
    let given = app.send_with("POST", "beneficiaries", &headers, &order.to_string());
    assert_eq!(given.status, 202, "{}", given.text());
    let path = format!("beneficiaries/changes/{}", given.json()["change_id"].as_str().unwrap());
    approve_operation(&scene, "ok");
    until(&app, &path, "COMPLETED");
    let listed = app.read("beneficiaries");
    let rows = listed["beneficiaries"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["alias"] == "nuevo"), "{listed}");
}

#[test]
fn a_bill_is_paid() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let phone = Phone::enrol(&app);
    let bills = app.read("bills");
    let bill = bills["bills"].as_array().unwrap().iter().find(|bill| bill["debt"].is_i64());
    let Some(bill) = bill else { panic!("nothing is owed: {bills}") };
    let order = json!({
        "biller_code": bill["biller_code"], "client_number": bill["client_number"],
        "amount": bill["debt"], "currency": "CLP",
    });
    let asked = app.post("bills/payment", &order);
    assert_eq!(asked.status, 202, "{}", asked.text());
    let asked = asked.json();
    // On the phone they read whom they pay, beside the code that the bank is told.
    let shown = phone.shows(&asked["auth_url"]);
    let company = format!("Empresa: {}\n", bill["company"].as_str().unwrap());
    let code = format!("Código de la empresa: {}\n", bill["biller_code"].as_str().unwrap());
    assert!(shown.contains(&company) && shown.contains(&code), "{shown}");
    phone.decide(&asked["auth_url"], "approve");
    let path = format!("bills/payment/{}", asked["bill_payment_id"].as_str().unwrap());
    until(&app, &path, "PENDING_AUTHORIZATION");
    // Whoever approves reads whom they pay, not by which code their bank knows the company.
    let (rut, _) = scene.chile.person("ok", "banco-chile");
    let page = scene.chile.client.send("GET", &format!("/phone/{rut}"), &[], b"").unwrap().text();
    let title = format!("a {}, cliente", bill["company"].as_str().unwrap());
    assert!(page.contains(&title), "{page}");
    approve_operation(&scene, "ok");
    let told = until(&app, &path, "COMPLETED");
    assert_eq!((&told["amount"], &told["currency"]), (&bill["debt"], &json!("CLP")));
    assert!(told.get("rut").is_none(), "{told}");
}

#[test]
fn a_change_of_beneficiaries_that_waits_for_the_phone_can_be_given_up() {
    let scene = Scene::new();
    let app = scene.session("ok");
    Phone::enrol(&app);
    let asked = app.post("beneficiaries", &new_beneficiary(&scene)).json();
    let path = format!("beneficiaries/changes/{}", asked["change_id"].as_str().unwrap());
    assert_eq!(app.told(&format!("{path}/cancel"), &json!({}))["status"], "CANCELLED");
}

/// What was approved and cannot be begun any more has failed, and nobody gave it up: so it is posted, and
/// so it is told.
#[test]
fn what_cannot_be_begun_has_failed_wherever_it_is_told() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let (worker, _) = scene.chile.person("no-movements", "banco-chile");
    let receiver = Receiver::start();
    let order = json!({
        "rut": worker, "amount": 50_000, "currency": "CLP", "callback_url": receiver.url(),
    });
    let phone = Phone::enrol(&app);
    let asked = app.post("withdrawals", &order).json();
    scene.link_for_reading("ok");
    let app = scene.session("ok");
    let phone = phone.within(&app);
    phone.decide(&asked["auth_url"], "approve");
    let call: Call = receiver.call();
    let posted: Value = serde_json::from_str(&call.body).unwrap();
    call.answer(200);
    let path = format!("withdrawals/{}", asked["withdrawal_id"].as_str().unwrap());
    let told = app.read(&path);
    assert_eq!(posted, with(&told, &json!({"event": "withdrawal.failed"})));
    assert_eq!((&told["status"], &told["failure"]), (&json!("FAILED"), &json!("UNSUPPORTED")));
    let late = app.post(&format!("{path}/cancel"), &json!({}));
    assert_eq!(refused(&late), "409 OPERATION_CONFLICT");
}

/// Whose phone was blocked by wrong PINs has shown nothing of what they want.
#[test]
fn what_nobody_could_prove_was_rejected() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let phone = Phone::enrol(&app);
    let asked = app.post("beneficiaries", &new_beneficiary(&scene)).json();
    let path = format!("beneficiaries/changes/{}", asked["change_id"].as_str().unwrap());
    let said: Vec<String> = (0..3).map(|_| phone.mistypes(&asked["auth_url"])).collect();
    assert!(said.iter().all(|said| said == "403 CHALLENGE_REJECTED"), "{said:?}");
    let told = app.read(&path);
    assert_eq!(
        (&told["status"], &told["failure"]),
        (&json!("FAILED"), &json!("CHALLENGE_REJECTED"))
    );
}

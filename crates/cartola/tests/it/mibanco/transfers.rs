//! Transfers with Mi Pass: asked for on the phone, or on an approval that came along.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::{App, Scene, refused, with};
use crate::receiver::{Call, Receiver};

/// The PIN of Mi Pass that a customer chose.
const PIN: &str = "483920";

/// A phone of a customer.
pub struct Phone {
    app: App,
    pub id: String,
    secret: String,
}

impl Phone {
    /// Enrols one in a session.
    #[track_caller]
    pub fn enrol(app: &App) -> Self {
        let begun = app.post("mipass/enrolments", &json!({"mi_pin": app.pin}));
        assert_eq!(begun.status, 201, "{}", begun.text());
        let taken = json!({
            "code": begun.json()["code"], "pin": PIN, "name": "Pixel 9", "fingerprint": "f1a9",
        });
        let enrolled = app.post("mipass/enrolments/phone", &taken);
        assert_eq!(enrolled.status, 201, "{}", enrolled.text());
        let told = enrolled.json();
        assert_eq!(told["status"], "ACTIVE");
        let text = |name: &str| told[name].as_str().unwrap().to_owned();
        Self { app: app.clone(), id: text("enrolment_id"), secret: text("device_secret") }
    }

    /// The same phone in another session.
    pub fn within(self, app: &App) -> Self {
        Self { app: app.clone(), ..self }
    }

    /// Decides what an `auth_url` names.
    #[track_caller]
    pub fn decide(&self, auth_url: &Value, decision: &str) -> Value {
        let pin = (decision == "approve").then_some(PIN);
        let (path, decided) = self.decided(auth_url, decision, pin);
        self.app.told(&path, &decided)
    }

    /// Approves with another PIN than the customer's; gives the refusal.
    #[track_caller]
    pub fn mistypes(&self, auth_url: &Value) -> String {
        let (path, decided) = self.decided(auth_url, "approve", Some("483921"));
        refused(&self.app.post(&path, &decided))
    }

    /// What it shows of what an `auth_url` names.
    #[track_caller]
    pub fn shows(&self, auth_url: &Value) -> String {
        let (id, shown) = self.asked(auth_url);
        shown["text"].as_str().unwrap_or_else(|| panic!("{id}: {shown}")).to_owned()
    }

    /// The question that an `auth_url` names.
    fn asked(&self, auth_url: &Value) -> (String, Value) {
        let id = auth_url.as_str().unwrap().strip_prefix("mibanco://authorize?req=").unwrap();
        (id.to_owned(), self.app.read(&format!("mipass/challenges/{id}")))
    }

    /// The call that decides.
    fn decided(&self, auth_url: &Value, decision: &str, pin: Option<&str>) -> (String, Value) {
        let (id, shown) = self.asked(auth_url);
        let mut decided =
            json!({"decision": decision, "digest": shown["digest"], "device_secret": self.secret});
        if let Some(pin) = pin {
            decided["pin"] = pin.into();
        }
        (format!("mipass/challenges/{id}/decision"), decided)
    }
}

/// An order from the first account that pays, to the customer's own at `BancoEstado`.
pub fn order(scene: &Scene, app: &App) -> Value {
    let accounts = app.read("accounts");
    let accounts = accounts["accounts"].as_array().unwrap();
    let from = accounts.iter().find(|account| {
        account["account_type"] == "CUENTA_CORRIENTE" && account["currency"] == "CLP"
    });
    let (rut, place) = scene.chile.person("ok", "banco-estado");
    json!({
        "from_account": from.unwrap()["account_id"],
        "to_account": place["accounts"][0]["number"].as_str().or(place["accounts"][0].as_str()),
        "to_bank": "BANCO_ESTADO",
        "amount": 25_000, "currency": "CLP", "comment": "Servicios abril 2026",
        "to_rut": rut, "to_name": "Destinatario de Prueba",
    })
}

/// The transfer once it stands as wanted.
#[track_caller]
pub fn until(app: &App, id: &Value, status: &str) -> Value {
    let path = format!("transfer/{}", id.as_str().unwrap());
    for _ in 0..600 {
        let told = app.send("GET", &path, "");
        let told = told.json();
        if told["status"] == status {
            return told;
        }
        assert_ne!(told["status"], "FAILED", "{told}");
        thread::sleep(Duration::from_millis(100));
    }
    panic!("the transfer did not come to be {status}");
}

/// Approves what the customer's own bank asks for in its app, which the gateway learns of by itself.
#[track_caller]
pub fn approve_at_bank(scene: &Scene) {
    approve_operation(scene, "ok");
}

/// The same of whatever waits on somebody's phone.
#[track_caller]
pub fn approve_operation(scene: &Scene, scenario: &str) {
    let (rut, _) = scene.chile.person(scenario, "banco-chile");
    let phone = scene.chile.client.json(&format!("/_sandbox/phones/{rut}"));
    let which = phone["pending"][0]["end_to_end_id"].clone();
    let told = json!({"institution": "banco-chile", "end_to_end_id": which});
    let path = format!("/_sandbox/phones/{rut}/approve");
    assert_eq!(scene.chile.lever("POST", &path, &told).status, 200);
}

#[test]
fn a_transfer_waits_for_the_phone_and_is_told_of_at_its_end() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let receiver = Receiver::start();
    let order = with(&order(&scene, &app), &json!({"callback_url": receiver.url()}));
    assert_eq!(refused(&app.post("transfer", &order)), "403 MI_PASS_REQUIRED");
    let phone = Phone::enrol(&app);
    let asked = app.post("transfer", &order);
    assert_eq!(asked.status, 202, "{}", asked.text());
    let asked = asked.json();
    assert_eq!(asked["status"], "PENDING_AUTHORIZATION");
    let entry = logged(&app, &phone);
    assert_eq!(entry["status"], "PENDING");
    assert!(entry.get("decision").is_none() && entry.get("decided_at").is_none(), "{entry}");
    let decided = phone.decide(&asked["auth_url"], "approve");
    assert_eq!(decided["status"], "APPROVED");
    // It is begun by itself, and nobody else can use the approval up.
    assert!(decided.get("token").is_none(), "{decided}");
    let told = until(&app, &asked["transfer_id"], "PENDING_AUTHORIZATION");
    assert!(told["auth_url"].as_str().unwrap().starts_with("mibanco://authorize?req="), "{told}");
    approve_at_bank(&scene);
    let told = until(&app, &asked["transfer_id"], "COMPLETED");
    let call: Call = receiver.call();
    let posted: Value = serde_json::from_str(&call.body).unwrap();
    call.answer(200);
    assert_eq!(
        posted,
        json!({
            "event": "transfer.completed", "transfer_id": asked["transfer_id"],
            "settled_at": told["settled_at"], "fee": 0,
        })
    );
    let entry = logged(&app, &phone);
    assert_eq!(
        (&entry["operation_type"], &entry["decision"], &entry["device_fingerprint"]),
        (&json!("TRANSFER"), &json!("APPROVED"), &json!("f1a9"))
    );
    assert_eq!(entry["status"], "USED");
    assert!(entry["decided_at"].is_string(), "{entry}");
}

/// The newest entry of the log that is of that phone.
#[track_caller]
fn logged(app: &App, phone: &Phone) -> Value {
    let log = app.read("authorizations");
    let mut entries = log["authorizations"].as_array().unwrap().iter();
    entries.find(|entry| entry["enrolment_id"] == json!(phone.id)).unwrap().clone()
}

/// What is told to have failed is not made later on the same approval.
#[test]
fn what_cannot_be_begun_is_given_up_with_its_approval() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let receiver = Receiver::start();
    let order = with(&order(&scene, &app), &json!({"callback_url": receiver.url()}));
    let phone = Phone::enrol(&app);
    let asked = app.post("transfer", &order).json();
    scene.link_for_reading("ok");
    // The session went with the mandate that it was opened under.
    assert_eq!(refused(&app.send("GET", "accounts", "")), "403 CONSENT_REQUIRED");
    let app = scene.session("ok");
    let phone = phone.within(&app);
    phone.decide(&asked["auth_url"], "approve");
    let call: Call = receiver.call();
    let posted: Value = serde_json::from_str(&call.body).unwrap();
    call.answer(200);
    assert_eq!(posted["event"], "transfer.failed");
    let told = app.read(&format!("transfer/{}", asked["transfer_id"].as_str().unwrap()));
    assert_eq!((&told["status"], &told["failure"]), (&json!("FAILED"), &posted["failure"]));
    assert_eq!(told["failure"], "UNSUPPORTED");
}

#[test]
fn what_was_denied_is_not_made() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let receiver = Receiver::start();
    let order = with(&order(&scene, &app), &json!({"callback_url": receiver.url()}));
    let phone = Phone::enrol(&app);
    let asked = app.post("transfer", &order).json();
    phone.decide(&asked["auth_url"], "deny");
    let path = format!("transfer/{}", asked["transfer_id"].as_str().unwrap());
    let told = app.read(&path);
    assert_eq!((&told["status"], &told["failure"]), (&json!("FAILED"), &json!("DENIED")));
    let call: Call = receiver.call();
    let posted: Value = serde_json::from_str(&call.body).unwrap();
    call.answer(200);
    let id = &asked["transfer_id"];
    assert_eq!(posted, json!({"event": "transfer.failed", "transfer_id": id, "failure": "DENIED"}));
}

#[test]
fn an_approval_is_of_one_transfer_and_used_once() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let order = order(&scene, &app);
    let phone = Phone::enrol(&app);
    let challenge = |order: &Value| {
        let asked = app.post("mipass/challenges", &json!({"transfer": order}));
        assert_eq!(asked.status, 201, "{}", asked.text());
        let decided = phone.decide(&asked.json()["auth_url"], "approve");
        decided["token"].as_str().unwrap().to_owned()
    };
    let token = challenge(&order);
    let pay = |order: &Value, token: &str, key: &str| {
        let headers = [("X-MiPass-Token", token), ("Idempotency-Key", key)];
        app.send_with("POST", "transfer", &headers, &order.to_string())
    };
    let other = with(&order, &json!({"amount": 26_000}));
    assert_eq!(refused(&pay(&other, &token, "other")), "403 CHALLENGE_REJECTED");
    assert_eq!(refused(&pay(&order, "mp_made_up", "made up")), "403 CHALLENGE_REJECTED");
    let first = pay(&order, &token, "one");
    assert_eq!(first.status, 202, "{}", first.text());
    let again = pay(&order, &token, "one");
    assert_eq!(again.json()["transfer_id"], first.json()["transfer_id"]);
    assert_eq!(refused(&pay(&other, &token, "one")), "409 TRANSFER_CONFLICT");
    assert_eq!(refused(&pay(&order, &token, "two")), "403 CHALLENGE_REJECTED");
    // Another customer's session knows nothing of it.
    let id = first.json()["transfer_id"].clone();
    let stranger = scene.session("many-movements");
    let path = format!("transfer/{}", id.as_str().unwrap());
    assert_eq!(refused(&stranger.send("GET", &path, "")), "404 TRANSFER_NOT_FOUND");
    let withdrawn = app.post(&format!("{path}/withdrawal"), &json!({}));
    assert!([200, 202].contains(&withdrawn.status), "{}", withdrawn.text());
}

#[test]
fn an_end_to_end_id_names_one_transfer() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let id = "0198c1d2a3b4c5d6e7f8091a2b3c4d5e";
    let order = with(&order(&scene, &app), &json!({"end_to_end_id": id}));
    Phone::enrol(&app);
    let first = app.post("transfer", &order);
    assert_eq!(first.status, 202, "{}", first.text());
    assert_eq!(first.json()["end_to_end_id"], id);
    // What was lost on its way is sent again, from wherever.
    let again = app.post("transfer", &order).json();
    let elsewhere = scene.session("ok").post("transfer", &order).json();
    for told in [&again, &elsewhere] {
        assert_eq!(told, &first.json());
    }
    let looked = app.send("GET", &format!("transfer/{id}"), "");
    assert_eq!((looked.status, looked.json()), (202, first.json()));
    let other = with(&order, &json!({"amount": 26_000}));
    assert_eq!(refused(&app.post("transfer", &other)), "409 TRANSFER_CONFLICT");
    let withdrawn = app.told(&format!("transfer/{id}/withdrawal"), &json!({}));
    assert_eq!(
        (&withdrawn["status"], &withdrawn["failure"]),
        (&json!("FAILED"), &json!("WITHDRAWN"))
    );
    assert_eq!(app.told("transfer", &order), withdrawn);
    let stranger = scene.session("many-movements");
    let path = format!("transfer/{id}");
    assert_eq!(refused(&stranger.send("GET", &path, "")), "404 TRANSFER_NOT_FOUND");
    // An order has one name.
    for (key, id) in [("one", id), ("", "0198C1D2"), ("", "tr_1")] {
        let order = with(&order, &json!({"end_to_end_id": id}));
        let headers = [("Idempotency-Key", key)];
        let headers = if key.is_empty() { &[][..] } else { &headers[..] };
        let told = app.send_with("POST", "transfer", headers, &order.to_string());
        assert_eq!(refused(&told), "400 INVALID_REQUEST", "{id}");
    }
}

#[test]
fn a_phone_that_was_blocked_decides_nothing() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let order = order(&scene, &app);
    let phone = Phone::enrol(&app);
    let asked = app.post("transfer", &order).json();
    let stranger = scene.session("many-movements");
    let path = format!("mipass/enrolments/{}/block", phone.id);
    assert_eq!(refused(&stranger.post(&path, &json!({}))), "404 AUTHORIZATION_NOT_FOUND");
    assert_eq!(app.told(&path, &json!({}))["status"], "BLOCKED");
    let path = format!("transfer/{}", asked["transfer_id"].as_str().unwrap());
    let told = app.read(&path);
    assert_eq!(
        (&told["status"], &told["failure"]),
        (&json!("FAILED"), &json!("CHALLENGE_REJECTED"))
    );
    assert_eq!(refused(&app.post("transfer", &order)), "403 MI_PASS_REQUIRED");
}

#[test]
fn what_is_wrong_with_an_order_is_said() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let order = order(&scene, &app);
    for (more, refusal) in [
        (json!({"from_account": "99-999-99999-99"}), "404 ACCOUNT_NOT_FOUND"),
        (json!({"to_bank": "BANCO_LUNAR"}), "400 INVALID_REQUEST"),
        (json!({"amount": 1}), "400 INVALID_REQUEST"),
        (json!({"currency": "USD"}), "400 INVALID_REQUEST"),
        (
            json!({"to_account": "99-999-99999-99", "to_rut": null, "to_name": null}),
            "400 INVALID_REQUEST",
        ),
        (json!({"to_rut": null}), "400 INVALID_REQUEST"),
        (json!({"comment": "x".repeat(121)}), "400 INVALID_REQUEST"),
        (json!({"callback_url": "ftp://example.com"}), "400 INVALID_REQUEST"),
    ] {
        assert_eq!(refused(&app.post("transfer", &with(&order, &more))), refusal, "{more}");
    }
    assert_eq!(refused(&app.send("GET", "transfer/tr_1", "")), "404 TRANSFER_NOT_FOUND");
    // One's own account that takes no such transfer is no unknown payee.
    let own = json!({
        "to_account": order["from_account"], "to_bank": "BANCO_CHILE", "to_rut": null, "to_name": null,
    });
    let same = app.post("transfer", &with(&order, &own));
    assert_eq!(refused(&same), "400 INVALID_REQUEST");
    assert!(same.text().contains("la misma cuenta que `from_account`"), "{}", same.text());
    // Nothing is paid from savings, and nobody is asked.
    let accounts = app.read("accounts");
    let mut accounts = accounts["accounts"].as_array().unwrap().iter();
    let savings = accounts.find(|account| account["account_type"] == "CUENTA_AHORRO");
    let from = json!({"from_account": savings.expect("they save")["account_id"]});
    let unpayable = app.post("transfer", &with(&order, &from));
    assert_eq!(refused(&unpayable), "404 ACCOUNT_NOT_FOUND");
    assert!(unpayable.text().contains("se paga desde cuentas corrientes"), "{}", unpayable.text());
    // Which field is wrong is said.
    Phone::enrol(&app);
    for (more, field) in [
        (json!({"to_rut": "12.345.678-9"}), "`to_rut`"),
        (json!({"currency": "USD"}), "`currency`"),
        (json!({"amount": "mucho"}), "en `amount`: se esperaba un número entero"),
        (json!({"comment": "dos  espacios"}), "`comment` debe tener de 1 a 120 caracteres"),
        (json!({"to_name": "Ana\u{202e}"}), "`to_name` debe tener"),
    ] {
        let told = app.post("transfer", &with(&order, &more));
        assert!(told.text().contains(field), "{}", told.text());
    }
}

//! Results that are posted.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cartola_crypto::WebhookSecret;
use cartola_primitives::Secret;
use serde_json::{Value, json};

use super::operations::{BANKS, days};
use super::{DEMO_BANK, DEMO_LOGIN, Scene, login, request};
use crate::receiver::{Call, Receiver};

/// Insists that a call is signed as the tenant's are, and gives its body.
#[track_caller]
fn genuine(scene: &Scene, call: Call) -> Value {
    let secret = scene.demo.announced["webhook_secret"].as_str().unwrap().to_owned();
    let secret = WebhookSecret::parse(&Secret::new(secret)).unwrap();
    let timestamp = call.header("webhook-timestamp").parse().unwrap();
    let signed = secret.sign(call.header("webhook-id"), timestamp, call.body.as_bytes());
    assert_eq!(call.header("webhook-signature"), signed);
    assert_eq!(call.header("content-type"), "application/json");
    let body = serde_json::from_str(&call.body).unwrap();
    call.answer(200);
    body
}

/// Asks in both ways, and insists that the answers are one, bar the operation's id; gives it.
#[track_caller]
fn check(scene: &Scene, receiver: &Receiver, path: &str, body: &Value) -> Value {
    let (_, mut answered) = scene.khipu.ask(path, body);
    let mut body = body.clone();
    body["CallbackUrl"] = json!(receiver.url());
    let (status, accepted) = scene.khipu.ask(path, &body);
    assert_eq!((status, &accepted["Data"], &accepted["Error"]), (202, &Value::Null, &Value::Null));
    assert_eq!((&accepted["Status"], &accepted["LifeSpan"]), (&json!("OK"), &json!(600)));
    let posted = genuine(scene, receiver.call());
    answered["OperationId"] = accepted["OperationId"].clone();
    assert_eq!(timeless(&posted), timeless(&answered), "{path}");
    posted
}

/// An envelope without the second at which a balance was read.
fn timeless(envelope: &Value) -> Value {
    let mut envelope = envelope.clone();
    let balances = envelope.pointer_mut("/Data/Balance").and_then(Value::as_array_mut);
    for balance in balances.into_iter().flatten() {
        assert!(balance["DateTime"].is_string(), "{balance}");
        balance["DateTime"] = Value::Null;
    }
    envelope
}

/// Asks for each operation in both ways, and insists that each is told something.
#[track_caller]
fn check_each(scene: &Scene, receiver: &Receiver, path: &str, (credential, account): Asked<'_>) {
    let all = request(credential, &json!({}));
    let one = request(credential, &json!({"AccountNumber": account}));
    let (from, to) = days(scene);
    let days = json!({"AccountNumber": account, "BookingDateStart": from, "BookingDateEnd": to});
    for (operation, body) in [
        ("accounts", &all),
        ("balance", &one),
        ("statements", &one),
        ("transactions", &request(credential, &days)),
        ("token", credential),
    ] {
        let told = check(scene, receiver, &format!("{path}/{operation}"), body);
        assert_eq!(told["Status"], "OK", "{path}/{operation}: {told}");
        let data = told["Data"].as_object().unwrap();
        assert!(data.values().all(|part| !is_empty(part)), "{path}/{operation}: {told}");
    }
}

/// Credentials, and the number of an account.
type Asked<'a> = (&'a Value, &'a str);

fn is_empty(part: &Value) -> bool {
    part.as_array().is_some_and(Vec::is_empty)
}

#[test]
fn a_result_is_posted_as_it_would_have_been_answered() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    let link = scene.khipu.link(DEMO_BANK, DEMO_LOGIN);
    let accounts = scene.khipu.data(&format!("{DEMO_BANK}/accounts"), &request(&link, &json!({})));
    let number = &accounts["Account"][0]["AccountId"];
    let asked = json!({"AccountNumber": number});
    let months = json!({
        "AccountNumber": number, "BookingDateStart": "2025-01", "BookingDateEnd": "2025-03",
    });
    for credential in [login(DEMO_LOGIN), link] {
        check(
            &scene,
            &receiver,
            &format!("{DEMO_BANK}/accounts"),
            &request(&credential, &json!({})),
        );
        check(
            &scene,
            &receiver,
            &format!("{DEMO_BANK}/transactions"),
            &request(&credential, &asked),
        );
        check(
            &scene,
            &receiver,
            &format!("{DEMO_BANK}/statements"),
            &request(&credential, &months),
        );
        let unknown = request(&credential, &json!({"AccountNumber": "999"}));
        check(&scene, &receiver, &format!("{DEMO_BANK}/balance"), &unknown);
    }
    check(&scene, &receiver, &format!("{DEMO_BANK}/token"), &login(DEMO_LOGIN));
    let (wrong, _) = scene.person("wrong-password", "banco-chile");
    check(&scene, &receiver, "personal/bancochile.cl/accounts", &request(&wrong, &json!({})));
    receiver.was_left_alone();
}

#[test]
fn a_customer_of_every_bank_is_told_by_callback() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    for (institution, domain) in BANKS {
        let (credential, accounts) = scene.person("ok", institution);
        check_each(&scene, &receiver, &format!("personal/{domain}"), (&credential, &accounts[0]));
    }
    receiver.was_left_alone();
}

/// How long a second of the demo's clock lasts here.
const SECOND: Duration = Duration::from_millis(40);

#[test]
fn a_bank_that_fails_for_a_moment_is_asked_again_for_a_callback_and_not_for_who_waits() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    let path = format!("{DEMO_BANK}/accounts");
    let mut body = request(&login(DEMO_LOGIN), &json!({}));
    scene.chile.refuse_sessions("demo-bank", 3);
    let (status, told) = scene.khipu.ask(&path, &body);
    assert_eq!((status, &told["Error"]["Code"]), (200, &json!("E200")));
    body["CallbackUrl"] = json!(receiver.url());
    assert_eq!(scene.khipu.ask(&path, &body).0, 202);
    let is_told = AtomicBool::new(false);
    let posted = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_told.load(Ordering::Acquire) {
                scene.chile.pass_a_second();
                std::thread::sleep(SECOND);
            }
        });
        let call = receiver.call();
        is_told.store(true, Ordering::Release);
        genuine(&scene, call)
    });
    assert_eq!(posted["Status"], "OK", "{posted}");
    assert!(!posted["Data"]["Account"].as_array().unwrap().is_empty());
    receiver.was_left_alone();
}

#[test]
fn a_company_is_told_by_callback_too() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    let (credential, accounts) = scene.person("company", "banco-chile-empresas");
    for segment in ["business", "entrepreneur"] {
        let path = format!("{segment}/bancochile.cl");
        check_each(&scene, &receiver, &path, (&credential, &accounts[0]));
    }
    receiver.was_left_alone();
}

//! How cash that was put aside ends: taken, expired, cancelled; and that the end is posted once.

use serde_json::{Value, json};

use super::giver::{Giver, WORKER};
use crate::receiver::Receiver;

const OTHER: &str = "11.111.111-1";

/// What was posted, which is acknowledged.
#[track_caller]
fn posted(receiver: &Receiver) -> Value {
    let call = receiver.call();
    assert!(call.header("webhook-signature").starts_with("v1,"));
    let event = serde_json::from_str(&call.body).unwrap();
    call.answer(204);
    event
}

#[test]
fn cash_is_approved_taken_once_and_reported() {
    let giver = Giver::new("ok");
    let receiver = Receiver::start();
    let begun = giver.put_aside("turno-1", 50_000, Some(&receiver.url()));
    assert_eq!(begun["state"], "requested");
    let asked = giver.until("withdrawals", &begun, "challenged");
    assert_eq!(asked["challenge"]["kind"], "app");
    assert!(asked.get("code").is_none(), "{asked}");
    giver.approve(&asked);
    let ready = giver.until("withdrawals", &begun, "available");
    assert_eq!(ready["rut"], json!("9876543-3"));
    assert_eq!(ready["from_account"], json!(giver.number));
    assert!(ready["expires_at"].is_string() && ready["bank_reference"].is_string());
    let code = &ready["code"];
    assert_eq!(code.as_str().unwrap().len(), 8, "{ready}");
    assert_eq!(giver.cash(), -50_000, "the money has left the account");
    giver.balances();
    // Neither a list nor what is posted shows it.
    let listed = giver.client.list("/v1/withdrawals?state=available&rut=9876543-3");
    assert_eq!((listed.len(), listed[0].get("code")), (1, None));
    assert_eq!(giver.client.list("/v1/withdrawals?rut=11.111.111-1").len(), 0);
    // Somebody else, or another code, has nothing of it.
    assert_eq!(giver.claim(code, OTHER).status, 404);
    assert_eq!(giver.claim(&json!("00000000"), WORKER).status, 404);
    let taken = giver.claim(code, WORKER);
    assert_eq!((taken.status, &taken.json()["amount"]), (200, &json!(50_000)));
    assert_eq!(giver.claim(code, WORKER).status, 409);
    let ended = giver.until("withdrawals", &begun, "claimed");
    assert_eq!((&ended["claimed_by"], ended.get("code")), (&json!("9876543-3"), None));
    assert_eq!(ended["ended_at"], taken.json()["claimed_at"]);
    let event = posted(&receiver);
    assert_eq!(event["type"], "withdrawal.claimed");
    assert_eq!((&event["data"], &event["timestamp"]), (&ended, &ended["ended_at"]));
    receiver.was_left_alone();
    let cancelled = giver.cancel("withdrawals", &ended);
    assert_eq!(
        (cancelled.status, &cancelled.json()["code"]),
        (409, &json!("instruction_not_cancellable"))
    );
    giver.balances();
}

#[test]
fn cash_that_nobody_takes_comes_back() {
    let giver = Giver::new("ok");
    let receiver = Receiver::start();
    let ready = giver.available("turno-1", 20_000, Some(&receiver.url()));
    let expires_at = ready["expires_at"].clone();
    giver.advance("PT24H");
    let ended = giver.until("withdrawals", &ready, "expired");
    assert_eq!(ended["ended_at"], expires_at);
    assert_eq!(giver.claim(&ready["code"], WORKER).status, 409);
    assert_eq!(posted(&receiver)["type"], "withdrawal.expired");
    assert_eq!(giver.cash(), 0, "the money is back");
    let told = giver.record("withdrawals");
    assert_eq!((&told[0]["state"], told[0].get("claimed_by")), (&json!("expired"), None));
    giver.balances();
}

#[test]
fn cash_is_cancelled_before_it_is_taken() {
    let giver = Giver::new("ok");
    let receiver = Receiver::start();
    let ready = giver.available("turno-1", 20_000, Some(&receiver.url()));
    let first = giver.cancel("withdrawals", &ready);
    assert_eq!(first.status, 202, "{}", first.text());
    let ended = giver.until("withdrawals", &ready, "cancelled");
    assert_eq!(giver.claim(&ready["code"], WORKER).status, 409);
    assert_eq!(giver.cash(), 0, "the money is back");
    // Twice is once.
    let again = giver.cancel("withdrawals", &ready);
    assert_eq!((again.status, again.json()), (202, ended));
    assert_eq!(posted(&receiver)["type"], "withdrawal.cancelled");
    receiver.was_left_alone();
    giver.balances();
}

#[test]
fn cash_that_is_taken_while_it_is_cancelled_was_taken_or_was_not() {
    let giver = Giver::new("ok");
    let ready = giver.available("turno-1", 20_000, None);
    let cancelling = giver.cancel("withdrawals", &ready);
    let taken = giver.claim(&ready["code"], WORKER);
    assert_eq!(cancelling.status, 202);
    let state = if taken.status == 200 { "claimed" } else { "cancelled" };
    giver.until("withdrawals", &ready, state);
    giver.balances();
}

#[test]
fn after_three_wrong_tries_no_atm_gives_the_cash() {
    let giver = Giver::new("ok");
    let ready = giver.available("turno-1", 20_000, None);
    for _ in 0..3 {
        assert_eq!(giver.claim(&ready["code"], OTHER).status, 404);
    }
    assert_eq!(giver.claim(&ready["code"], WORKER).status, 409);
    giver.cancel("withdrawals", &ready);
    giver.until("withdrawals", &ready, "cancelled");
    giver.balances();
}

//! A caller's case: the same twice is one payment.

use std::thread;

use serde_json::json;

use super::{TRANSFER, Till, is_refused, printed};
use crate::floid::with;

#[test]
fn the_same_case_is_one_payment_and_is_told_the_same() {
    let till = Till::new();
    let institution = "banco-estado";
    let body = till.body("ok", ("banco estado", institution), "caso ñ/1");
    let told: Vec<_> = thread::scope(|scope| {
        let (floid, body) = (till.floid(), &body);
        let ask = || floid.ask(TRANSFER, body);
        let asked: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(printed::check_answer(&told[0]), "WAITING_FOR_SMS_CODE");
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    // The same written otherwise is the same.
    let rut = body["rut"].as_str().unwrap().replace('.', "");
    let same = json!({"rut": rut, "bankName": "Banco Estado", "moneyAmount": 1000, "more": 7});
    assert_eq!(till.transfer(&with(&body, &same)), told[0]);
    let mut renamed = body.clone();
    for (from, to) in [("caseId", "transactionId"), ("moneyAmount", "amount")] {
        renamed[to] = renamed[from].clone();
        renamed.as_object_mut().unwrap().remove(from);
    }
    assert_eq!(till.transfer(&renamed), told[0]);
    let done = till.approve(&told[0]["pageId"], &till.codes(&body, institution));
    till.last_word(&body, "BANK_TRANSFER_COMPLETED");
    // Its page was used: it is told how the payment stands.
    assert_eq!(till.transfer(&body), done);
    assert_eq!((printed::check_answer(&done), till.moved()), ("BANK_TRANSFER_COMPLETED", 1));
    assert_eq!(till.scene.demo.client().list("/v1/payments").len(), 1);
    till.receiver.was_left_alone();
}

#[test]
fn an_answer_without_a_page_is_told_again_whatever_came_after() {
    let till = Till::new();
    let institution = "banco-chile";
    let body = till.body("ok", ("banco chile", institution), "app");
    let first = till.transfer(&body);
    assert_eq!(printed::check_answer(&first), "WAITING_FOR_APP_APPROVAL");
    till.approve_on_phone(&body, institution);
    till.last_word(&body, "BANK_TRANSFER_COMPLETED");
    assert_eq!(till.transfer(&body), first);
    assert_eq!(till.moved(), 1);
    till.receiver.was_left_alone();
}

#[test]
fn another_body_in_the_same_case_is_refused() {
    let till = Till::new();
    let body = till.body("ok", ("banco estado", "banco-estado"), "case 1");
    till.transfer(&body);
    for more in [
        json!({"moneyAmount": "1001"}),
        json!({"password": "another"}),
        json!({"bankName": "bci"}),
        json!({"callbackApiKey": "key-2"}),
        json!({"callbackApiKey": null}),
        json!({"callbackUrl": format!("{}&more", till.receiver.url())}),
    ] {
        let refused = till.floid().refusal(TRANSFER, &with(&body, &more).to_string());
        assert_eq!(refused, "400 caseId: it was used for another request", "{more}");
    }
    assert_eq!(till.scene.demo.client().list("/v1/payments").len(), 1);
    // Each tenant has cases of its own.
    let other = till.scene.other_tenant();
    let told = other.ask(TRANSFER, &with(&body, &json!({"moneyAmount": "1001"})));
    assert_eq!(printed::check_answer(&told), "WAITING_FOR_SMS_CODE");
}

#[test]
fn a_case_that_was_not_accepted_may_be_tried_again() {
    let till = Till::new();
    let body = till.body("ok", ("banco security", "banco-security"), "case 1");
    let too_little = with(&body, &json!({"moneyAmount": "999"}));
    is_refused(&till.transfer(&too_little), "MINIMUM_MONEY_AMOUNT_1000");
    let formless = with(&body, &json!({"password": "x"}));
    is_refused(&till.transfer(&formless), "BANK_TRANSFER_FAILED");
    assert_eq!(printed::check_answer(&till.transfer(&body)), "BANK_TRANSFER_COMPLETED");
    till.last_word(&body, "BANK_TRANSFER_COMPLETED");
    till.receiver.was_left_alone();
}

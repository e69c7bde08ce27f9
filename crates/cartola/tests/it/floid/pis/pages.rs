//! Pages: each takes one answer, for five minutes.

use cartola_model::PaymentState;
use cartola_primitives::SignedDuration;
use cartola_store::payments::{PaymentChange, PaymentPage};
use cartola_store::{Command, UnitOfWork};
use serde_json::{Value, json};

use super::{APPROVAL, Till, is_refused, only_payment, printed};

const BANK: (&str, &str) = ("banco estado", "banco-estado");

#[test]
fn each_wrong_code_leads_to_a_page_of_its_own() {
    let till = Till::new();
    let body = till.body("ok", BANK, "wrong codes");
    let wrong = json!({"smsCode": "000000"});
    let mut told = till.transfer(&body);
    let mut pages = Vec::new();
    while printed::check_answer(&told) == "WAITING_FOR_SMS_CODE" {
        let page = told["pageId"].clone();
        assert!(!pages.contains(&page), "{page} was handed out twice");
        told = till.approve(&page, &wrong);
        is_refused(&till.approve(&page, &wrong), "TRANSACTION_IS_NOT_EXIST");
        pages.push(page);
    }
    is_refused(&told, "BANK_TRANSFER_FAILED");
    assert_eq!((pages.len(), till.moved()), (3, 0));
    till.last_word(&body, "BANK_TRANSFER_FAILED");
    till.receiver.was_left_alone();
}

#[test]
fn what_is_not_an_answer_leaves_the_page() {
    let till = Till::new();
    let body = till.body("ok", BANK, "unsuitable");
    let page = till.transfer(&body)["pageId"].clone();
    for incomplete in [
        json!({}),
        json!({"smsCode": ""}),
        json!({"smsCode": null, "cardCode": []}),
        json!({"cardCode": ["11", "22", "33"]}),
        json!({"smsCode": "1", "cardCode": ["11"]}),
    ] {
        is_refused(&till.approve(&page, &incomplete), "CHECK_REQUIRED_FIELDS");
    }
    for nowhere in [json!({"smsCode": "1"}), json!({"smsCode": "1", "pageId": ""})] {
        is_refused(&till.floid().ask(APPROVAL, &nowhere), "CHECK_REQUIRED_FIELDS");
    }
    let wrong = |more: Value| till.floid().refusal(APPROVAL, &more.to_string());
    assert_eq!(wrong(json!({"pageId": 7})), "400 pageId: it must be a text");
    assert_eq!(wrong(json!({"pageId": page, "smsCode": 7})), "400 smsCode: it must be a text");
    let codes = json!({"pageId": page, "cardCode": "11"});
    assert_eq!(wrong(codes), "400 cardCode: it must be an array of texts");
    let told = till.approve(&page, &till.codes(&body, BANK.1));
    assert_eq!(printed::check_answer(&told), "BANK_TRANSFER_COMPLETED");
}

#[test]
fn a_page_of_another_tenant_is_as_unknown() {
    let till = Till::new();
    let body = till.body("ok", BANK, "mine");
    let page = till.transfer(&body)["pageId"].clone();
    let right = super::with(&json!({"pageId": page}), &till.codes(&body, BANK.1));
    let other = till.scene.other_tenant();
    let unknown = super::with(&right, &json!({"pageId": "0".repeat(40)}));
    let told = other.ask(APPROVAL, &right);
    is_refused(&told, "TRANSACTION_IS_NOT_EXIST");
    assert_eq!(till.floid().ask(APPROVAL, &unknown), told);
    assert_eq!(other.send_as("", APPROVAL, &right.to_string()).status, 401);
    assert_eq!(till.moved(), 0);
    let told = till.floid().ask(APPROVAL, &right);
    assert_eq!(printed::check_answer(&told), "BANK_TRANSFER_COMPLETED");
}

#[test]
fn whoever_comes_too_late_is_told_so() {
    let till = Till::new();
    let body = till.body("ok", BANK, "late");
    let page = till.transfer(&body)["pageId"].clone();
    let right = till.codes(&body, BANK.1);
    till.advance("PT5M1S");
    is_refused(&till.approve(&page, &right), "TRANSACTION_IS_EXPIRED");
    till.last_word(&body, "BANK_TRANSFER_FAILED");
    is_refused(&till.approve(&page, &right), "TRANSACTION_IS_EXPIRED");
    // The page of the first answer is over, so that it is not told again.
    is_refused(&till.transfer(&body), "BANK_TRANSFER_FAILED");
    assert_eq!(till.moved(), 0);
    till.receiver.was_left_alone();
}

/// Makes the only page run out while the bank asks on.
fn run_out(till: &Till) {
    let beside = till.beside();
    let row = only_payment(&beside);
    let now = beside.engine.now();
    let PaymentState::Challenged(mut asked) = row.standing.state.clone() else {
        panic!("the customer is asked");
    };
    asked.challenge.expires_at = now + SignedDuration::from_hours(1);
    let mut standing = row.standing.clone();
    standing.state = PaymentState::Challenged(asked);
    standing.page = row.standing.page.map(|page| PaymentPage { expires_at: now, ..page });
    let change = PaymentChange { id: row.id, expected: row.version, standing };
    let mut work = UnitOfWork::new(beside.tenant, now);
    work.push(Command::ChangePayment(Box::new(change)));
    beside.runtime.block_on(beside.store.commit(work)).unwrap();
}

#[test]
fn where_the_bank_still_asks_the_same_case_has_a_new_page() {
    let till = Till::new();
    let body = till.body("ok", BANK, "renewed");
    let first = till.transfer(&body);
    let right = till.codes(&body, BANK.1);
    run_out(&till);
    is_refused(&till.approve(&first["pageId"], &right), "TRANSACTION_IS_EXPIRED");
    let renewed = till.transfer(&body);
    assert_eq!(printed::check_answer(&renewed), "WAITING_FOR_SMS_CODE");
    assert_ne!(renewed["pageId"], first["pageId"]);
    assert_eq!(till.transfer(&body), renewed, "it is handed out as long as it is open");
    is_refused(&till.approve(&first["pageId"], &right), "TRANSACTION_IS_NOT_EXIST");
    let told = till.approve(&renewed["pageId"], &right);
    assert_eq!(printed::check_answer(&told), "BANK_TRANSFER_COMPLETED");
    till.last_word(&body, "BANK_TRANSFER_COMPLETED");
    assert_eq!(till.moved(), 1);
}

//! Banks that need time, or that fail when they have acted.

use serde_json::{Value, json};

use super::{Till, is_refused, printed};

fn fault(till: &Till, institution: &str, when: &str) {
    let path = format!("/_sandbox/institutions/{institution}/fault");
    let cut = json!({"kind": "cut", "calls": 1, "when": when, "operations": ["POST transfer"]});
    let ordered = till.scene.chile.lever("POST", &path, &cut);
    assert!(ordered.status < 300, "{}", ordered.text());
}

#[test]
fn whoever_is_in_doubt_asks_the_bank_before_anything_is_said() {
    let till = Till::new();
    let bank = ("banco security", "banco-security");
    for (when, message) in
        [("before", "BANK_TRANSFER_FAILED"), ("after", "BANK_TRANSFER_COMPLETED")]
    {
        fault(&till, bank.1, when);
        let body = till.body("ok", bank, when);
        let told = till.transfer(&body);
        assert_eq!(printed::check_answer(&told), message, "{when}");
        till.last_word(&body, message);
    }
    assert_eq!(till.moved(), 1);
    till.receiver.was_left_alone();
}

#[test]
fn a_bank_that_needs_time_says_so_and_the_callback_follows() {
    let till = Till::new();
    let (bank, institution) = ("banco estado", "banco-estado");
    let hold = format!("/_sandbox/institutions/{institution}/hold");
    assert!(till.scene.chile.lever("PUT", &hold, &Value::Null).status < 300);
    let body = till.body("ok", (bank, institution), "held");
    let asked = till.transfer(&body);
    let told = till.approve(&asked["pageId"], &till.codes(&body, institution));
    assert_eq!(printed::check_answer(&told), "VERIFICATION_DATA_ACCEPTED");
    // The page of the first answer was used, so that it is not told again.
    assert_eq!(till.transfer(&body), told);
    till.receiver.was_left_alone();
    assert!(till.scene.chile.lever("DELETE", &hold, &Value::Null).status < 300);
    till.last_word(&body, "BANK_TRANSFER_COMPLETED");
    assert_eq!(printed::check_answer(&till.transfer(&body)), "BANK_TRANSFER_COMPLETED");
    assert_eq!(till.moved(), 1);
    is_refused(
        &till.approve(&asked["pageId"], &json!({"smsCode": "1"})),
        "TRANSACTION_IS_NOT_EXIST",
    );
}

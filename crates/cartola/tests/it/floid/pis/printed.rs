//! The answers that Floid's document prints of payments.

use serde_json::{Value, json};

use crate::floid::printed::check;

const PAGE: &str = "c9dfc7c2ed3d34c2be415cfcadfd4e12043c002d";

/// Insists that an answer is one of those that are printed, key by key and type by type, with a page
/// of its own; gives its message.
#[track_caller]
pub fn check_answer(told: &Value) -> &str {
    let message = told["message"].as_str().unwrap();
    check(told, &printed(message));
    if let Some(page) = told["pageId"].as_str() {
        let is_figure = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        assert!(page.len() == PAGE.len() && page.bytes().all(is_figure), "{page}");
    }
    let accepts = message != "BANK_TRANSFER_FAILED";
    assert_eq!(told["isAccepted"], json!(accepts), "{told}");
    message
}

fn printed(message: &str) -> Value {
    let card = json!(["A1", "B1", "C1"]);
    match message {
        "WAITING_FOR_APP_APPROVAL" | "BANK_TRANSFER_COMPLETED" | "VERIFICATION_DATA_ACCEPTED" => {
            json!({"isAccepted": true, "message": message})
        }
        "BANK_TRANSFER_FAILED" => json!({"isAccepted": false, "message": message}),
        "WAITING_FOR_SMS_CODE" => json!({"isAccepted": true, "message": message, "pageId": PAGE}),
        "WAITING_FOR_CARD_CODE" | "WAITING_FOR_SMS_AND_CARD_CODE" => {
            json!({"isAccepted": true, "message": message, "cardCode": card, "pageId": PAGE})
        }
        _ => panic!("{message} is not printed"),
    }
}

pub fn last_word() -> Value {
    json!({
        "isValid": "true",
        "bankName": "bici",
        "moneyAmount": "10000",
        "caseId": "12345678",
        "message": "BANK_TRANSFER_COMPLETED"
    })
}

//! Every way in which banks have a customer prove that they want to pay.

use std::fmt::Write as _;

use expect_test::expect;
use serde_json::{Value, json};

use super::{APPROVAL, APPROVAL_OPTIONAL, Till, printed};
use crate::customers::customers;
use crate::floid::{BANKS, with};

/// The end of a company portal's id.
const PORTAL: &str = "-empresas";

/// Pays, all the way to the last word; gives what was told, one thing after another.
fn walk(till: &Till, body: &Value, institution: &str) -> String {
    let mut told = till.transfer(body);
    let mut steps = [APPROVAL, APPROVAL_OPTIONAL].into_iter();
    let mut said = Vec::new();
    loop {
        let message = printed::check_answer(&told);
        said.push(format!("{message} {}", labels(&told)).trim_end().to_owned());
        match message {
            "WAITING_FOR_APP_APPROVAL" => {
                till.approve_on_phone(body, institution);
                break;
            }
            "BANK_TRANSFER_COMPLETED" => break,
            _ => {
                let page = json!({"pageId": told["pageId"]});
                let answer = with(&page, &till.codes(body, institution));
                told = till.floid().ask(steps.next().unwrap(), &answer);
            }
        }
    }
    till.last_word(body, "BANK_TRANSFER_COMPLETED");
    said.join(", ")
}

fn labels(told: &Value) -> String {
    told.get("cardCode").map_or_else(String::new, ToString::to_string)
}

#[test]
fn every_bank_is_paid_from_as_printed() {
    let till = Till::new();
    let mut said = String::new();
    for bank in BANKS {
        let body = till.body("ok", bank, bank.0);
        writeln!(said, "{}: {}", bank.0, walk(&till, &body, bank.1)).unwrap();
    }
    expect![[r#"
        banco estado: WAITING_FOR_SMS_CODE, BANK_TRANSFER_COMPLETED
        bci: WAITING_FOR_CARD_CODE ["","",""], BANK_TRANSFER_COMPLETED
        banco santander: WAITING_FOR_CARD_CODE ["A1","B1","C1"], BANK_TRANSFER_COMPLETED
        scotiabank: WAITING_FOR_APP_APPROVAL
        banco bice: WAITING_FOR_SMS_CODE, WAITING_FOR_CARD_CODE ["A1","B1","C1"], BANK_TRANSFER_COMPLETED
        itau corpbanca: WAITING_FOR_SMS_AND_CARD_CODE ["A1","B1","C1"], BANK_TRANSFER_COMPLETED
        banco security: BANK_TRANSFER_COMPLETED
        banco chile: WAITING_FOR_APP_APPROVAL
        banco ripley: WAITING_FOR_SMS_CODE, BANK_TRANSFER_COMPLETED
        banco falabella: WAITING_FOR_SMS_CODE, BANK_TRANSFER_COMPLETED
    "#]]
    .assert_eq(&said);
    assert_eq!(till.moved(), BANKS.len() as u64);
    till.receiver.was_left_alone();
}

#[test]
fn either_call_takes_the_answer_to_any_step() {
    let till = Till::new();
    let institution = "banco-bice";
    let body = till.body("ok", ("banco bice", institution), "either");
    let first = till.transfer(&body);
    let answer = with(&json!({"pageId": first["pageId"]}), &till.codes(&body, institution));
    let second = till.floid().ask(APPROVAL_OPTIONAL, &answer);
    assert_eq!(printed::check_answer(&second), "WAITING_FOR_CARD_CODE");
    let last = till.approve(&second["pageId"], &till.codes(&body, institution));
    assert_eq!(printed::check_answer(&last), "BANK_TRANSFER_COMPLETED");
    till.last_word(&body, "BANK_TRANSFER_COMPLETED");
}

#[test]
fn a_company_pays_from_its_portal() {
    let till = Till::new();
    let mut customers = customers(40).into_iter();
    let company = customers.find(|customer| customer.institution.ends_with(PORTAL)).unwrap();
    let bank = company.institution.strip_suffix(PORTAL).unwrap();
    let (name, _) = BANKS.into_iter().find(|(_, institution)| *institution == bank).unwrap();
    let ok = till.body("ok", (name, bank), "company");
    let body = with(&ok, &json!({"rut": company.rut, "password": company.password}));
    walk(&till, &body, &company.institution);
    assert_eq!(till.moved(), 1);
}

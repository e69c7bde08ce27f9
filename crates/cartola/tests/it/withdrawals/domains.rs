//! The domains of Mi Banco that change by what the bank is told, read back through the connector; and
//! the screens that the trail names.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::giver::{Giver, WORKER};

/// Gives one, approves it, and wants it done.
#[track_caller]
fn done(giver: &Giver, resource: &str, key: &str, more: &Value) -> Value {
    let begun = giver.give(resource, key, more);
    assert_eq!(begun.status, 201, "{}", begun.text());
    giver.approve(&giver.until(resource, &begun.json(), "challenged"));
    giver.until(resource, &begun.json(), "completed")
}

/// A day of the month on which something is owed: early, whatever day it is.
fn to_the_first(giver: &Giver) {
    let today = giver.chile.today();
    let day: i64 = today[8..].parse().unwrap();
    giver.advance(&format!("PT{}H", (32 - day) * 24));
    let today = giver.chile.today();
    let day: i64 = today[8..].parse().unwrap();
    assert!(day <= 5, "{today}");
}

#[test]
fn a_bill_is_paid_once_and_owed_no_more() {
    let giver = Giver::new("ok");
    to_the_first(&giver);
    let bills = giver.record("service_accounts");
    let owed = bills.as_array().unwrap().iter().find(|bill| bill.get("bill").is_some());
    let owed = owed.unwrap_or_else(|| panic!("nothing is owed: {bills}")).clone();
    let amount = owed["bill"]["amount"]["minor"].as_i64().unwrap();
    let body = json!({"biller_code": owed["company_code"],
        "customer_number": owed["customer_number"], "amount": amount});
    let paid = done(&giver, "bill-payments", "luz-11", &body);
    assert_eq!((&paid["amount"], &paid["biller_code"]), (&json!(amount), &owed["company_code"]));
    let check = giver.chile.client.json("/_sandbox/ledger/check");
    assert_eq!((&check["balanced"], &check["transfers"]), (&json!(true), &json!(1)));
    let bills = giver.record("service_accounts");
    let is_it = |bill: &&Value| bill["customer_number"] == owed["customer_number"];
    let left = bills.as_array().unwrap().iter().find(is_it).unwrap();
    assert_eq!(left.get("bill"), None, "{left}");
    let again = giver.give("bill-payments", "luz-11-otra", &body).json();
    let failed = giver.until("bill-payments", &again, "failed");
    assert_eq!(failed["failure"]["code"], "wrong_amount", "nothing is owed any more");
    let elsewhere = json!({"biller_code": owed["company_code"], "customer_number": "1",
        "amount": amount});
    let told = giver.give("bill-payments", "luz-12", &elsewhere).json();
    let failed = giver.until("bill-payments", &told, "failed");
    assert_eq!(failed["failure"]["code"], "unknown_payee");
    assert_eq!(giver.client.list("/v1/bill-payments?state=completed").len(), 1);
    // It would be paid by itself later, and is not any more.
    giver.advance("PT744H");
    giver.balances();
}

#[test]
fn a_beneficiary_is_added_and_taken_away() {
    let giver = Giver::new("ok");
    let (rut, place) = giver.chile.person("company", "banco-chile-empresas");
    let known = |giver: &Giver| {
        let list = giver.record("beneficiaries");
        let theirs = list.as_array().unwrap().iter().filter(|each| each["alias"] == "Proveedor X");
        theirs.cloned().collect::<Vec<_>>()
    };
    assert_eq!(known(&giver), Vec::<Value>::new());
    let mut body = json!({"change": "add", "institution": "banco-chile",
        "account": place["accounts"][0], "rut": rut, "name": "Proveedor Equis SpA",
        "alias": "Proveedor X"});
    let added = done(&giver, "beneficiary-changes", "alta", &body);
    assert_eq!((&added["change"], added.get("amount")), (&json!("add"), None));
    let theirs = known(&giver);
    assert_eq!((theirs.len(), &theirs[0]["name"]), (1, &json!("Proveedor Equis SpA")));
    body["change"] = json!("remove");
    done(&giver, "beneficiary-changes", "baja", &body);
    assert_eq!(known(&giver), Vec::<Value>::new());
    // Of an account that nobody has, the bank makes no beneficiary.
    body["change"] = json!("add");
    body["account"] = json!("99-999-99999-99");
    let begun = giver.give("beneficiary-changes", "nadie", &body).json();
    let failed = giver.until("beneficiary-changes", &begun, "failed");
    assert_eq!(failed["failure"]["code"], "unknown_payee");
}

#[test]
fn the_bank_tells_what_was_put_aside_and_approved() {
    let giver = Giver::new("ok");
    let ready = giver.available("turno", 30_000, None);
    let told = giver.record("withdrawals");
    assert_eq!(told[0]["reference"], ready["bank_reference"]);
    assert_eq!((&told[0]["state"], &told[0]["rut"]), (&json!("available"), &json!("9876543-3")));
    assert!(!told.to_string().contains(ready["code"].as_str().unwrap()), "no code is told");
    assert_eq!(giver.claim(&ready["code"], WORKER).status, 200);
    let told = giver.record("withdrawals");
    assert_eq!(
        (&told[0]["state"], &told[0]["claimed_by"]),
        (&json!("claimed"), &json!("9876543-3"))
    );
    let denied = giver.put_aside("otro", 10_000, None);
    let denied = giver.until("withdrawals", &denied, "challenged");
    assert_eq!(giver.decide("deny", &denied), 200);
    let log = giver.record("authorization_events");
    let decisions: Vec<_> = log.as_array().unwrap().iter().map(|each| &each["decision"]).collect();
    assert_eq!(decisions, ["approved", "denied"]);
    assert_eq!(
        (&log[0]["operation"], &log[0]["reference"]),
        (&json!("WITHDRAWAL"), &ready["bank_reference"])
    );
    assert_eq!(log[0]["device_fingerprint"].as_str().unwrap().len(), 64);
}

#[test]
fn every_reading_names_the_screen_that_it_stands_for() {
    let giver = Giver::new("ok");
    giver.read(&json!({"products": ["all"]}));
    let identity = giver.record("identity");
    assert_eq!((&identity["segment"], identity["rut"].is_string()), (&json!("personas"), true));
    giver.available("turno", 10_000, None);
    let screens = |action: &str| -> BTreeSet<String> {
        let (mut found, mut after) = (BTreeSet::new(), 0);
        loop {
            let page = giver.client.json(&format!("/v1/audit?after={after}"));
            for entry in page["data"].as_array().unwrap() {
                if entry["action"].as_str().unwrap().starts_with(action) {
                    found.extend(entry["details"]["screen"].as_str().map(str::to_owned));
                }
            }
            let Some(next) = page["next_cursor"].as_u64() else { return found };
            after = next;
        }
    };
    let fetched = giver.wait("the accesses are written", || {
        let fetched = screens("link.fetched");
        (fetched.len() >= 9).then_some(fetched)
    });
    let expected = [
        "Giro sin tarjeta",
        "Login + Mi Pass enrolment",
        "Línea de crédito",
        "Mi Pass",
        "Pago de cuentas / servicios",
        "Saldos",
        "Tarjetas de crédito",
        "Transferencias a terceros",
        "Últimos movimientos",
    ];
    assert_eq!(fetched.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    let cash = screens("withdrawal.");
    assert_eq!(cash.iter().map(String::as_str).collect::<Vec<_>>(), ["Giro sin tarjeta"]);
}

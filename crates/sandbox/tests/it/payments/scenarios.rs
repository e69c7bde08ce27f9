//! What banks refuse, and what people do not do.

use cartola_connector::ErrorKind;
use cartola_model::{AccountNumber, Catalogue, TransferOrder};
use cartola_primitives::{Currency, Money, Rut, SignedDuration};
use cartola_sandbox::{Named, Scenario};
use serde_json::Value;

use super::{BANK, Payer, institution, stands};

const AMOUNT: i64 = 10_000;

/// Begins the order as changed, and wants no money to move.
async fn check_refused(change: impl Fn(&mut TransferOrder), expected: &str) {
    let payer = Payer::new(Scenario::Ok, "banco-security");
    let mut order = payer.order(1, AMOUNT);
    change(&mut order);
    let session = payer.session().await;
    assert_eq!(stands(&session.begin(&order).await), expected);
    assert_eq!(stands(&session.look(1).await.unwrap()), expected);
    payer.check_ledger(0);
}

#[tokio::test]
async fn there_must_be_such_an_account_of_such_a_person() {
    let unknown = "failed unknown_payee";
    let number = |text: &str| AccountNumber::parse(text).unwrap();
    check_refused(|order| order.to.account = number("00-123-45678-99"), unknown).await;
    check_refused(|order| order.to.institution = institution("banco-bice"), unknown).await;
    check_refused(|order| order.to.account = order.from.clone(), unknown).await;
    let other = Named::all().find(|named| named.scenario() == Scenario::Demo).unwrap().rut();
    check_refused(|order| order.to.rut = other, unknown).await;
}

#[tokio::test]
async fn amounts_have_bounds() {
    let set = |amount| {
        move |order: &mut TransferOrder| {
            order.amount = Money::new(amount, Currency::CLP);
        }
    };
    check_refused(set(99), "failed limit_exceeded").await;
    check_refused(set(5_000_001), "failed limit_exceeded").await;
    check_refused(set(5_000_000), "failed insufficient_funds").await;
}

#[tokio::test]
async fn what_is_no_order_is_an_error_and_leaves_nothing() {
    let payer = Payer::new(Scenario::Ok, BANK);
    let session = payer.session().await;
    let check = async |change: fn(&mut TransferOrder), kind: ErrorKind| {
        let mut order = payer.order(1, AMOUNT);
        change(&mut order);
        assert_eq!(session.try_begin(&order).await.unwrap_err().kind, kind);
    };
    check(|order| order.amount = Money::new(0, Currency::CLP), ErrorKind::RequestInvalid).await;
    check(|order| order.amount = Money::new(500, Currency::USD), ErrorKind::RequestInvalid).await;
    check(|order| order.to.institution = institution("banco-luna"), ErrorKind::RequestInvalid)
        .await;
    check(|order| order.from = order.to.account.clone(), ErrorKind::NoSuchProduct).await;
    check(|order| order.comment = Some("x".repeat(121)), ErrorKind::RequestInvalid).await;
    assert_eq!(session.look(1).await, None);
}

#[tokio::test]
async fn the_day_has_a_limit_and_the_next_day_another() {
    let payer = Payer::new(Scenario::Company, "banco-chile-empresas");
    let session = payer.session().await;
    let other = payer.server.at(Scenario::Ok, BANK).accounts[0].clone();
    let pay = async |id: u8| {
        let mut order = payer.order(id, 50_000_000);
        order.to.account = AccountNumber::parse(&other).unwrap();
        order.to.rut = crate::server::named(Scenario::Ok);
        session.begin(&order).await;
        payer.decide("approve", id).await;
        stands(&session.look(id).await.unwrap())
    };
    let account = payer.server.at(payer.scenario, payer.bank).accounts[0].clone();
    let rich =
        serde_json::json!({"account": account, "amount": 900_000_000, "description": "APORTE"});
    assert_eq!(payer.server.lever("POST", "/movements", rich).await.0, 201);
    for id in 1..=5 {
        assert_eq!(pay(id).await, "completed 2026-11-20T15:00:00Z");
    }
    assert_eq!(pay(6).await, "failed limit_exceeded");
    payer.server.world.advance(SignedDuration::from_hours(12)).unwrap();
    let session = payer.session().await;
    let mut order = payer.order(7, 50_000_000);
    order.to.account = AccountNumber::parse(&other).unwrap();
    order.to.rut = crate::server::named(Scenario::Ok);
    assert_eq!(stands(&session.begin(&order).await), "challenged app 3");
    payer.check_ledger(5);
}

#[tokio::test]
async fn who_denies_denies_and_who_is_silent_lets_it_expire() {
    let payer = Payer::new(Scenario::ApprovalDenied, BANK);
    let session = payer.session().await;
    assert_eq!(stands(&session.begin(&payer.order(1, AMOUNT)).await), "challenged app 3");
    assert_eq!(stands(&session.look(1).await.unwrap()), "failed denied");
    payer.check_ledger(0);

    let payer = Payer::new(Scenario::ApprovalSilent, BANK);
    let session = payer.session().await;
    assert_eq!(stands(&session.begin(&payer.order(1, AMOUNT)).await), "challenged app 3");
    assert_eq!(payer.phone().await["pending"], serde_json::json!([]));
    assert_eq!(payer.decide("approve", 1).await, 400);
    payer.server.world.advance(SignedDuration::from_mins(5)).unwrap();
    assert_eq!(stands(&session.look(1).await.unwrap()), "failed challenge_expired");
    payer.check_ledger(0);
}

#[tokio::test]
async fn who_has_too_little_or_may_too_little_pays_nobody() {
    for (scenario, expected) in [
        (Scenario::InsufficientFunds, "failed insufficient_funds"),
        (Scenario::OverLimit, "failed limit_exceeded"),
    ] {
        for bank in [BANK, "banco-estado", "demo-bank"] {
            let payer = Payer::new(scenario, bank);
            let session = payer.session().await;
            assert_eq!(stands(&session.begin(&payer.order(1, 1_000)).await), expected);
            payer.check_ledger(0);
        }
    }
}

#[tokio::test]
async fn a_denial_on_the_phone_ends_it() {
    let payer = Payer::new(Scenario::Ok, BANK);
    let session = payer.session().await;
    session.begin(&payer.order(1, AMOUNT)).await;
    assert_eq!(payer.decide("deny", 1).await, 200);
    assert_eq!(stands(&session.look(1).await.unwrap()), "failed denied");
    assert_eq!(payer.decide("approve", 1).await, 400);
    payer.check_ledger(0);
}

/// The beneficiaries of the list are landlords and suppliers who live outside the box, and friends.
#[tokio::test]
async fn whoever_is_among_the_beneficiaries_can_be_paid() {
    let payer = Payer::new(Scenario::Ok, BANK);
    let session = payer.session().await;
    let token = payer.server.token(payer.scenario, BANK).await;
    let call = (BANK, "GET", "beneficiaries");
    let listed = payer.server.bank(call, &token, crate::server::DEVICE, Value::Null).await.1;
    let mut paid = 0;
    for (id, each) in (1..).zip(listed["beneficiaries"].as_array().unwrap()) {
        let text = |name: &str| each[name].as_str().unwrap();
        let catalogue = Catalogue::bundled();
        let bank = catalogue.iter().find(|row| row.name == text("bank_name"));
        let mut order = payer.order(id, 1_000);
        order.to.institution = bank.unwrap().id.clone();
        order.to.account = AccountNumber::parse(text("account_number")).unwrap();
        order.to.rut = Rut::parse(text("rut")).unwrap();
        order.to.name = text("name").to_owned();
        if order.to.account == order.from {
            continue;
        }
        assert_eq!(stands(&session.begin(&order).await), "challenged app 3", "{each}");
        assert_eq!(payer.decide("approve", id).await, 200);
        paid += 1;
        payer.check_ledger(paid);
    }
    assert!(paid > 3, "{listed}");
}

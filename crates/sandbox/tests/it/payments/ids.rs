//! One id, one transfer, whatever is said about it, how often and by whom.

use cartola_connector::ErrorKind;
use cartola_model::TransferState;
use cartola_primitives::{Currency, Money};
use cartola_sandbox::Scenario;
use serde_json::Value;

use super::{BANK, Payer, sms, stands};

const AMOUNT: i64 = 10_000;

#[tokio::test]
async fn the_same_order_twice_moves_money_once() {
    let payer = Payer::new(Scenario::Ok, "banco-security");
    let (first, second) = (payer.session().await, payer.session().await);
    let order = payer.order(1, AMOUNT);
    let before = payer.holds(&order.to.account);
    let told = first.begin(&order).await;
    assert_eq!(second.begin(&order).await, told);
    assert_eq!(second.look(1).await, Some(told));
    assert_eq!(payer.holds(&order.to.account), before + AMOUNT);
    payer.check_ledger(1);
}

#[tokio::test]
async fn another_order_under_the_same_id_is_refused() {
    let payer = Payer::new(Scenario::Ok, "banco-security");
    let session = payer.session().await;
    let order = payer.order(1, AMOUNT);
    let told = session.begin(&order).await;
    let mut others = vec![order.clone(); 3];
    others[0].amount = Money::new(AMOUNT + 1, Currency::CLP);
    others[1].comment = None;
    others[2].to.name = "Otra Persona".to_owned();
    for other in others {
        let refused = session.try_begin(&other).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::RequestInvalid);
    }
    assert_eq!(session.begin(&order).await, told);
    payer.check_ledger(1);
}

#[tokio::test]
async fn of_two_that_race_for_the_same_money_one_is_paid() {
    let payer = Payer::new(Scenario::Ok, "banco-estado");
    let session = payer.session().await;
    let all = payer.holds(&payer.order(1, AMOUNT).from);
    let (first, second) = (payer.order(1, all), payer.order(2, all));
    session.begin(&first).await;
    session.begin(&second).await;
    let codes = payer.phone().await["pending"].clone();
    let code = |id: u8| {
        let id = super::id_of(id).to_string();
        let pending = codes.as_array().unwrap().iter();
        let found = pending.into_iter().find(|each| each["end_to_end_id"] == id).unwrap();
        sms(found["sms"].as_str().unwrap())
    };
    let (one, other) = (code(1), code(2));
    let (one, other) = tokio::join!(session.answer(1, &one), session.answer(2, &other));
    let mut told = [stands(&one), stands(&other)];
    told.sort();
    assert_eq!(told, ["completed 2026-11-20T15:00:00Z", "failed insufficient_funds"]);
    assert_eq!(payer.holds(&first.from), 0);
    payer.check_ledger(1);
}

#[tokio::test]
async fn the_same_order_from_many_sides_at_once_moves_money_once() {
    let payer = Payer::new(Scenario::Ok, "banco-security");
    let session = payer.session().await;
    let order = payer.order(1, AMOUNT);
    let calls = (0..8).map(|_| session.begin(&order));
    let told = futures::future::join_all(calls).await;
    assert!(told.iter().all(|each| *each == told[0]), "{told:?}");
    payer.check_ledger(1);
}

#[tokio::test]
async fn a_transfer_is_its_customers_and_not_a_sessions() {
    let payer = Payer::new(Scenario::Ok, "banco-estado");
    payer.session().await.begin(&payer.order(1, AMOUNT)).await;
    let right = payer.right_answer().await;
    let told = payer.session().await.answer(1, &right).await;
    assert!(matches!(told.state, TransferState::Completed { .. }));
    let elsewhere = Payer { bank: "banco-bci", ..payer };
    assert_eq!(elsewhere.session().await.look(1).await, None);
}

#[tokio::test]
async fn what_is_withdrawn_is_not_paid() {
    let payer = Payer::new(Scenario::Ok, "banco-estado");
    let session = payer.session().await;
    session.begin(&payer.order(1, AMOUNT)).await;
    let right = payer.right_answer().await;
    assert_eq!(stands(&session.withdraw(1).await), "failed withdrawn");
    assert_eq!(stands(&session.answer(1, &right).await), "failed withdrawn");
    assert_eq!(stands(&session.begin(&payer.order(1, AMOUNT)).await), "failed withdrawn");
    assert_eq!(stands(&session.withdraw(1).await), "failed withdrawn");
    payer.check_ledger(0);
}

#[tokio::test]
async fn what_is_withdrawn_before_it_arrives_is_not_paid_when_it_does() {
    let payer = Payer::new(Scenario::Ok, "banco-security");
    let session = payer.session().await;
    assert_eq!(session.look(1).await, None);
    assert_eq!(stands(&session.withdraw(1).await), "failed withdrawn");
    assert_eq!(stands(&session.begin(&payer.order(1, AMOUNT)).await), "failed withdrawn");
    assert_eq!(stands(&session.look(1).await.unwrap()), "failed withdrawn");
    payer.check_ledger(0);
}

#[tokio::test]
async fn what_was_paid_is_not_withdrawn() {
    let payer = Payer::new(Scenario::Ok, "banco-security");
    let session = payer.session().await;
    let told = session.begin(&payer.order(1, AMOUNT)).await;
    assert_eq!(session.withdraw(1).await, told);
    payer.check_ledger(1);
}

#[tokio::test]
async fn what_settles_later_cannot_be_withdrawn_and_settles() {
    let payer = Payer::new(Scenario::Ok, BANK);
    let hold = format!("/institutions/{BANK}/hold");
    assert_eq!(payer.server.lever("PUT", &hold, Value::Null).await.0, 204);
    let session = payer.session().await;
    session.begin(&payer.order(1, AMOUNT)).await;
    assert_eq!(payer.decide("approve", 1).await, 200);
    assert_eq!(stands(&session.look(1).await.unwrap()), "settling");
    assert_eq!(stands(&session.withdraw(1).await), "settling");
    payer.check_ledger(0);
    let payer = payer.again();
    assert_eq!(payer.server.lever("DELETE", &hold, Value::Null).await.0, 204);
    let told = payer.session().await.look(1).await.unwrap();
    assert_eq!(stands(&told), "completed 2026-11-20T15:00:00Z");
    payer.check_ledger(1);
}

#[tokio::test]
async fn an_answer_to_nothing_is_refused() {
    let payer = Payer::new(Scenario::Ok, "banco-estado");
    let refused = payer.session().await.try_answer(1, &sms("123456")).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::NoSuchProduct);
}

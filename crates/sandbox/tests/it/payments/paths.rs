//! Every way of every bank to authenticate a transfer.

use cartola_connector::ErrorKind;
use cartola_connector::session::ChallengeAnswer;
use cartola_model::{ChallengeKind, TransferState};
use cartola_primitives::SignedDuration;
use cartola_sandbox::Scenario;
use expect_test::{Expect, expect};
use serde_json::json;

use super::{BANK, Payer, id_of, sms, stands};

const AMOUNT: i64 = 10_000;

/// Pays by whatever the bank asks for, and wants each side to have it once.
async fn check(scenario: Scenario, bank: &'static str, expected: &Expect) {
    let payer = Payer::new(scenario, bank);
    let session = payer.session().await;
    let order = payer.order(1, AMOUNT);
    let before = (payer.holds(&order.from), payer.holds(&order.to.account));
    let mut told = session.begin(&order).await;
    let mut stages = vec![stands(&told)];
    while let TransferState::Challenged(challenge) = &told.state {
        told = if challenge.kind == ChallengeKind::App {
            assert_eq!(payer.decide("approve", 1).await, 200);
            session.look(1).await.unwrap()
        } else {
            let answer = payer.right_answer().await;
            assert!(answer.answers(&challenge.kind), "{answer:?} {:?}", challenge.kind);
            session.answer(1, &answer).await
        };
        stages.push(stands(&told));
    }
    expected.assert_eq(&format!("{}\n", stages.join("\n")));
    let after = (payer.holds(&order.from), payer.holds(&order.to.account));
    assert_eq!(after, (before.0 - AMOUNT, before.1 + AMOUNT));
    payer.check_ledger(1);
}

#[tokio::test]
async fn an_app_approves() {
    let expected = expect![[r#"
        challenged app 3
        completed 2026-11-20T15:00:00Z
    "#]];
    check(Scenario::Ok, "banco-chile", &expected).await;
    check(Scenario::Ok, "banco-scotiabank", &expected).await;
    check(Scenario::Demo, "demo-bank", &expected).await;
}

#[tokio::test]
async fn an_sms_has_a_code() {
    let expected = expect![[r#"
        challenged sms 3
        completed 2026-11-20T15:00:00Z
    "#]];
    for bank in ["banco-estado", "banco-ripley", "banco-falabella"] {
        check(Scenario::Ok, bank, &expected).await;
    }
}

#[tokio::test]
async fn a_card_or_a_device_has_several() {
    let card = expect![[r#"
        challenged card 3
        completed 2026-11-20T15:00:00Z
    "#]];
    check(Scenario::Ok, "banco-santander", &card).await;
    let device = expect![[r#"
        challenged device 3
        completed 2026-11-20T15:00:00Z
    "#]];
    check(Scenario::Ok, "banco-bci", &device).await;
}

#[tokio::test]
async fn some_want_both_at_once_or_one_after_the_other() {
    let both = expect![[r#"
        challenged sms_and_card 3
        completed 2026-11-20T15:00:00Z
    "#]];
    check(Scenario::Ok, "banco-itau", &both).await;
    let steps = expect![[r#"
        challenged sms 3
        challenged card 3
        completed 2026-11-20T15:00:00Z
    "#]];
    check(Scenario::Ok, "banco-bice", &steps).await;
}

#[tokio::test]
async fn one_asks_for_nothing() {
    let expected = expect![[r#"
        completed 2026-11-20T15:00:00Z
    "#]];
    check(Scenario::Ok, "banco-security", &expected).await;
}

#[tokio::test]
async fn companies_pay_at_their_portals_by_the_same_rules() {
    let payer = Payer::new(Scenario::Company, "banco-bci-empresas");
    let session = payer.session().await;
    let order = payer.order(1, AMOUNT);
    assert_eq!(stands(&session.begin(&order).await), "challenged device 3");
    let told = session.answer(1, &payer.right_answer().await).await;
    assert!(matches!(told.state, TransferState::Completed { .. }), "{told:?}");
    payer.check_ledger(1);
}

#[tokio::test]
async fn the_coordinates_and_the_empty_labels_are_as_banks_print_them() {
    let asked = async |bank| {
        let payer = Payer::new(Scenario::Ok, bank);
        let token = payer.server.token(payer.scenario, bank).await;
        let order = payer.order(1, AMOUNT);
        let body = json!({"end_to_end_id": id_of(1), "from_account": order.from.written(),
            "to_account": order.to.account.written(), "to_bank": "BANCO_CHILE",
            "amount": AMOUNT, "currency": "CLP"});
        let call = (bank, "POST", "transfer");
        let answer = payer.server.bank(call, &token, crate::server::DEVICE, body).await;
        format!("{} {}\n", answer.0, answer.1)
    };
    let told = [asked("banco-santander").await, asked("banco-bci").await, asked(BANK).await];
    expect![[r#"
        202 {"challenge":{"attempts_left":3,"expires_at":"2026-11-20T15:05:00Z","labels":["A1","B1","C1"],"type":"CARD"},"end_to_end_id":"01010101010101010101010101010101","status":"PENDING_AUTHORIZATION","transfer_id":"tr_6YHWFZTLSMMV6P3233YL7C6GRQ"}
        202 {"challenge":{"attempts_left":3,"expires_at":"2026-11-20T15:05:00Z","labels":["","",""],"type":"DEVICE"},"end_to_end_id":"01010101010101010101010101010101","status":"PENDING_AUTHORIZATION","transfer_id":"tr_WAZWYH4KDNCRYPFMLAGR2FEPN6"}
        202 {"auth_url":"mibanco://authorize?req=tr_HU5KPAATG4WQXSLNA3LUDESBR4","challenge":{"attempts_left":3,"expires_at":"2026-11-20T15:05:00Z","type":"APP"},"end_to_end_id":"01010101010101010101010101010101","status":"PENDING_AUTHORIZATION","transfer_id":"tr_HU5KPAATG4WQXSLNA3LUDESBR4"}
    "#]].assert_eq(&told.concat());
}

#[tokio::test]
async fn three_wrong_answers_fail_it_and_others_cost_nothing() {
    let payer = Payer::new(Scenario::Ok, "banco-bice");
    let session = payer.session().await;
    session.begin(&payer.order(1, AMOUNT)).await;
    let card = |codes: [&str; 3]| ChallengeAnswer {
        sms: None,
        codes: Some(codes.map(|code| code.to_owned().into()).into()),
    };
    let refused = session.try_answer(1, &card(["11", "22", "33"])).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::RequestInvalid);
    assert_eq!(stands(&session.answer(1, &sms("x")).await), "challenged sms 2");
    let right = payer.right_answer().await;
    assert_eq!(stands(&session.answer(1, &right).await), "challenged card 3");
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(stands(&session.answer(1, &card(["x", "y", "z"])).await));
    }
    let expected = [
        "challenged card 2",
        "challenged card 1",
        "failed challenge_rejected",
        "failed challenge_rejected",
    ];
    assert_eq!(told, expected);
    payer.check_ledger(0);
}

#[tokio::test]
async fn a_challenge_expires_after_five_minutes_of_the_box() {
    let payer = Payer::new(Scenario::Ok, "banco-estado");
    let session = payer.session().await;
    session.begin(&payer.order(1, AMOUNT)).await;
    let right = payer.right_answer().await;
    payer.server.world.advance(SignedDuration::from_secs(299)).unwrap();
    assert_eq!(stands(&session.look(1).await.unwrap()), "challenged sms 3");
    payer.server.world.advance(SignedDuration::from_secs(1)).unwrap();
    assert_eq!(stands(&session.answer(1, &right).await), "failed challenge_expired");
    payer.check_ledger(0);
}

#[tokio::test]
async fn a_token_of_mi_pass_approves_one_transfer_at_once() {
    let payer = Payer::new(Scenario::Ok, BANK);
    let path = format!("/phones/{}/pass", payer.rut().compact());
    let pass = payer.server.lever("POST", &path, serde_json::Value::Null).await.1;
    let pass = pass["token"].as_str().unwrap().to_owned();
    let mut told = Vec::new();
    for (id, token) in [(1, "mp_nonsense"), (2, &pass), (3, &pass)] {
        told.push(payer.begin_with_pass(id, token).await);
    }
    assert_eq!(told, ["PENDING_AUTHORIZATION", "COMPLETED", "PENDING_AUTHORIZATION"]);
    payer.check_ledger(1);
}

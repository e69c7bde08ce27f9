//! *Movimientos y Saldos* as it is printed.

use cartola_model::{BalanceKind, CardUse};
use cartola_primitives::{Currency, Money};
use cartola_provider_apistore::mapping;
use cartola_provider_apistore::wire::{MovementType, Statement};
use expect_test::{Expect, expect};

use crate::records::movement;

fn check(statement: &Statement, expect: Expect) {
    expect.assert_eq(&serde_json::to_string(statement).unwrap());
}

#[test]
fn a_statement_has_the_printed_members() {
    let statement = Statement {
        account_id: "xxx".to_owned(),
        balance: mapping::balance([(BalanceKind::Ledger, Money::new(1_234_567, Currency::CLP))]),
        movements: vec![mapping::movement(&movement(1_000, Currency::CLP, " TEF  DE ANA "))],
        next_cursor: None,
    };
    check(
        &statement,
        expect![[
            r#"{"account_id":"xxx","balance":{"amount":1234567,"currency":"CLP"},"movements":[{"date":"2025-01-02","amount":1000,"type":"TRANSFER","description":"TEF DE ANA"}]}"#
        ]],
    );
}

#[test]
fn what_is_not_known_is_left_out_and_what_there_is_more_is_told() {
    let statement = Statement {
        account_id: "1".to_owned(),
        balance: mapping::balance([(BalanceKind::CreditUsed, Money::new(1, Currency::USD))]),
        movements: vec![mapping::movement(&movement(-1_590, Currency::USD, "CARGO"))],
        next_cursor: Some("abc".to_owned()),
    };
    check(
        &statement,
        expect![[
            r#"{"account_id":"1","movements":[{"date":"2025-01-02","amount":-15.90,"type":"DEBIT","description":"CARGO"}],"next_cursor":"abc"}"#
        ]],
    );
}

#[test]
fn what_may_be_spent_is_told_before_what_is_in_the_books() {
    let money = |minor| Money::new(minor, Currency::CLP);
    let known = [
        (BalanceKind::Overdraft, money(3)),
        (BalanceKind::Ledger, money(1)),
        (BalanceKind::Available, money(2)),
    ];
    let told = mapping::balance(known).unwrap();
    assert_eq!(serde_json::to_string(&told).unwrap(), r#"{"amount":2,"currency":"CLP"}"#);
}

fn check_type(channel: Option<&str>, glosa: &str, minor: i64, expected: MovementType) {
    let mut movement = movement(minor, Currency::CLP, glosa);
    movement.details.channel = channel.map(str::to_owned);
    assert_eq!(mapping::movement_type(&movement), expected, "{channel:?} {glosa} {minor}");
}

#[test]
fn how_money_came_or_went_is_told_by_channel_and_glosa() {
    use MovementType::{Credit, Debit, Purchase, Transfer, Withdrawal};
    check_type(Some("TEF"), "ANA PEREZ", 5, Transfer);
    check_type(None, "Traspaso a: Juan", -5, Transfer);
    check_type(Some("Internet"), "TRANSFERENCIA DE ANA", 5, Transfer);
    check_type(None, "TEFLON LTDA", 5, Credit);
    check_type(Some("Tarjeta"), "JUMBO", -5, Purchase);
    check_type(None, "COMPRA NACIONAL JUMBO", -5, Purchase);
    check_type(Some("Cajero"), "GIRO", -5, Withdrawal);
    check_type(None, "GIRO CAJERO AUTOMATICO", -5, Withdrawal);
    check_type(Some("Internet"), "PAGO EN SERVIPAG", -5, Debit);
    check_type(None, "REMUNERACION", 5, Credit);
}

#[test]
fn what_was_done_with_a_card_is_a_purchase() {
    let mut bought = movement(-5, Currency::CLP, "TRASPASO");
    bought.details.card = Some(CardUse { last4: "1234".to_owned(), additional: false });
    assert_eq!(mapping::movement_type(&bought), MovementType::Purchase);
}

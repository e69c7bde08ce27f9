//! *Movimientos y Saldos* as it is printed.

use cartola_model::{BalanceKind, CardUse};
use cartola_primitives::{Currency, Date, Money, date};
use cartola_provider_apistore::mapping::{self, Known};
use cartola_provider_apistore::wire::{BalanceType, MovementType, Statement};
use expect_test::{Expect, expect};

use crate::records::movement;

fn check(statement: &Statement, expect: Expect) {
    expect.assert_eq(&serde_json::to_string(statement).unwrap());
}

const TODAY: Date = date(2025, 3, 12);

const fn known(kind: BalanceKind, amount: Money, as_of: Date) -> Known {
    Known { kind, amount, as_of }
}

const fn pesos(minor: i64) -> Money {
    Money::new(minor, Currency::CLP)
}

#[test]
fn a_statement_has_the_printed_members() {
    let balance = known(BalanceKind::Available, pesos(1_234_567), TODAY);
    let lines = vec![mapping::movement(&movement(1_000, Currency::CLP, " TEF  DE ANA "))];
    check(
        &mapping::statement("xxx".to_owned(), ([balance], TODAY), (lines, None)),
        expect![[
            r#"{"account_id":"xxx","balance":{"amount":1234567,"currency":"CLP"},"movements":[{"date":"2025-01-02","amount":1000,"type":"TRANSFER","description":"TEF DE ANA"}]}"#
        ]],
    );
}

#[test]
fn what_is_not_known_is_left_out_and_what_there_is_more_is_told() {
    let used = known(BalanceKind::CreditUsed, Money::new(1, Currency::USD), TODAY);
    let lines = vec![mapping::movement(&movement(-1_590, Currency::USD, "CARGO"))];
    let page = (lines, Some("abc".to_owned()));
    check(
        &mapping::statement("1".to_owned(), ([used], TODAY), page),
        expect![[
            r#"{"account_id":"1","movements":[{"date":"2025-01-02","amount":-15.90,"type":"DEBIT","description":"CARGO"}],"next_cursor":"abc"}"#
        ]],
    );
}

/// What is on an account as it is told, of these.
fn check_balance(known: &[Known], expect: Expect) {
    let known = known.iter().copied();
    check(&mapping::statement("1".to_owned(), (known, TODAY), (Vec::new(), None)), expect);
}

#[test]
fn what_may_be_spent_is_told_before_what_is_in_the_books() {
    check_balance(
        &[
            known(BalanceKind::Overdraft, pesos(3), TODAY),
            known(BalanceKind::Ledger, pesos(1), TODAY),
            known(BalanceKind::Available, pesos(2), TODAY),
        ],
        expect![[r#"{"account_id":"1","balance":{"amount":2,"currency":"CLP"},"movements":[]}"#]],
    );
}

#[test]
fn a_balance_of_another_day_or_of_the_books_is_not_told_as_what_is_available_now() {
    check_balance(
        &[known(BalanceKind::Available, pesos(2), date(2025, 3, 1))],
        expect![[
            r#"{"account_id":"1","balance":{"amount":2,"currency":"CLP"},"balance_as_of":"2025-03-01","movements":[]}"#
        ]],
    );
    check_balance(
        &[known(BalanceKind::Ledger, pesos(1), TODAY)],
        expect![[
            r#"{"account_id":"1","balance":{"amount":1,"currency":"CLP"},"balance_type":"BOOKED","movements":[]}"#
        ]],
    );
    assert_eq!(serde_json::to_value(BalanceType::Booked).unwrap(), BalanceType::Booked.word());
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
    check_type(Some("Cajero Automático"), "GIRO", -5, Withdrawal);
    check_type(Some("Cajero Automático"), "TRASPASO DE ANA PEREZ", 5, Transfer);
    check_type(Some("Cajero"), "TEF A JUAN", -5, Transfer);
    check_type(Some("Cajero Automático"), "DEPOSITO EN EFECTIVO", 5, Credit);
    check_type(Some("Internet"), "Giro sin tarjeta", -5, Withdrawal);
    check_type(Some("Internet"), "DEVOLUCION GIRO SIN TARJETA", 5, Credit);
    check_type(Some("Internet"), "PAGO EN SERVIPAG", -5, Debit);
    check_type(None, "REMUNERACION", 5, Credit);
}

#[test]
fn what_was_done_with_a_card_is_a_purchase() {
    let mut bought = movement(-5, Currency::CLP, "TRASPASO");
    bought.details.card = Some(CardUse { last4: "1234".to_owned(), additional: false });
    assert_eq!(mapping::movement_type(&bought), MovementType::Purchase);
}

use cartola_model::{CardUse, Counterparty, Instalment, InstitutionId, Movement, MovementStatus};
use cartola_primitives::id::AccountId;
use cartola_primitives::{Money, Rut, date};
use cartola_provider_khipu::mapping::{References, TransactionSource, transaction};
use cartola_provider_khipu::wire::{CreditDebit, Transaction};
use expect_test::{Expect, expect};
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;

use crate::schema::Schema;
use crate::support::{any_counterparty, any_movement, any_number, movement, number};

fn check(movement: &Movement, counterparty: Option<&Counterparty>, expect: &Expect) {
    let number = number("873458");
    let source = TransactionSource { number: &number, movement, counterparty };
    let record = transaction(&source, &mut References::default()).unwrap();
    Schema::of("Transaction").check(&record);
    expect.assert_eq(&serde_json::to_string_pretty(&record).unwrap());
}

fn person() -> Counterparty {
    Counterparty {
        name: Some("ANA SOTO".into()),
        rut: Some(Rut::parse("11.111.111-1").unwrap()),
        account: Some("00-123-45678-90".into()),
        bank: Some(InstitutionId::parse("banco-estado").unwrap()),
    }
}

#[test]
fn a_transfer_names_who_was_paid() {
    let mut transfer = movement(date(2017, 7, 22), -15_990);
    transfer.value_on = Some(date(2017, 7, 24));
    transfer.balance_after = Some(-10);
    transfer.glosa = "  TEF  DE   ANA SOTO ".into();
    transfer.details.reference = Some("09cce92d-494b-4f29-8584-6a0409a052c7".into());
    transfer.details.document = Some("000123".into());
    transfer.details.channel = Some("Internet".into());
    transfer.details.branch = Some("SUCURSAL SANTIAGO CENTRO".into());
    check(
        &transfer,
        Some(&person()),
        &expect![[r#"
            {
              "AccountId": "873458",
              "AddressLine": "SUCURSAL SANTIAGO CENTRO",
              "BookingDateTime": "2017-07-22T00:00:00-0400",
              "CreditDebitIndicator": "Debit",
              "StatementReference": [
                "22c1cb411b5e"
              ],
              "Status": "Booked",
              "TransactionId": "abababababababababababababababab",
              "TransactionInformation": "TEF DE ANA SOTO",
              "TransactionMutability": "Immutable",
              "TransactionReference": "09cce92d-494b-4f29-8584-6a0409a052c7",
              "ValueDateTime": "2017-07-24T00:00:00-0400",
              "Amount": {
                "Amount": "15990",
                "Currency": "CLP"
              },
              "Balance": {
                "Amount": {
                  "Amount": "10",
                  "Currency": "CLP"
                },
                "CreditDebitIndicator": "Debit",
                "Type": "InterimBooked"
              },
              "CreditorAgent": {
                "SchemeName": "CL.CMF",
                "Identification": "012",
                "Name": "BancoEstado"
              },
              "CreditorAccount": {
                "SchemeName": "CL.AccountNumber",
                "Identification": "00-123-45678-90",
                "Name": "ANA SOTO",
                "SecondaryIdentification": "11111111-1"
              },
              "SupplementaryData": [
                {
                  "Name": "Channel",
                  "Value": "Internet"
                },
                {
                  "Name": "DocumentNumber",
                  "Value": "000123"
                }
              ]
            }"#]],
    );
}

#[test]
fn an_abono_names_who_paid() {
    let abono = movement(date(2024, 9, 8), 1);
    let other = Counterparty { account: None, ..person() };
    check(
        &abono,
        Some(&other),
        &expect![[r#"
            {
              "AccountId": "873458",
              "BookingDateTime": "2024-09-08T01:00:00-0300",
              "CreditDebitIndicator": "Credit",
              "StatementReference": [
                "07d6362662db"
              ],
              "Status": "Booked",
              "TransactionId": "abababababababababababababababab",
              "TransactionInformation": "TRASPASO A:",
              "TransactionMutability": "Immutable",
              "Amount": {
                "Amount": "1",
                "Currency": "CLP"
              },
              "DebtorAgent": {
                "SchemeName": "CL.CMF",
                "Identification": "012",
                "Name": "BancoEstado"
              },
              "DebtorAccount": {
                "SchemeName": "CL.RUT",
                "Identification": "11111111-1",
                "Name": "ANA SOTO"
              }
            }"#]],
    );
}

#[test]
fn a_purchase_names_the_shop() {
    let mut purchase = movement(date(2026, 3, 5), -15_990);
    purchase.status = MovementStatus::Pending;
    purchase.details.city = Some("ÑUÑOA".into());
    purchase.details.card = Some(CardUse { last4: "1234".into(), additional: false });
    purchase.details.instalment = Some(Instalment { number: 3, of: 12 });
    let shop = Counterparty { name: Some("JUMBO".into()), ..Counterparty::default() };
    check(
        &purchase,
        Some(&shop),
        &expect![[r#"
            {
              "AccountId": "873458",
              "AddressLine": "ÑUÑOA",
              "BookingDateTime": "2026-03-05T00:00:00-0300",
              "CreditDebitIndicator": "Debit",
              "Status": "Pending",
              "TransactionId": "abababababababababababababababab",
              "TransactionInformation": "TRASPASO A:",
              "TransactionMutability": "Mutable",
              "Amount": {
                "Amount": "15990",
                "Currency": "CLP"
              },
              "MerchantDetails": {
                "MerchantName": "JUMBO"
              },
              "SupplementaryData": [
                {
                  "Name": "City",
                  "Value": "ÑUÑOA"
                },
                {
                  "Name": "CardLastDigits",
                  "Value": "1234"
                },
                {
                  "Name": "Instalment",
                  "Value": "3/12"
                }
              ]
            }"#]],
    );
}

#[test]
fn what_the_bank_no_longer_has_is_not_said() {
    let mut removed = movement(date(2026, 3, 5), 1);
    removed.status = MovementStatus::Removed;
    let number = number("1");
    let source = TransactionSource { number: &number, movement: &removed, counterparty: None };
    assert!(transaction(&source, &mut References::default()).is_none());
}

#[test]
fn a_reference_is_that_of_account_and_month_whatever_came_before() {
    let (number, mut known) = (number("1"), References::default());
    let days = [date(2026, 3, 31), date(2026, 3, 1), date(2026, 2, 28), date(2026, 3, 5)];
    for (day, account) in days.into_iter().flat_map(|day| [(day, 1), (day, 2), (day, 2)]) {
        let mut movement = movement(day, 1);
        movement.account = AccountId::from_bytes([account; 16]);
        let source = TransactionSource { number: &number, movement: &movement, counterparty: None };
        let alone = transaction(&source, &mut References::default()).unwrap();
        let among_others = transaction(&source, &mut known).unwrap();
        assert_eq!(among_others.statement_reference, alone.statement_reference, "{day} {account}");
    }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn signed(record: &Transaction, movement: &Movement) -> i64 {
    let unsigned = Money::parse_decimal(&record.amount.amount, movement.amount.currency()).unwrap();
    match record.credit_debit_indicator {
        CreditDebit::Credit => unsigned.minor(),
        CreditDebit::Debit => -unsigned.minor(),
    }
}

proptest! {
    #[test]
    fn records_keep_to_the_schema(
        number in any_number(), movement in any_movement(),
        counterparty in option::of(any_counterparty()),
    ) {
        let counterparty = counterparty.as_ref();
        let source = TransactionSource { number: &number, movement: &movement, counterparty };
        let record = transaction(&source, &mut References::default()).unwrap();
        Schema::of("Transaction").check(&record);
        prop_assert_eq!(signed(&record, &movement), movement.amount.minor());
        prop_assert_eq!(record.transaction_id.clone(), movement.id.hex());
        let text = serde_json::to_string(&record).unwrap();
        prop_assert!(!has_null(&serde_json::to_value(&record).unwrap()));
        prop_assert!(serde_json::from_str::<Transaction>(&text).unwrap() == record);
    }
}

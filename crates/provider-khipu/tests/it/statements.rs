use cartola_model::{Movement, MovementStatus};
use cartola_primitives::{Currency, Money, date};
use cartola_provider_khipu::Month;
use cartola_provider_khipu::mapping::{MonthSource, MonthStatement, statement};
use cartola_provider_khipu::wire::{CreditDebit, Statement, StatementAmountType};
use expect_test::expect;
use proptest::prelude::*;

use crate::schema::Schema;
use crate::support::{ACCOUNT, instant, movement, number};

fn of(month: &str, movements: &[Movement], now: &str) -> Option<MonthStatement> {
    statement(&MonthSource {
        account: ACCOUNT,
        number: &number("873458"),
        currency: Currency::CLP,
        month: Month::parse(month).unwrap(),
        movements,
        now: instant(now),
    })
}

/// Movements of June 2017, with the balance after each.
fn chained(opening: i64, amounts: &[i64]) -> Vec<Movement> {
    let mut balance = opening;
    let mut movements = Vec::new();
    for (index, amount) in amounts.iter().enumerate() {
        balance += amount;
        let day = i8::try_from(index % 30 + 1).unwrap();
        let mut one = movement(date(2017, 6, day), *amount);
        one.balance_after = Some(balance);
        movements.push(one);
    }
    movements
}

/// A figure with its sign.
fn figure(statement: &Statement, kind: StatementAmountType) -> Option<i64> {
    let found = statement.statement_amount.iter().find(|amount| amount.kind == kind)?;
    let unsigned = Money::parse_decimal(&found.amount.amount, Currency::CLP).unwrap().minor();
    let debit = found.credit_debit_indicator == CreditDebit::Debit;
    Some(if debit { -unsigned } else { unsigned })
}

#[test]
fn a_month_is_closed_with_its_sums() {
    let movements = chained(100, &[50, -30, -20, 5]);
    let month = of("2017-06", &movements, "2017-07-21T21:32:28Z").unwrap();
    assert!(month.agrees);
    Schema::of("Statement").check(&month.statement);
    expect![[r#"
        {
          "AccountId": "873458",
          "CreationDateTime": "2017-07-01T00:00:00-0400",
          "EndDateTime": "2017-06-30T23:59:59-0400",
          "StartDateTime": "2017-06-01T00:00:00-0400",
          "StatementDescription": [
            "CARTOLA DE JUNIO DE 2017"
          ],
          "StatementId": "b1e6b0600b733d46470544ec603d67d2",
          "StatementReference": "ec53c8ffd8a0",
          "Type": "RegularPeriodic",
          "StatementAmount": [
            {
              "Amount": {
                "Amount": "100",
                "Currency": "CLP"
              },
              "CreditDebitIndicator": "Credit",
              "Type": "UK.OBIE.StartingBalance"
            },
            {
              "Amount": {
                "Amount": "55",
                "Currency": "CLP"
              },
              "CreditDebitIndicator": "Credit",
              "Type": "UK.OBIE.TotalCredits"
            },
            {
              "Amount": {
                "Amount": "50",
                "Currency": "CLP"
              },
              "CreditDebitIndicator": "Debit",
              "Type": "UK.OBIE.TotalDebits"
            },
            {
              "Amount": {
                "Amount": "105",
                "Currency": "CLP"
              },
              "CreditDebitIndicator": "Credit",
              "Type": "UK.OBIE.ClosingBalance"
            }
          ],
          "StatementDateTime": [
            {
              "DateTime": "2017-07-01T00:00:00-0400",
              "Type": "UK.OBIE.StatementAvailable"
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&month.statement).unwrap());
}

#[test]
fn a_month_is_the_same_whenever_it_is_asked_for() {
    let movements = chained(0, &[1]);
    let asked = |now| serde_json::to_value(of("2017-06", &movements, now).unwrap().statement);
    let first = asked("2017-07-01T04:00:00Z").unwrap();
    assert_eq!(first, asked("2026-01-01T00:00:00Z").unwrap());
    assert_eq!(first["Type"], "RegularPeriodic");
}

#[test]
fn a_month_that_goes_on_ends_now() {
    let month = of("2017-06", &[], "2017-07-01T03:59:59Z").unwrap().statement;
    expect![[r#"
        {
          "AccountId": "873458",
          "CreationDateTime": "2017-06-30T23:59:59-0400",
          "EndDateTime": "2017-06-30T23:59:59-0400",
          "StartDateTime": "2017-06-01T00:00:00-0400",
          "StatementDescription": [
            "CARTOLA DE JUNIO DE 2017"
          ],
          "StatementId": "b1e6b0600b733d46470544ec603d67d2",
          "StatementReference": "ec53c8ffd8a0",
          "Type": "Interim",
          "StatementAmount": [
            {
              "Amount": {
                "Amount": "0",
                "Currency": "CLP"
              },
              "CreditDebitIndicator": "Credit",
              "Type": "UK.OBIE.TotalCredits"
            },
            {
              "Amount": {
                "Amount": "0",
                "Currency": "CLP"
              },
              "CreditDebitIndicator": "Debit",
              "Type": "UK.OBIE.TotalDebits"
            }
          ],
          "StatementDateTime": [
            {
              "DateTime": "2017-06-30T23:59:59-0400",
              "Type": "UK.OBIE.StatementAvailable"
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&month).unwrap());
    assert!(of("2017-06", &[], "2017-06-01T03:59:59Z").is_none());
    assert!(of("2017-06", &[], "2017-06-01T04:00:00Z").is_some());
}

#[test]
fn a_month_of_september_begins_as_its_first_day() {
    let month = of("2019-09", &[], "2019-12-01T00:00:00Z").unwrap().statement;
    assert_eq!(month.start_date_time.text(), "2019-09-01T00:00:00-0400");
    assert_eq!(month.end_date_time.text(), "2019-09-30T23:59:59-0300");
}

#[test]
fn each_account_and_month_has_its_own_id() {
    let id = |month| of(month, &[], "2026-01-01T00:00:00Z").unwrap().statement.statement_id;
    assert_ne!(id("2017-06"), id("2017-07"));
    assert_eq!(id("2017-06"), id("2017-06"));
}

#[test]
fn figures_that_contradict_each_other_are_told() {
    let mut movements = chained(100, &[50, -30, -20]);
    movements.remove(1);
    let month = of("2017-06", &movements, "2026-01-01T00:00:00Z").unwrap();
    assert!(!month.agrees);
}

#[test]
fn what_no_source_says_is_left_out() {
    let movements = [movement(date(2017, 6, 1), 5), movement(date(2017, 6, 2), -7)];
    let month = of("2017-06", &movements, "2026-01-01T00:00:00Z").unwrap();
    assert!(month.agrees);
    assert_eq!(figure(&month.statement, StatementAmountType::StartingBalance), None);
    assert_eq!(figure(&month.statement, StatementAmountType::ClosingBalance), None);
    assert_eq!(figure(&month.statement, StatementAmountType::TotalCredits), Some(5));
    assert_eq!(figure(&month.statement, StatementAmountType::TotalDebits), Some(-7));
}

#[test]
fn what_does_not_fit_is_not_said() {
    let movements = [i64::MAX, 1].map(|minor| movement(date(2017, 6, 1), minor));
    let month = of("2017-06", &movements, "2026-01-01T00:00:00Z").unwrap();
    assert_eq!(figure(&month.statement, StatementAmountType::TotalCredits), None);
}

proptest! {
    #[test]
    fn sums_lead_from_the_opening_to_the_closing_balance(
        opening in -1_000_000_000_i64..1_000_000_000,
        amounts in prop::collection::vec(-1_000_000_000_i64..1_000_000_000, 1..40),
        pending in any::<bool>(),
    ) {
        let mut movements = chained(opening, &amounts);
        if pending {
            let mut announced = movement(date(2017, 6, 30), -1);
            announced.status = MovementStatus::Pending;
            movements.push(announced);
        }
        let MonthStatement { statement, agrees } =
            of("2017-06", &movements, "2026-01-01T00:00:00Z").unwrap();
        Schema::of("Statement").check(&statement);
        prop_assert!(agrees);
        let figure = |kind| figure(&statement, kind).unwrap();
        let credits: i64 = amounts.iter().filter(|amount| **amount > 0).sum();
        let debits: i64 = amounts.iter().filter(|amount| **amount < 0).sum();
        prop_assert_eq!(figure(StatementAmountType::StartingBalance), opening);
        prop_assert_eq!(figure(StatementAmountType::TotalCredits), credits);
        prop_assert_eq!(figure(StatementAmountType::TotalDebits), debits);
        prop_assert_eq!(figure(StatementAmountType::ClosingBalance), opening + credits + debits);
    }
}

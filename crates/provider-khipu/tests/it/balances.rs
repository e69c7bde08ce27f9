use cartola_model::{BalanceKind, BalanceReading};
use cartola_primitives::{Currency, Date, Money, date};
use cartola_provider_khipu::mapping::{BalanceSource, balances};
use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::schema::Schema;
use crate::support::{any_day, any_money, any_number, instant, number};

const NOW: &str = "2026-03-05T15:00:00Z";

fn reading(kind: BalanceKind, minor: i64, as_of: Date) -> BalanceReading {
    BalanceReading { kind, amount: Money::new(minor, Currency::CLP), as_of }
}

fn check(readings: &[BalanceReading], expect: &Expect) {
    let number = number("873458");
    let source = BalanceSource { number: &number, readings, now: instant(NOW) };
    let records = balances(&source);
    for record in &records {
        Schema::of("Balance").check(record);
    }
    let lines: Vec<String> =
        records.iter().map(|record| serde_json::to_string(record).unwrap()).collect();
    expect.assert_eq(&lines.join("\n"));
}

#[test]
fn a_current_account_has_its_line_beside_it() {
    let day = date(2026, 3, 4);
    check(
        &[
            reading(BalanceKind::Ledger, -20_000, day),
            reading(BalanceKind::Available, 150_000, day),
            reading(BalanceKind::Available, 1, date(2026, 3, 3)),
            reading(BalanceKind::Overdraft, 500_000, day),
            reading(BalanceKind::Held, 3_000, day),
        ],
        &expect![[r#"
            {"AccountId":"873458","CreditDebitIndicator":"Credit","DateTime":"2026-03-04T23:59:59-0300","Type":"ClosingAvailable","Amount":[{"Amount":"150000","Currency":"CLP"}],"CreditLine":{"Included":false,"Type":"Pre-Agreed","Amount":{"Amount":"500000","Currency":"CLP"}}}
            {"AccountId":"873458","CreditDebitIndicator":"Debit","DateTime":"2026-03-04T23:59:59-0300","Type":"ClosingBooked","Amount":[{"Amount":"20000","Currency":"CLP"}]}"#]],
    );
}

#[test]
fn a_card_owes_what_it_was_used_for() {
    let day = date(2026, 3, 5);
    check(
        &[
            reading(BalanceKind::CreditUsed, 250_000, day),
            reading(BalanceKind::CreditAvailable, 750_000, day),
            reading(BalanceKind::CreditLimit, 1_000_000, day),
        ],
        &expect![[r#"
            {"AccountId":"873458","CreditDebitIndicator":"Credit","DateTime":"2026-03-05T12:00:00-0300","Type":"ClosingAvailable","Amount":[{"Amount":"750000","Currency":"CLP"}],"CreditLine":{"Included":true,"Type":"Credit","Amount":{"Amount":"1000000","Currency":"CLP"}}}
            {"AccountId":"873458","CreditDebitIndicator":"Debit","DateTime":"2026-03-05T12:00:00-0300","Type":"ClosingBooked","Amount":[{"Amount":"250000","Currency":"CLP"}]}"#]],
    );
}

#[test]
fn a_limit_alone_is_no_balance() {
    check(&[reading(BalanceKind::CreditLimit, 1, date(2026, 3, 4))], &expect![""]);
    check(&[], &expect![""]);
}

proptest! {
    #[test]
    fn records_keep_to_the_schema(
        number in any_number(),
        readings in prop::collection::vec(
            (prop::sample::select(BalanceKind::ALL.to_vec()), any_money(), any_day()), 0..6),
    ) {
        let readings: Vec<BalanceReading> = readings
            .into_iter()
            .map(|(kind, amount, as_of)| BalanceReading { kind, amount, as_of })
            .collect();
        let now = instant(NOW);
        let schema = Schema::of("Balance");
        for record in balances(&BalanceSource { number: &number, readings: &readings, now }) {
            schema.check(&record);
            prop_assert!(record.date_time.instant() <= now);
        }
    }
}

use cartola_primitives::date;
use cartola_provider_mibanco::wire::{Cards, ConsumerLoans, CreditLines, Mortgages};
use cartola_provider_portal::wire::cmf::{CreditType, DebtReport};
use cartola_sandbox::{Scenario, uf};
use serde_json::json;

use crate::products::Customer;
use crate::server::{Server, named};

/// Midnight between October and November in Santiago is 03:00 UTC: from the clock of the tests back
/// no clock goes, so that the month that is looked at is the one after.
const TO_THE_FIRST_OF_DECEMBER: &str = "PT252H1S";

#[tokio::test]
async fn debts_at_the_end_of_the_month_are_those_that_the_banks_tell() {
    let server = Server::new();
    server.lever("POST", "/clock", json!({"advance": TO_THE_FIRST_OF_DECEMBER})).await;
    let end = date(2026, 11, 30);
    let (mut housing, mut consumer) = (0, 0);
    for rut in server.people() {
        let customer = Customer::of(&server, rut).await;
        let mortgages: Mortgages = customer.get("mortgages").await;
        let loans: ConsumerLoans = customer.get("consumer-loans").await;
        let cards: Cards = customer.get("cards").await;
        let lines: CreditLines = customer.get("credit-lines").await;
        let told: DebtReport = server.told(rut, "cmf", "debts").await;
        assert_eq!(told.as_of, end);
        let owed = |wanted: CreditType| -> i64 {
            let of = told.direct_debts.iter().filter(|debt| debt.credit_type == wanted);
            of.map(|debt| debt.amounts.total).sum()
        };
        let home: i64 =
            mortgages.mortgages.iter().map(|each| uf::in_pesos(each.balance, end)).sum();
        assert_eq!(owed(CreditType::Housing), home);
        let used = loans.consumer_loans.iter().map(|each| each.balance).sum::<i64>()
            + cards.cards.iter().map(|each| each.national.used).sum::<i64>()
            + lines.credit_lines.iter().map(|each| each.used).sum::<i64>();
        assert_eq!(owed(CreditType::Consumer), used);
        let left = cards.cards.iter().map(|each| each.national.available).sum::<i64>()
            + lines.credit_lines.iter().map(|each| each.available).sum::<i64>();
        assert_eq!(told.available_credits_total.direct, left);
        assert_eq!(told.direct_debts_total.total, home + used);
        assert_eq!(told.direct_debts_total.current, home + used);
        housing += usize::from(home > 0);
        consumer += usize::from(used > 0);
    }
    assert!(housing > 3 && consumer > 10, "{housing} {consumer}");
}

#[tokio::test]
async fn who_owes_nothing_has_empty_lists() {
    let server = Server::new();
    let rut = named(Scenario::NoMovements);
    let told: DebtReport = server.told(rut, "cmf", "debts").await;
    assert!(told.direct_debts.is_empty() && told.available_credits.is_empty());
    assert_eq!(told.direct_debts_total.total, 0);
}

use std::collections::BTreeMap;

use cartola_primitives::date;
use cartola_provider_mibanco::wire::{
    Bills, Cards, ConsumerLoans, CreditLines, Identity, Investments, Mortgages, PacMandates,
    PatMandates,
};
use cartola_sandbox::Scenario;

use super::{Customer, RESIDENTS, each_resident};
use crate::server::{Server, named};

#[tokio::test]
async fn mandates_are_those_whose_charges_appear() {
    let server = Server::new();
    let seen = each_resident(&server, async |customer| {
        let days = (date(2026, 10, 1), date(2026, 11, 20));
        let pac: PacMandates = customer.get("pac").await;
        for mandate in &pac.pac {
            let charged = (mandate.last_date.unwrap(), -mandate.last_amount.unwrap());
            assert!(customer.amounts("", days).contains(&charged), "{}", mandate.company);
        }
        let pat: PatMandates = customer.get("pat").await;
        for mandate in &pat.pat {
            let charged = customer.amounts(&mandate.company, days);
            let last = mandate.last_payment_date.unwrap();
            assert!(charged.iter().any(|(day, _)| *day == last), "{}", mandate.company);
        }
        !pac.pac.is_empty() && !pat.pat.is_empty()
    });
    assert!(seen.await > 5);
}

#[tokio::test]
async fn an_open_bill_is_what_will_be_paid() {
    let server = Server::new();
    let mut open = BTreeMap::new();
    let population = server.world.population();
    for place in 0..RESIDENTS {
        let customer = Customer::of(&server, population.somebody(place)).await;
        let told: Bills = customer.get("bills").await;
        for bill in told.bills.into_iter().filter(|bill| bill.debt > 0) {
            open.insert((customer.rut, bill.due_date.unwrap()), (place, bill.debt));
        }
    }
    assert!(open.len() > 10);
    server.lever("POST", "/clock", serde_json::json!({"advance": "PT480H"})).await;
    for ((_, due), (place, debt)) in open {
        let customer = Customer::of(&server, population.somebody(place)).await;
        let paid = customer.amounts("", (due, due));
        assert!(paid.contains(&(due, -debt)), "{due} {debt}");
    }
}

#[tokio::test]
async fn what_is_invested_left_the_account() {
    let server = Server::new();
    let seen = each_resident(&server, async |customer| {
        let told: Investments = customer.get("investments").await;
        let days = (date(2025, 11, 1), date(2026, 11, 20));
        let sum: i64 = told.time_deposits.iter().map(|each| each.value).sum::<i64>()
            + told.funds.iter().map(|each| each.value).sum::<i64>()
            + told.shares.iter().map(|each| each.value).sum::<i64>();
        assert_eq!(told.total_clp, sum);
        for deposit in &told.time_deposits {
            let taken = customer.amounts("INVERSION DEPOSITO", days);
            assert!(taken.contains(&(deposit.start_date, -deposit.capital)));
            assert!(deposit.value <= deposit.value_at_maturity);
        }
        assert_eq!(told.funds.is_empty(), customer.amounts("FONDO MUTUO", days).is_empty());
        told.total_clp > 0
    });
    assert!(seen.await > 3);
}

#[tokio::test]
async fn who_has_nothing_is_told_so_with_empty_lists() {
    let server = Server::new();
    let customer = Customer::of(&server, named(Scenario::NoMovements)).await;
    assert_eq!(customer.get::<Cards>("cards").await.cards, []);
    assert_eq!(customer.get::<Mortgages>("mortgages").await.mortgages, []);
    assert_eq!(customer.get::<Investments>("investments").await.total_clp, 0);
    let identity: Identity = customer.get("identity").await;
    assert_eq!(identity.rut, customer.rut);
}

#[tokio::test]
async fn whoever_has_everything_has_everything() {
    let server = Server::new();
    let customer = Customer::of(&server, named(Scenario::Ok)).await;
    assert!(!customer.get::<Cards>("cards").await.cards.is_empty());
    assert!(!customer.get::<CreditLines>("credit-lines").await.credit_lines.is_empty());
    assert!(!customer.get::<Mortgages>("mortgages").await.mortgages.is_empty());
    assert!(!customer.get::<ConsumerLoans>("consumer-loans").await.consumer_loans.is_empty());
    let investments: Investments = customer.get("investments").await;
    assert!(!investments.funds.is_empty() && !investments.shares.is_empty());
}

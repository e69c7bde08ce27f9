//! What is bought in instalments.

use cartola_provider_mibanco::wire::Cards;
use cartola_sandbox::{Month, Product};

use super::payee;
use crate::keys;
use crate::products::{Customer, each_resident};
use crate::server::Server;

/// Months that the longest term has.
const LONGEST: i32 = 12;

/// From the first to the last, those that are still to come included.
#[tokio::test]
async fn the_instalments_of_a_purchase_add_up_to_it() {
    let server = Server::new();
    let population = server.world.population();
    let seen = each_resident(&server, async |customer: &Customer<'_>| {
        let told: Cards = customer.get("cards").await;
        let plans = || told.cards.iter().flat_map(|card| &card.instalment_plans);
        for plan in plans() {
            let own = keys(population, customer.rut).into_iter();
            let card = own.filter(|key| key.product == Product::CreditCard);
            let bought = Month::of(plan.date);
            let charged: Vec<_> = card
                .flat_map(|card| population.months(card, bought, bought.plus(LONGEST)))
                .filter(|each| each.kind_name() == Some("instalment"))
                .filter(|each| payee(each) == Some(&*plan.description))
                .filter(|each| {
                    let (part, of) = each.instalment.unwrap();
                    let since = Month::of(each.booked.date()).since(bought);
                    of == plan.instalments && i32::from(part) == since + 1
                })
                .collect();
            assert_eq!(charged.len(), usize::from(plan.instalments), "{}", plan.description);
            let sum: i64 = charged.iter().map(|each| -each.amount.minor()).sum();
            assert_eq!(sum, plan.total, "{}", plan.description);
            assert!((1..plan.instalments).contains(&plan.charged));
            let is_next = |(part, _): (u16, u16)| part == plan.charged + 1;
            let next = charged.iter().find(|each| each.instalment.is_some_and(is_next)).unwrap();
            assert_eq!(plan.next_due_date, Some(next.booked.date()), "{}", plan.description);
        }
        plans().count() > 0
    });
    assert!(seen.await > 5);
}

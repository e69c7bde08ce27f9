//! PAC and PAT: each month, of the mandates that the bank lists, and of who has what they are for.

use std::collections::{BTreeMap, BTreeSet};

use cartola_primitives::date;
use cartola_provider_mibanco::wire::{PacMandates, PatMandates};
use cartola_sandbox::Movement;

use super::{PERSONS, Resident, monthly, payee, suppliers};
use crate::products::{Customer, each_resident};
use crate::server::Server;

pub fn whatever_is_debited_by_mandate_is_debited_each_month(people: &[Resident]) {
    let mut seen = [0, 0];
    for person in people {
        for (place, kind) in ["pac", "pat"].into_iter().enumerate() {
            let mut of: BTreeMap<_, Vec<&Movement>> = BTreeMap::new();
            for debit in person.of_kind(kind) {
                of.entry(payee(debit).expect("a company debits")).or_default().push(debit);
            }
            for debits in of.values() {
                monthly(debits);
            }
            seen[place] += of.len();
        }
    }
    assert!(seen.iter().all(|count| *count > 50), "{seen:?}");
}

pub fn who_has_a_car_has_a_tag_and_an_insurance(people: &[Resident]) {
    let (tag, insurance) = (suppliers("toll"), suppliers("car_insurance"));
    let mut cars = 0;
    for person in people {
        let (tolls, premiums) = (person.paid_to(&tag), person.paid_to(&insurance));
        assert_eq!(tolls.is_empty(), premiums.is_empty(), "a car without one of them");
        if !tolls.is_empty() {
            monthly(&tolls);
            monthly(&premiums);
            cars += 1;
        }
    }
    assert!((PERSONS / 4..PERSONS * 3 / 4).contains(&cars), "{cars}");
}

/// An instalment, a premium and a plan are what was agreed: they change once a year at most.
pub fn what_is_agreed_is_the_same_each_month_of_a_year(people: &[Resident]) {
    for kind in ["student_loan", "isapre", "car_insurance", "phone", "internet"] {
        let names = suppliers(kind);
        let mut payers = 0;
        for person in people {
            let paid = person.paid_to(&names);
            if paid.is_empty() {
                continue;
            }
            monthly(&paid);
            let agreed: BTreeSet<_> =
                paid.iter().map(|each| (each.booked.date().year(), each.amount.minor())).collect();
            assert_eq!(agreed.len(), 2, "{kind} in two years: {agreed:?}");
            payers += 1;
        }
        assert!(payers > PERSONS / 10, "{kind}: {payers}");
    }
}

/// Every charge of the last month is of a mandate that the bank lists.
#[tokio::test]
async fn no_charge_is_without_its_mandate() {
    let server = Server::new();
    let days = (date(2026, 10, 21), date(2026, 11, 20));
    let seen = each_resident(&server, async |customer: &Customer<'_>| {
        let pac: PacMandates = customer.get("pac").await;
        let pat: PatMandates = customer.get("pat").await;
        let listed = |kind: &str| -> BTreeSet<String> {
            match kind {
                "pac" => pac.pac.iter().map(|each| each.company.clone()).collect(),
                _ => pat.pat.iter().map(|each| each.company.clone()).collect(),
            }
        };
        for kind in ["pac", "pat"] {
            let movements = customer.movements(None, days);
            let charged = movements.iter().filter(|each| each.kind_name() == Some(kind));
            let charged: BTreeSet<String> = charged.filter_map(payee).map(str::to_owned).collect();
            assert_eq!(charged, listed(kind), "{kind}");
        }
        !pac.pac.is_empty() && !pat.pat.is_empty()
    });
    assert!(seen.await > 5);
}

//! Chile in a box, from outside.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails as a test does")]

mod apistore;
mod bank;
mod credentials;
mod flows;
mod glance;
mod history;
mod levers;
mod looks;
mod numbers;
mod operations;
mod payments;
mod phone;
mod portal;
mod products;
mod scenarios;
mod server;
mod world;

use cartola_primitives::Rut;
use cartola_sandbox::{AccountKey, Month, Movement, Population};
use proptest::prelude::*;

/// Each case draws up months of several people, which is the slow part without optimisation.
const CASES: u32 = 12;

fn config() -> ProptestConfig {
    ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() }
}

/// A population with somebody in it: a resident at random or a named person.
fn somebody() -> impl Strategy<Value = (Population, Rut)> {
    (any::<u64>(), any::<u32>(), any::<prop::sample::Index>()).prop_map(|(seed, place, index)| {
        let population = Population::new(seed);
        let named: Vec<_> = cartola_sandbox::Named::all().collect();
        let rut = if place.is_multiple_of(4) {
            index.get(&named).rut()
        } else {
            population.somebody(place)
        };
        (population, rut)
    })
}

fn keys(population: Population, rut: Rut) -> Vec<AccountKey> {
    population.accounts(rut).into_iter().map(|account| account.key).collect()
}

fn month(year: i16, number: i8) -> Month {
    Month::of(cartola_primitives::date(year, number, 1))
}

fn amounts(movements: &[Movement]) -> i64 {
    movements.iter().map(|each| each.amount.minor()).sum()
}

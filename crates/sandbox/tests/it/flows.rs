use std::collections::BTreeMap;

use cartola_primitives::Currency;
use cartola_sandbox::{AccountKey, Month, Movement, Population, Side};
use proptest::prelude::*;

use crate::{amounts, config, keys, month, somebody};

/// The same flow in the history of the account on its other side.
fn other_side(population: Population, key: AccountKey, movement: &Movement) -> Movement {
    let month = Month::of(movement.booked.date());
    let theirs = population.months(key, month, month);
    theirs.into_iter().find(|each| each.flow == movement.flow).unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn both_sides_of_a_transfer_tell_the_same((population, rut) in somebody()) {
        let months = (month(2025, 9), month(2025, 10));
        for key in keys(population, rut) {
            for movement in population.months(key, months.0, months.1) {
                let Side::Customer(other) = movement.other else { continue };
                let theirs = other_side(population, other, &movement);
                prop_assert_eq!(theirs.other, Side::Customer(key));
                prop_assert_eq!(theirs.amount.minor(), -movement.amount.minor());
                prop_assert_eq!(theirs.amount.currency(), movement.amount.currency());
                prop_assert_eq!((theirs.occurred, theirs.booked), (movement.occurred, movement.booked));
            }
        }
    }

    #[test]
    fn money_neither_appears_nor_vanishes((population, rut) in somebody()) {
        let each = month(2025, 12);
        let mut books: BTreeMap<(Currency, Side), i64> = BTreeMap::new();
        let mut post = |currency, side, amount| *books.entry((currency, side)).or_default() += amount;
        for key in keys(population, rut) {
            for movement in population.months(key, each, each) {
                let (amount, currency) = (movement.amount.minor(), movement.amount.currency());
                post(currency, Side::Customer(key), amount);
                match movement.other {
                    // Their own other account posts its side itself.
                    Side::Customer(other) if other.owner == rut => {}
                    Side::Customer(other) => {
                        let theirs = other_side(population, other, &movement);
                        post(currency, movement.other, theirs.amount.minor());
                    }
                    Side::System(_) => post(currency, movement.other, -amount),
                }
            }
        }
        for currency in [Currency::CLP, Currency::USD] {
            let all = books.iter().filter(|((each, _), _)| *each == currency);
            prop_assert_eq!(all.map(|(_, amount)| amount).sum::<i64>(), 0);
        }
    }

    #[test]
    fn balances_move_by_what_the_movements_say((population, rut) in somebody()) {
        let each = month(2026, 2);
        for key in keys(population, rut) {
            let moved = amounts(&population.months(key, each, each));
            let (before, after) = (population.opening(key, each), population.opening(key, each.plus(1)));
            prop_assert_eq!(before.unwrap() + moved, after.unwrap());
        }
    }
}

#[test]
fn friends_do_send_each_other_money() {
    let population = Population::new(42);
    let mut transfers = 0;
    for place in 0..12 {
        let main = keys(population, population.somebody(place))[0];
        let months = population.months(main, month(2025, 1), month(2025, 6));
        let strangers =
            |each: &&Movement| each.other.customer().is_some_and(|other| other.owner != main.owner);
        transfers += months.iter().filter(strangers).count();
    }
    assert!(transfers > 30, "{transfers}");
}

use cartola_primitives::{calendar, date};
use cartola_sandbox::{Month, Movement, Population, Status};
use proptest::prelude::*;

use crate::{config, keys, month, somebody};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_same_question_has_the_same_answer((population, rut) in somebody()) {
        let (first, last) = (month(2025, 3), month(2025, 6));
        for key in keys(population, rut) {
            prop_assert_eq!(population.months(key, first, last), population.months(key, first, last));
        }
    }

    #[test]
    fn a_window_alone_is_the_window_cut_from_the_whole((population, rut) in somebody(), ago in 0_i32..5) {
        let (first, last) = (month(2025, 7), month(2025, 12));
        for key in keys(population, rut) {
            let whole = population.months(key, first, last);
            let from = first.plus(ago);
            let cut: Vec<_> =
                whole.into_iter().filter(|each| Month::of(each.booked.date()) >= from).collect();
            prop_assert_eq!(population.months(key, from, last), cut);
        }
    }

    #[test]
    fn balances_chain_over_months((population, rut) in somebody()) {
        for key in keys(population, rut) {
            let mut balance = population.opening(key, month(2024, 11)).unwrap();
            for each in month(2024, 11).through(month(2025, 2)) {
                prop_assert_eq!(population.opening(key, each), Some(balance));
                for movement in population.months(key, each, each) {
                    balance += movement.amount.minor();
                    prop_assert_eq!(movement.balance_after, Some(balance));
                }
            }
        }
    }

    #[test]
    fn no_account_goes_beyond_its_limit((population, rut) in somebody()) {
        for account in population.accounts(rut) {
            for movement in population.months(account.key, month(2023, 12), month(2025, 1)) {
                prop_assert!(movement.balance_after.unwrap() >= -account.limit, "{movement:?}");
            }
        }
    }

    #[test]
    fn what_is_booked_is_booked_on_bank_days((population, rut) in somebody()) {
        for key in keys(population, rut) {
            for movement in population.months(key, month(2026, 9), month(2026, 10)) {
                prop_assert!(calendar::is_bank_day(movement.booked.date()).unwrap());
                prop_assert!(movement.occurred <= movement.booked);
            }
        }
    }

    #[test]
    fn references_are_unique_within_an_account((population, rut) in somebody()) {
        for key in keys(population, rut) {
            let movements = population.months(key, month(2025, 1), month(2025, 4));
            let mut references: Vec<_> = movements.iter().map(|each| &each.reference).collect();
            references.sort();
            references.dedup();
            prop_assert_eq!(references.len(), movements.len());
        }
    }

    #[test]
    fn pending_becomes_booked_under_its_reference((population, rut) in somebody(), day in 1_i8..=28) {
        let now = date(2026, 5, day).at(23, 59, 59, 0);
        let later = date(2026, 7, 1).at(0, 0, 0, 0);
        let days = (date(2026, 1, 1), date(2026, 7, 1));
        for key in keys(population, rut) {
            let known = population.statement(key, days, later);
            let pending = population.statement(key, days, now);
            let ledger = population.balance(key, now).unwrap();
            let waiting: i64 =
                pending.iter().filter(|each| each.status == Status::Pending).map(|each| each.amount.minor()).sum();
            prop_assert_eq!(ledger.available + ledger.held, ledger.ledger + waiting);
            let place = |each: &Movement| match each.status {
                Status::Booked => (false, each.booked),
                Status::Pending => (true, each.occurred),
            };
            prop_assert!(pending.is_sorted_by_key(place));
            for movement in pending {
                let after = known.iter().find(|each| each.reference == movement.reference).unwrap();
                prop_assert_eq!((after.amount, &after.glosa), (movement.amount, &movement.glosa));
                prop_assert_eq!(after.status, Status::Booked);
            }
        }
    }
}

#[test]
fn a_statement_ends_with_what_the_balance_says() {
    let population = Population::new(42);
    let now = date(2026, 11, 20).at(13, 30, 0, 0);
    let mut checked = 0;
    for place in 0..10 {
        for key in keys(population, population.somebody(place)) {
            let shown = population.statement(key, (date(2026, 11, 1), date(2026, 11, 30)), now);
            let Some(last) = shown.iter().rfind(|each| each.status == Status::Booked) else {
                continue;
            };
            assert_eq!(
                last.balance_after,
                population.balance(key, now).map(|balance| balance.ledger)
            );
            checked += 1;
        }
    }
    assert!(checked > 10, "{checked}");
}

#[test]
fn nothing_older_than_the_history_is_shown_and_nothing_of_the_future() {
    let population = Population::new(7);
    let now = date(2026, 11, 20).at(10, 0, 0, 0);
    let key = keys(population, population.somebody(1))[0];
    let shown = population.statement(key, (date(2001, 1, 1), date(2099, 1, 1)), now);
    let first = shown.first().unwrap();
    let last = shown.iter().map(|each| each.occurred).max().unwrap();
    assert!(first.booked.date() >= date(2023, 11, 1) && first.booked.date() < date(2023, 12, 1));
    assert!(last <= now);
}

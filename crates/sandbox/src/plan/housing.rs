//! Rent by transfer or cheque, or a mortgage in UF.

use cartola_primitives::date;

use super::{Plan, what};
use crate::dice::Dice;
use crate::flow::{Detail, Kind, Purpose, service, system};
use crate::household::{Habit, Housing};
use crate::month::Month;
use crate::{services, uf, when};

/// At most so many of a hundred pesos of income.
const HOUSING_PERCENT: i64 = 22;
/// Dividends of a mortgage over twenty or twenty-five years.
const MORTGAGE_MONTHS: [i32; 2] = [240, 300];
const CONSUMER_LOAN_MONTHS: [i32; 4] = [12, 24, 36, 48];

pub(super) fn all(plan: &mut Plan<'_>) {
    match plan.resident.household.housing {
        Housing::Free => {}
        Housing::Rent => rent(plan),
        Housing::RentByCheque => rent_by_cheque(plan),
        Housing::Mortgage => mortgage(plan),
    }
    if plan.resident.household.has(Habit::ConsumerLoan) {
        consumer_loan(plan);
    }
}

/// The rent of a year: adjusted each January, as contracts in UF are, and in whole thousands.
fn agreed_rent(plan: &Plan<'_>) -> i64 {
    let january = Month::of(date(plan.month.year(), 1, 1));
    let share = plan.lasting("rent", 0).amount(16..=HOUSING_PERCENT);
    super::thousands(plan.resident.household.income(january) * share / 100)
}

fn rent(plan: &mut Plan<'_>) {
    let landlord = landlord(plan);
    let mut dice = plan.dice("rent");
    let day = plan.month.bank_day_from(dice.small(2..=5));
    let when = when::at_once(&mut dice, day);
    plan.pay(Kind::Rent, service(landlord), agreed_rent(plan), when, what(&landlord.name));
}

fn rent_by_cheque(plan: &mut Plan<'_>) {
    let landlord = landlord(plan);
    let mut dice = plan.dice("rent");
    let when = when::cleared(&mut dice, plan.month.bank_day_from(6));
    let detail = Detail { document: Some(cheque_number(plan, 0)), ..Detail::default() };
    plan.pay(Kind::Cheque, service(landlord), agreed_rent(plan), when, detail);
}

/// Cheques are numbered through, one book after the other.
pub(super) fn cheque_number(plan: &Plan<'_>, place: u32) -> u32 {
    let first = plan.lasting("cheques", 0).amount(1_000_000..=6_000_000);
    let months = u32::try_from(plan.month.count()).expect("the calendar's years are positive");
    let first = u32::try_from(first).expect("a cheque has seven digits");
    first + months * 4 + place
}

fn landlord(plan: &Plan<'_>) -> &'static crate::data::Service {
    services::of(&plan.resident.household, "landlord", &mut plan.lasting("landlord", 0))
}

/// The dividend is agreed in UF; pesos follow the day.
fn mortgage(plan: &mut Plan<'_>) {
    let mut terms = plan.lasting("mortgage", 0);
    let (part, of) = part_of(&mut terms, &MORTGAGE_MONTHS, plan.month);
    let base = date(2024, 1, 9);
    let share = terms.amount(13..=18);
    let pesos = plan.resident.household.income(Month::of(base)) * share / 100;
    // Hundredths of a peso per UF make ten thousandths of a UF.
    let clf = pesos * 1_000_000 / uf::value_on(base);
    let mut dice = plan.dice("mortgage");
    let day = plan.month.bank_day_from(terms.small(5..=10));
    let amount = plan.capped(&mut dice, uf::in_pesos(clf, day), HOUSING_PERCENT);
    let when = when::in_batch(&mut dice, day);
    let lender = system(Purpose::Bank, &plan.main().bank.row().name);
    plan.pay(
        Kind::Mortgage,
        lender,
        amount,
        when,
        Detail { part: Some((part, of)), ..Detail::default() },
    );
}

fn consumer_loan(plan: &mut Plan<'_>) {
    let mut terms = plan.lasting("loan", 0);
    let (part, of) = part_of(&mut terms, &CONSUMER_LOAN_MONTHS, plan.month);
    let first = plan.month.plus(1 - i32::from(part));
    let amount = plan.resident.household.income(first) * terms.amount(20..=45) / 1_000;
    let mut dice = plan.dice("loan");
    let amount = plan.capped(&mut dice, amount, 5);
    let when = when::in_batch(&mut dice, plan.month.bank_day_from(terms.small(3..=12)));
    let lender = system(Purpose::Bank, &plan.main().bank.row().name);
    plan.pay(
        Kind::Loan,
        lender,
        amount,
        when,
        Detail { part: Some((part, of)), ..Detail::default() },
    );
}

/// Which payment of how many: whoever has paid the last one takes the next loan.
fn part_of(terms: &mut Dice, lengths: &[i32], month: Month) -> (u16, u16) {
    let of = *terms.pick(lengths);
    let begun = i32::try_from(terms.below(1_000)).expect("a number below a thousand");
    let part = (month.count() + begun).rem_euclid(of) + 1;
    let small = |number: i32| u16::try_from(number).expect("loans have few payments");
    (small(part), small(of))
}

//! Savings: something each month, interest each quarter, and once a year all of it is taken out.
//! So what an account holds follows from at most twelve months.

use super::{Plan, thousands};
use crate::flow::{Detail, Kind, Purpose, Side, system};
use crate::holding::deposit::Deposit;
use crate::holding::fund;
use crate::key::Product;
use crate::month::Month;
use crate::resident::Resident;
use crate::when;

/// Of a thousand pesos of a deposit, what a quarter's interest is for each month that it lay there.
const INTEREST_PER_MILLE: i64 = 4;
const MONTHS_A_QUARTER: i8 = 3;
const MONTHS_A_YEAR: i32 = 12;

pub(super) fn all(plan: &mut Plan<'_>) {
    let Some(savings) = plan.resident.at_main(Product::Savings) else { return };
    let (main, savings) = (Side::Customer(plan.main()), Side::Customer(savings));
    let (resident, month) = (plan.resident, plan.month);
    let mut dice = plan.dice("saving");
    let when =
        when::at_once(&mut dice, month.bank_day_from(plan.lasting("saving", 0).small(3..=9)));
    plan.add(Kind::Own, (main, savings), deposit(resident, month), when, Detail::default());
    let when = when::in_batch(&mut dice, month.bank_days()[month.bank_days().len() - 1]);
    let bank = system(Purpose::Bank, &resident.main().bank.row().name);
    plan.add(Kind::Interest, (bank, savings), interest(resident, month), when, Detail::default());
    if month.number() == resident.household.holiday {
        let when = when::at_once(&mut dice, month.bank_day_from(2));
        plan.add(Kind::Own, (savings, main), gathered(resident, month), when, Detail::default());
    }
    invest(plan);
}

/// Depósitos a plazo and fondos mutuos, from the main account and back to it.
fn invest(plan: &mut Plan<'_>) {
    let (resident, month) = (plan.resident, plan.month);
    let mut dice = plan.dice("invest");
    let bank = system(Purpose::Bank, &resident.main().bank.row().name);
    if let Some(taken) = Deposit::taken(resident, month) {
        let when = when::at_once(&mut dice, taken.taken_on);
        plan.pay(Kind::Deposit, bank, taken.capital, when, Detail::default());
    }
    if let Some(due) = Deposit::due(resident, month) {
        let when = when::in_batch(&mut dice, due.due_on);
        plan.receive(Kind::Deposit, bank, due.capital + due.interest, when, Detail::default());
    }
    if let Some((day, pesos)) = fund::bought(resident, month) {
        let when = when::in_batch(&mut dice, day);
        plan.pay(Kind::Fund, bank, pesos, when, Detail::default());
    }
}

/// What the account holds when the month begins.
pub(crate) fn balance_before(resident: &Resident, month: Month) -> i64 {
    let kept = resident.household.dice(resident.seed, "savings", 0).amount(60_000..=900_000);
    kept + gathered(resident, month)
}

/// What was put in since the last time that everything was taken out.
pub(crate) fn gathered(resident: &Resident, month: Month) -> i64 {
    let first = month.plus(-months_gathering(resident, month));
    first
        .through(month.plus(-1))
        .map(|each| deposit(resident, each) + interest(resident, each))
        .sum()
}

/// From the month of the last withdrawal, whose deposit comes after it, to the one before `month`.
fn months_gathering(resident: &Resident, month: Month) -> i32 {
    let since = i32::from(month.number() - resident.household.holiday).rem_euclid(MONTHS_A_YEAR);
    if since == 0 { MONTHS_A_YEAR } else { since }
}

fn deposit(resident: &Resident, month: Month) -> i64 {
    let household = &resident.household;
    let percent = household.dice(resident.seed, "savings", 1).amount(2..=4);
    let mut dice = household.monthly(resident.seed, "savings", month, 0);
    if dice.chance(12) {
        return 0;
    }
    thousands(household.income(month) * percent / 100)
}

fn interest(resident: &Resident, month: Month) -> i64 {
    if month.number() % MONTHS_A_QUARTER != 0 {
        return 0;
    }
    let lain = i64::from(months_gathering(resident, month));
    deposit(resident, month.plus(-1)) * lain * INTEREST_PER_MILLE / 1_000
}

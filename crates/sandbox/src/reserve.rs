//! What is left on a current account when the month's money is spent.

use crate::account;
use crate::household::{Habit, Livelihood};
use crate::key::{AccountKey, Product};
use crate::month::Month;
use crate::plan;
use crate::resident::Resident;

/// The least that an account holds in the month before `month`, in minor units; below zero for
/// those who live on their overdraft, and never beyond it.
pub(crate) fn before(resident: &Resident, key: AccountKey, month: Month) -> i64 {
    let household = &resident.household;
    let place = u32::from(key.product.digit()) + 10 * key.bank.place().unsigned_abs();
    let mut dice = household.monthly(resident.seed, "reserve", month, place);
    if plan_is_empty(resident, key) {
        return household.dice(resident.seed, "reserve", place).amount(400..=2_900);
    }
    if key.product == Product::Dollars {
        return dice.amount(4_000..=16_000);
    }
    if key != resident.main() {
        let monthly = plan::own_transfer(resident, month);
        return dice.amount(monthly / 5..=monthly * 3 / 5);
    }
    let income = household.income(month);
    match household.livelihood {
        Livelihood::Company => dice.amount(income * 4 / 100..=income * 8 / 100),
        Livelihood::Benefit => dice.amount(0..=income / 10),
        Livelihood::Employee | Livelihood::Dormant => of_employee(resident, key, income, &mut dice),
    }
}

fn of_employee(
    resident: &Resident,
    key: AccountKey,
    income: i64,
    dice: &mut crate::dice::Dice,
) -> i64 {
    if !resident.household.has(Habit::Tight) {
        return dice.amount(income * 3 / 100..=income * 15 / 100);
    }
    let overdraft = account::limit(&resident.household, key.product);
    let lowest = -(overdraft * 6 / 10).min(income * 8 / 100);
    dice.amount(lowest..=lowest + income * 9 / 100)
}

/// Whether nothing ever comes in, so that nothing may change either.
fn plan_is_empty(resident: &Resident, key: AccountKey) -> bool {
    match resident.household.livelihood {
        Livelihood::Dormant => true,
        Livelihood::Benefit => key != resident.main(),
        Livelihood::Employee | Livelihood::Company => false,
    }
}

//! What goes to one's own accounts at other banks.

use super::{Plan, thousands};
use crate::flow::{Detail, Kind, Side};
use crate::household::Livelihood;
use crate::month::Month;
use crate::resident::Resident;
use crate::when;

/// Of a hundred pesos of income, what goes to one other bank, and to all of them at most.
const TO_ONE_PERCENT: i64 = 6;
const TO_ALL_PERCENT: i64 = 10;
const OF_COMPANIES_PERCENT: i64 = 4;

pub(super) fn all(plan: &mut Plan<'_>) {
    let amount = to_each(plan.resident, plan.month);
    let accounts: Vec<_> = plan.resident.secondary().collect();
    for (place, account) in (0_u32..).zip(accounts) {
        let mut dice =
            plan.resident.household.monthly(plan.resident.seed, "own", plan.month, place);
        let when = when::at_once(&mut dice, plan.month.bank_day_from(dice_day(plan, place)));
        let sides = (Side::Customer(plan.main()), Side::Customer(account));
        plan.add(Kind::Own, sides, amount, when, Detail::default());
    }
}

/// What each of the other banks gets in a month.
pub(crate) fn to_each(resident: &Resident, month: Month) -> i64 {
    let others = i64::try_from(resident.secondary().count()).expect("there are few banks");
    let per_myriad = match resident.household.livelihood {
        Livelihood::Employee => (TO_ALL_PERCENT * 100 / others.max(1)).min(TO_ONE_PERCENT * 100),
        Livelihood::Company => OF_COMPANIES_PERCENT * 100,
        Livelihood::Benefit | Livelihood::Dormant => 0,
    };
    thousands(resident.household.income(month) * per_myriad / 10_000)
}

fn dice_day(plan: &Plan<'_>, place: u32) -> i8 {
    plan.lasting("own", place).small(2..=7)
}

//! The credit line of those who run short: drawn before pay day, paid back at the beginning of the
//! next month. So what it owes on the first is what was drawn last month.

use super::{Plan, thousands};
use crate::flow::{Detail, Kind, Side};
use crate::key::{AccountKey, Product};
use crate::month::Month;
use crate::resident::Resident;
use crate::when;

/// Of a hundred months, in how many it is drawn on.
const DRAWN_PERCENT: u64 = 35;

pub(super) fn all(plan: &mut Plan<'_>) {
    let Some(line) = plan.resident.at_main(Product::CreditLine) else { return };
    pay_back(plan, line);
    let mut dice = plan.dice("linewhen");
    let when = when::at_once(&mut dice, plan.month.bank_day_from(dice_day(plan)));
    let sides = (Side::Customer(line), Side::Customer(plan.main()));
    plan.add(Kind::LineDraw, sides, drawn(plan.resident, plan.month), when, Detail::default());
}

fn pay_back(plan: &mut Plan<'_>, line: AccountKey) {
    let mut dice = plan.dice("lineback");
    let when = when::at_once(&mut dice, plan.month.bank_day_from(3));
    let sides = (Side::Customer(plan.main()), Side::Customer(line));
    let owed = owed(plan);
    plan.add(Kind::LinePayment, sides, owed, when, Detail::default());
}

/// What was drawn last month.
pub(super) fn owed(plan: &Plan<'_>) -> i64 {
    let line = plan.resident.at_main(Product::CreditLine);
    line.map_or(0, |_| drawn(plan.resident, plan.month.plus(-1)))
}

fn dice_day(plan: &Plan<'_>) -> i8 {
    plan.dice("lineday").small(18..=23)
}

fn drawn(resident: &Resident, month: Month) -> i64 {
    let household = &resident.household;
    let mut dice = household.monthly(resident.seed, "line", month, 0);
    if !dice.chance(DRAWN_PERCENT) {
        return 0;
    }
    thousands(household.income(month) * dice.amount(5..=12) / 100)
}

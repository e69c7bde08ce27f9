//! Light, water, gas and whatever else comes every month.

use super::{Plan, what};
use crate::flow::{Kind, service};
use crate::household::{Habit, Household};
use crate::{services, when};

/// How one kind of service is paid.
struct Bill {
    kind: &'static str,
    /// At most so many of a hundred pesos of income.
    percent: i64,
    wanted: fn(&Household) -> bool,
    /// Debited by mandate (PAC) whoever else pays at Servipag.
    always_by_mandate: bool,
}

const fn bill(
    kind: &'static str,
    percent: i64,
    wanted: fn(&Household) -> bool,
    always_by_mandate: bool,
) -> Bill {
    Bill { kind, percent, wanted, always_by_mandate }
}

static BILLS: [Bill; 10] = [
    bill("light", 3, |_| true, false),
    bill("water", 2, |_| true, false),
    bill("gas", 3, |_| true, false),
    bill("phone", 2, |_| true, false),
    bill("internet", 3, |_| true, true),
    bill("isapre", 4, |household| household.has(Habit::Isapre), true),
    bill("fonasa", 1, |household| !household.has(Habit::Isapre), false),
    bill("toll", 2, |household| household.has(Habit::Car), true),
    bill("car_insurance", 2, |household| household.has(Habit::Car), true),
    bill("student_loan", 3, |household| household.has(Habit::StudiedOnCredit), true),
];

pub(super) fn all(plan: &mut Plan<'_>) {
    for (place, bill) in (0_u32..).zip(&BILLS) {
        if (bill.wanted)(&plan.resident.household) {
            pay(plan, bill, place);
        }
    }
}

fn pay(plan: &mut Plan<'_>, bill: &Bill, place: u32) {
    let mut lasting = plan.lasting("bill", place);
    let supplier = services::of(&plan.resident.household, bill.kind, &mut lasting);
    let usual = lasting.amount(supplier.low..=supplier.high);
    let day = lasting.small(3..=24);
    let mut dice = plan.resident.household.monthly(plan.resident.seed, "bill", plan.month, place);
    let amount = usual * season(bill.kind, plan.month.number()) / 100;
    let amount = if is_flat(bill.kind) { usual } else { amount * dice.amount(88..=112) / 100 };
    let amount = plan.capped(&mut dice, amount, bill.percent);
    let by_hand = plan.resident.household.has(Habit::PaysAtServipag) && !bill.always_by_mandate;
    let day = plan.month.bank_day_from(day);
    let (kind, when) = if by_hand {
        (Kind::Bill, when::at_once(&mut dice, day))
    } else {
        (Kind::Pac, when::in_batch(&mut dice, day))
    };
    plan.pay(kind, service(supplier), amount, when, what(&supplier.name));
}

/// Plans and premiums are the same each month; meters are not.
fn is_flat(kind: &str) -> bool {
    matches!(kind, "phone" | "internet" | "isapre" | "car_insurance" | "student_loan")
}

/// Gas and light cost more in winter, water in summer; percent of the usual.
fn season(kind: &str, month: i8) -> i64 {
    match (kind, month) {
        ("gas", 6..=8) => 150,
        ("light", 6..=8) => 125,
        ("water", 12 | 1..=2) => 135,
        _ => 100,
    }
}

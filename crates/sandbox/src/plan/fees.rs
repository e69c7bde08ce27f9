//! What the bank itself takes: the plan's fee in UF on a current account, and the interest and stamp
//! tax of a credit line that was drawn on.

use super::{Plan, line};
use crate::flow::{Detail, Kind, Purpose, system};
use crate::key::Product;
use crate::{uf, when};

/// What a line costs for the fortnight that it is drawn, of a thousand pesos, stamp tax included.
const LINE_PER_MILLE: i64 = 14;
/// The fee of a plan, in ten thousandths of a UF: a fifth to a half of one.
const PLAN_CLF: std::ops::RangeInclusive<i64> = 2_000..=5_000;
/// Of a hundred customers, so many pay for their plan.
const PLAN_PERCENT: u64 = 55;

pub(super) fn all(plan: &mut Plan<'_>) {
    plan_fee(plan);
    line_interest(plan);
}

fn plan_fee(plan: &mut Plan<'_>) {
    let mut lasting = plan.lasting("fee", 0);
    if plan.main().product != Product::Checking || !lasting.chance(PLAN_PERCENT) {
        return;
    }
    let day = plan.month.bank_day_from(lasting.small(5..=20));
    let mut dice = plan.dice("fee");
    let amount = uf::in_pesos(lasting.amount(PLAN_CLF), day);
    let amount = plan.capped(&mut dice, amount, 1);
    let when = when::in_batch(&mut dice, day);
    let bank = system(Purpose::Bank, &plan.main().bank.row().name);
    plan.pay(Kind::Fee, bank, amount, when, Detail::default());
}

fn line_interest(plan: &mut Plan<'_>) {
    let owed = line::owed(plan);
    let mut dice = plan.dice("linefee");
    let when = when::in_batch(&mut dice, plan.month.bank_day_from(4));
    let bank = system(Purpose::Bank, &plan.main().bank.row().name);
    let amount = owed * LINE_PER_MILLE / 1_000;
    plan.pay(Kind::LineInterest, bank, amount, when, Detail::default());
}

//! Salaries, aguinaldos, refunds of tax, and money from abroad.

use cartola_primitives::Date;

use super::{Plan, what};
use crate::flow::{Detail, Kind, Purpose, Side, payroll, service, system};
use crate::holding::honorarium::Honorarium;
use crate::key::Product;
use crate::month::Month;
use crate::when;

const SEPTEMBER: i8 = 9;
const DECEMBER: i8 = 12;
/// The treasury pays refunds of the yearly return, form 22, in May.
const REFUND_MONTH: i8 = 5;

pub(super) fn all(plan: &mut Plan<'_>) {
    salary(plan);
    bonus(plan);
    refund(plan);
    from_abroad(plan);
    honorarium(plan);
}

pub(super) fn benefit(plan: &mut Plan<'_>) {
    let mut dice = plan.dice("benefit");
    let when = when::in_batch(&mut dice, plan.month.bank_day_from(15));
    let employer = plan.resident.household.employer;
    plan.receive(Kind::Salary, payroll(employer), plan.income(), when, what(&employer.name));
}

fn salary(plan: &mut Plan<'_>) {
    let mut dice = plan.dice("salary");
    let day = pay_day(plan.month, plan.lasting("payday", 0).below(10));
    let when = when::in_batch(&mut dice, day);
    // Overtime and days off, a little around what was agreed and never below it.
    let amount = plan.income() * dice.amount(1_000..=1_025) / 1_000;
    let employer = plan.resident.household.employer;
    plan.receive(Kind::Salary, payroll(employer), amount, when, what(&employer.name));
}

/// Most are paid on the last bank day, some on the one before it, some on the 25th.
fn pay_day(month: Month, custom: u64) -> Date {
    let days = month.bank_days();
    match custom {
        0..=5 => days[days.len() - 1],
        6..=7 => days[days.len() - 2],
        _ => month.bank_day_until(25),
    }
}

fn bonus(plan: &mut Plan<'_>) {
    let (day, occasion) = match plan.month.number() {
        SEPTEMBER => (16, "FIESTAS PATRIAS"),
        DECEMBER => (22, "NAVIDAD"),
        _ => return,
    };
    let mut dice = plan.dice("bonus");
    let amount = plan.income() * dice.amount(6..=14) / 100 / 5_000 * 5_000;
    let when = when::in_batch(&mut dice, plan.month.bank_day_until(day));
    let from = payroll(plan.resident.household.employer);
    plan.receive(Kind::Bonus, from, amount, when, what(occasion));
}

fn refund(plan: &mut Plan<'_>) {
    let mut dice = plan.dice("refund");
    if plan.month.number() != REFUND_MONTH || !dice.chance(35) {
        return;
    }
    let amount = plan.income() * dice.amount(40..=180) / 1_000;
    let when = when::in_batch(&mut dice, plan.month.bank_day_from(12));
    let treasury = system(Purpose::Treasury, "TESORERIA GENERAL DE LA REPUBLICA");
    plan.receive(Kind::TaxRefund, treasury, amount, when, what("F22"));
}

/// What is earned beside the salary, less what the client withholds.
fn honorarium(plan: &mut Plan<'_>) {
    let Some(boleta) = Honorarium::of(plan.resident, plan.month) else { return };
    let when = when::at_once(&mut plan.dice("boletapd"), boleta.issued_on);
    let client = boleta.client;
    plan.receive(Kind::Honorarium, service(client), boleta.net(), when, what(&client.name));
}

/// In cents of a dollar.
fn from_abroad(plan: &mut Plan<'_>) {
    let Some(dollars) = plan.resident.at_main(Product::Dollars) else { return };
    let mut dice = plan.dice("abroad");
    let day = plan.month.bank_day_from(dice.small(8..=20));
    let when = when::in_batch(&mut dice, day);
    let amount = dice.amount(45_000..=120_000);
    let from = system(Purpose::Clearing, "SWIFT");
    let detail = Detail { what: "OP SWIFT", ..Detail::default() };
    plan.add(Kind::Remittance, (from, Side::Customer(dollars)), amount, when, detail);
}

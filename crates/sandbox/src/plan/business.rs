//! A company: card sales through an acquirer, clients' payments and cheques on one side; payroll,
//! Previred, rent, taxes and services on the other. Suppliers are what it spends, see
//! [`crate::spending`].

use cartola_primitives::{Date, date};

use super::{Plan, housing, own, what};
use crate::flow::{Detail, Flow, Kind, Purpose, Side, service, system};
use crate::holding::iva::Period;
use crate::month::Month;
use crate::resident::Resident;
use crate::{services, when};

const IVA_DUE_DAY: i8 = 20;
const YEARLY_RETURN_MONTH: i8 = 4;

pub(super) fn all(plan: &mut Plan<'_>) {
    all_before_iva(plan);
    monthly_tax(plan);
}

fn all_before_iva(plan: &mut Plan<'_>) {
    earn(plan);
    payroll_and_pensions(plan);
    premises(plan);
    yearly_tax(plan);
    cheques_written(plan);
    own::all(plan);
}

fn earn(plan: &mut Plan<'_>) {
    card_sales(plan);
    clients(plan);
    cheques_received(plan);
}

/// What comes in for goods in a month, IVA included.
pub(crate) fn earnings(resident: &Resident, month: Month) -> Vec<Flow> {
    let mut plan = Plan { resident, month, flows: Vec::new() };
    earn(&mut plan);
    plan.flows
}

/// The month without form 29, which is a function of this.
pub(crate) fn before_iva(resident: &Resident, month: Month) -> Vec<Flow> {
    let mut plan = Plan { resident, month, flows: Vec::new() };
    all_before_iva(&mut plan);
    plan.flows
}

/// Percent of an ordinary month: people buy for Christmas and are away in February.
fn season(month: Month) -> i64 {
    match month.number() {
        12 => 120,
        9 => 108,
        2 => 88,
        _ => 100,
    }
}

/// What the company sells in a month, about.
fn sales(resident: &Resident, month: Month) -> i64 {
    resident.household.income(month) * season(month) / 100
}

/// Two thirds of what is sold, paid out by the acquirer on every bank day.
fn card_sales(plan: &mut Plan<'_>) {
    let acquirer =
        services::of(&plan.resident.household, "acquirer", &mut plan.lasting("acquirer", 0));
    let mut dice = plan.dice("sales");
    let days: &[Date] = plan.month.bank_days();
    let usual =
        sales(plan.resident, plan.month) * 2 / 3 / i64::try_from(days.len()).expect("a month");
    for day in days {
        let amount = usual * dice.amount(70..=130) / 100;
        let when = when::in_batch(&mut dice, *day);
        plan.receive(Kind::Sales, service(acquirer), amount, when, what(&acquirer.name));
    }
}

fn clients(plan: &mut Plan<'_>) {
    let mut dice = plan.dice("clients");
    let count = dice.amount(2..=5);
    for _ in 0..count {
        let client = services::of(&plan.resident.household, "client", &mut dice);
        let amount = sales(plan.resident, plan.month) * dice.amount(70..=110) / 300 / count;
        let day = *dice.pick(plan.month.bank_days());
        let when = when::at_once(&mut dice, day);
        plan.receive(Kind::Client, service(client), amount, when, what(&client.name));
    }
}

fn cheques_received(plan: &mut Plan<'_>) {
    let mut dice = plan.dice("cheqin");
    for _ in 0..dice.below(4) {
        let amount = sales(plan.resident, plan.month) * dice.amount(4..=18) / 1_000;
        let day = *dice.pick(plan.month.bank_days());
        let when = when::cleared(&mut dice, day);
        let document = u32::try_from(dice.amount(1_000_000..=9_999_999)).ok();
        let from = system(Purpose::Clearing, "CANJE");
        plan.receive(
            Kind::ChequeDeposit,
            from,
            amount,
            when,
            Detail { document, ..Detail::default() },
        );
    }
}

fn payroll_and_pensions(plan: &mut Plan<'_>) {
    let mut dice = plan.dice("payroll");
    let days = plan.month.bank_days();
    let share = plan.lasting("payroll", 0).amount(12..=18);
    let wages = plan.income() * share / 100 * dice.amount(98..=102) / 100;
    let when = when::at_once(&mut dice, days[days.len() - 1]);
    let people = system(Purpose::Payroll, "NOMINA DE REMUNERACIONES");
    plan.pay(Kind::Payroll, people, wages, when, Detail::default());
    let when = when::at_once(&mut dice, plan.month.bank_day_until(12));
    let previred = system(Purpose::Service, "PREVIRED");
    plan.pay(Kind::Previred, previred, wages * 22 / 100, when, what("PREVIRED"));
}

fn premises(plan: &mut Plan<'_>) {
    let january = plan.month.plus(1 - i32::from(plan.month.number()));
    for (place, (kind, percent)) in
        (0_u32..).zip([("landlord", 5), ("light", 2), ("water", 1), ("internet", 1), ("phone", 1)])
    {
        let mut lasting = plan.lasting("premise", place);
        let supplier = services::of(&plan.resident.household, kind, &mut lasting);
        let share = plan.resident.household.income(january) * percent / 100;
        let amount = lasting.amount(supplier.low..=supplier.high).min(share);
        let day = plan.month.bank_day_from(lasting.small(2..=25));
        let mut dice =
            plan.resident.household.monthly(plan.resident.seed, "premise", plan.month, place);
        let kind = if place == 0 { Kind::Rent } else { Kind::Pac };
        let when = when::at_once(&mut dice, day);
        plan.pay(kind, service(supplier), amount, when, what(&supplier.name));
    }
}

const TREASURY: Side = system(Purpose::Treasury, "TESORERIA GENERAL DE LA REPUBLICA");

/// Form 29 on last month's sales and purchases.
fn monthly_tax(plan: &mut Plan<'_>) {
    let payable = Period::of(plan.resident, plan.month.plus(-1)).payable();
    let when = when::at_once(&mut plan.dice("taxes"), iva_paid_on(plan.month.plus(-1)));
    plan.pay(Kind::Tax, TREASURY, payable, when, what("F29 IVA"));
}

/// When form 29 of a month is declared and paid.
pub(crate) fn iva_paid_on(month: Month) -> Date {
    month.plus(1).bank_day_until(IVA_DUE_DAY)
}

/// Form 22 in April on the year's result.
fn yearly_tax(plan: &mut Plan<'_>) {
    if plan.month.number() == YEARLY_RETURN_MONTH {
        let year = plan.month.year();
        let when = when::at_once(&mut plan.dice("rentapd"), renta_paid_on(year));
        plan.pay(Kind::Tax, TREASURY, renta(plan.resident, year), when, what("F22 RENTA"));
    }
}

/// When form 22 of the year before is declared and paid.
pub(crate) fn renta_paid_on(year: i16) -> Date {
    return_month(year).bank_day_until(30)
}

/// What is paid in April for the year before.
pub(crate) fn renta(resident: &Resident, year: i16) -> i64 {
    let month = return_month(year);
    let mut dice = resident.household.monthly(resident.seed, "renta", month, 0);
    resident.household.income(month) * dice.amount(10..=30) / 1_000
}

fn return_month(year: i16) -> Month {
    Month::of(date(year, YEARLY_RETURN_MONTH, 1))
}

fn cheques_written(plan: &mut Plan<'_>) {
    let mut dice = plan.dice("cheqout");
    for place in 0..u32::try_from(dice.below(4)).expect("a few cheques") {
        let supplier = services::of(&plan.resident.household, "supplier", &mut dice);
        let amount = super::thousands(plan.income() * dice.amount(5..=20) / 1_000);
        let day = *dice.pick(plan.month.bank_days());
        let when = when::cleared(&mut dice, day);
        let document = Some(housing::cheque_number(plan, place));
        plan.pay(
            Kind::Cheque,
            service(supplier),
            amount,
            when,
            Detail { document, ..Detail::default() },
        );
    }
}

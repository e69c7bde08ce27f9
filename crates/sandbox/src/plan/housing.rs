//! Rent by transfer or cheque, or a mortgage in UF.

use cartola_primitives::date;

use super::{Plan, what};
use crate::data::Service;
use crate::flow::{Detail, Kind, Purpose, Side, service, system};
use crate::holding::loan::Loan;
use crate::holding::mortgage::Mortgage;
use crate::household::Housing;
use crate::month::Month;
use crate::resident::Resident;
use crate::{services, uf, when};

/// At most so many of a hundred pesos of income.
const HOUSING_PERCENT: i64 = 22;

pub(super) fn all(plan: &mut Plan<'_>) {
    match plan.resident.household.housing {
        Housing::Free => {}
        Housing::Rent => rent(plan),
        Housing::RentByCheque => rent_by_cheque(plan),
        Housing::Mortgage => mortgage(plan),
    }
    consumer_loan(plan);
}

/// The rent of a year: adjusted each January, as contracts in UF are, and in whole thousands.
fn agreed_rent(plan: &Plan<'_>) -> i64 {
    let january = Month::of(date(plan.month.year(), 1, 1));
    let share = plan.lasting("rent", 0).amount(16..=HOUSING_PERCENT);
    super::thousands(plan.resident.household.income(january) * share / 100)
}

fn rent(plan: &mut Plan<'_>) {
    let landlord = landlord(plan.resident);
    let mut dice = plan.dice("rent");
    let day = plan.month.bank_day_from(dice.small(2..=5));
    let when = when::at_once(&mut dice, day);
    plan.pay(Kind::Rent, service(landlord), agreed_rent(plan), when, what(&landlord.name));
}

fn rent_by_cheque(plan: &mut Plan<'_>) {
    let landlord = landlord(plan.resident);
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

/// Who lets them their home.
pub(crate) fn landlord(resident: &Resident) -> &'static Service {
    let mut lasting = resident.household.dice(resident.seed, "landlord", 0);
    services::of(&resident.household, "landlord", &mut lasting)
}

/// The dividend is agreed in UF; pesos follow the day.
fn mortgage(plan: &mut Plan<'_>) {
    let Some(mortgage) = Mortgage::at(plan.resident, plan.month) else { return };
    let day = mortgage.charged_on(plan.month);
    let when = when::in_batch(&mut plan.dice("mortgage"), day);
    let part = Some((mortgage.part(plan.month), mortgage.dividends));
    let detail = Detail { part, ..Detail::default() };
    plan.pay(Kind::Mortgage, lender(plan), uf::in_pesos(mortgage.dividend, day), when, detail);
}

/// The loan of the month, and the next one if it is paid out already.
fn consumer_loan(plan: &mut Plan<'_>) {
    let next_month = plan.month.plus(1);
    let next = Loan::at(plan.resident, next_month).filter(|next| next.first == next_month);
    if let Some(next) = next {
        pay_out(plan, &next);
    }
    let Some(loan) = Loan::at(plan.resident, plan.month) else { return };
    if loan.first == plan.month {
        spend(plan, &loan);
    }
    let mut dice = plan.dice("loan");
    for part in loan.charged(plan.resident, plan.month) {
        let when = when::in_batch(&mut dice, loan.due_on(plan.month));
        let detail = Detail { part: Some((part, loan.instalments)), ..Detail::default() };
        plan.pay(Kind::Loan, lender(plan), loan.instalment, when, detail);
    }
}

fn pay_out(plan: &mut Plan<'_>, loan: &Loan) {
    let day = loan.granted_on(plan.resident);
    let when = when::at_once(&mut plan.dice("paidout"), day);
    plan.receive(Kind::LoanGranted, lender(plan), loan.paid_out, when, Detail::default());
}

/// What it was taken for: a car, teeth, a journey.
fn spend(plan: &mut Plan<'_>, loan: &Loan) {
    let dealer = dealer(plan.resident);
    let mut dice = plan.dice("loanfor");
    let day = plan.month.bank_day_from(dice.small(1..=3));
    let when = when::at_once(&mut dice, day);
    plan.pay(Kind::Supplier, service(dealer), loan.paid_out, when, what(&dealer.name));
}

/// Who is paid with what the bank lends.
pub(crate) fn dealer(resident: &Resident) -> &'static Service {
    let mut lasting = resident.household.dice(resident.seed, "dealer", 0);
    services::of(&resident.household, "dealer", &mut lasting)
}

fn lender(plan: &Plan<'_>) -> Side {
    system(Purpose::Bank, &plan.main().bank.row().name)
}

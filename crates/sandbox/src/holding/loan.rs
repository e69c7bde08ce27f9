//! A consumer loan: paid out in one month, spent in the next, paid back in equal instalments from then
//! on. Who lives close to the edge now and then pays an instalment a month late, two at once.

use cartola_primitives::Date;
use jiff::civil::DateTime;

use super::{amortization, part_of};
use crate::flow::Kind;
use crate::household::Habit;
use crate::month::Month;
use crate::resident::Resident;

const MONTHS: [i32; 4] = [12, 24, 36, 48];
/// Monthly rates, in hundredths of a percent.
const RATES: std::ops::RangeInclusive<i64> = 119..=268;
const HUNDREDTH_OF_A_PERCENT: i64 = amortization::RATE_UNITS / 10_000;
/// Of a thousand pesos lent, what goes for insurance and stamp tax and never reaches the account.
const COSTS_PER_MILLE: std::ops::RangeInclusive<i64> = 12..=42;
/// Of a hundred months in which an instalment can be late, in how many it is.
const LATE_PERCENT: u64 = 20;

/// One consumer loan, in whole pesos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Loan {
    /// The month of its first instalment.
    pub first: Month,
    /// How many instalments there are.
    pub instalments: u16,
    /// What is paid each month.
    pub instalment: i64,
    /// A month's, see [`amortization`].
    pub rate: i64,
    /// Monto bruto: what is owed at the beginning.
    pub amount: i64,
    /// Monto líquido: what was paid out.
    pub paid_out: i64,
    /// The day of the month from which it is charged, on the next bank day.
    pub day: i8,
    /// Seguro de desgravamen.
    pub life_insurance: bool,
    /// Seguro de cesantía.
    pub unemployment_insurance: bool,
    /// What the bank calls it.
    pub operation: i64,
}

impl Loan {
    /// The loan that is paid back in that month.
    pub(crate) fn at(resident: &Resident, month: Month) -> Option<Self> {
        let household = &resident.household;
        if !household.has(Habit::ConsumerLoan) || !household.is_employee() {
            return None;
        }
        let mut terms = household.dice(resident.seed, "loan", 0);
        let (part, of) = part_of(&mut terms, &MONTHS, month);
        let first = month.plus(1 - i32::from(part));
        let instalment = household.income(first) * terms.amount(20..=45) / 1_000;
        let day = terms.small(3..=12);
        let mut granted = household.monthly(resident.seed, "granted", first, 0);
        let rate = granted.amount(RATES) * HUNDREDTH_OF_A_PERCENT;
        let amount = amortization::owed(instalment, rate, of);
        Some(Self {
            first,
            instalments: of,
            instalment,
            rate,
            amount,
            paid_out: amount - amount * granted.amount(COSTS_PER_MILLE) / 1_000,
            day,
            life_insurance: granted.chance(85),
            unemployment_insurance: granted.chance(40),
            operation: granted.amount(10_000_000..=99_999_999),
        })
    }

    /// The day on which it was paid out.
    pub(crate) fn granted_on(&self, resident: &Resident) -> Date {
        let month = self.first.plus(-1);
        let day = resident.household.monthly(resident.seed, "payout", month, 0).small(8..=26);
        month.bank_day_from(day)
    }

    /// Which instalment falls due in a month, from 1.
    pub(crate) fn part(&self, month: Month) -> u16 {
        u16::try_from(month.since(self.first) + 1).expect("a loan has few instalments")
    }

    /// The day on which a month's instalment falls due.
    pub(crate) fn due_on(&self, month: Month) -> Date {
        month.bank_day_from(self.day)
    }

    /// Whether a month's instalment is paid in the next month only: never the first or the last one,
    /// never two in a row.
    pub(crate) fn is_late(&self, resident: &Resident, month: Month) -> bool {
        let part = self.part(month);
        let inside = part > 1 && part < self.instalments && month.count() % 2 == 0;
        let household = &resident.household;
        let mut dice = household.monthly(resident.seed, "late", month, 0);
        inside && household.has(Habit::Tight) && dice.chance(LATE_PERCENT)
    }

    /// The instalments that are charged in a month.
    pub(crate) fn charged(&self, resident: &Resident, month: Month) -> impl Iterator<Item = u16> {
        let part = self.part(month);
        let before = part > 1 && self.is_late(resident, month.plus(-1));
        let now = !self.is_late(resident, month);
        [before.then(|| part - 1), now.then_some(part)].into_iter().flatten()
    }

    /// What is owed after so many instalments.
    pub(crate) fn owed_after(&self, paid: u16) -> i64 {
        amortization::owed(self.instalment, self.rate, self.instalments - paid)
    }

    /// Carga anual equivalente, costs included, in hundredths of a percent.
    pub(crate) fn cae(&self) -> i64 {
        let rate = amortization::rate_of(self.paid_out, self.instalment, self.instalments);
        amortization::yearly_percent(rate)
    }
}

/// Where a loan stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub loan: Loan,
    pub paid: u16,
    /// How many fell due and were not paid.
    pub expired: u16,
    pub next_due: Option<Date>,
}

impl Standing {
    /// What is owed.
    pub(crate) fn balance(&self) -> i64 {
        self.loan.owed_after(self.paid)
    }
}

/// The loans of which something is owed at a moment: the one that is paid back, and the next one once
/// it is paid out.
pub(crate) fn standing(resident: &Resident, now: DateTime) -> Vec<Standing> {
    let month = Month::of(now.date());
    let running = Loan::at(resident, month).map(|loan| running(resident, loan, now));
    let running = running.filter(|standing| standing.paid < standing.loan.instalments);
    let next = Loan::at(resident, month.plus(1)).filter(|next| next.first == month.plus(1));
    let next = next.filter(|_| resident.booked(Kind::LoanGranted, now).count > 0).map(|loan| {
        let next_due = Some(loan.due_on(loan.first));
        Standing { loan, paid: 0, expired: 0, next_due }
    });
    running.into_iter().chain(next).collect()
}

fn running(resident: &Resident, loan: Loan, now: DateTime) -> Standing {
    let month = Month::of(now.date());
    let part = loan.part(month);
    let unpaid_before = u16::from(part > 1 && loan.is_late(resident, month.plus(-1)));
    let paid = part - 1 - unpaid_before + resident.booked(Kind::Loan, now).count;
    let is_due = loan.due_on(month) <= now.date();
    let due = part - 1 + u16::from(is_due);
    let next = if is_due { month.plus(1) } else { month };
    let next_due = (loan.part(next) <= loan.instalments).then(|| loan.due_on(next));
    Standing { loan, paid, expired: due.saturating_sub(paid), next_due }
}

//! A mortgage: a dividend agreed in UF, of which a part is insurance.

use cartola_primitives::{Date, date};
use jiff::civil::DateTime;

use super::{amortization, part_of, share};
use crate::flow::Kind;
use crate::household::Housing;
use crate::month::Month;
use crate::resident::Resident;
use crate::uf;

/// Dividends of a mortgage over twenty or twenty-five years.
const MONTHS: [i32; 2] = [240, 300];
/// A dividend is at most so many of a hundred pesos of income, to the last one.
const INCOME_PERCENT: i64 = 22;
/// Of a thousand of a dividend, what is desgravamen, fire and earthquake.
const INSURANCE_PER_MILLE: i64 = 62;
/// Yearly rates over the UF, in hundredths of a percent.
const RATES: std::ops::RangeInclusive<i64> = 290..=520;
/// A year's hundredths of a percent in a month's thousand millionths.
const A_MONTH: i64 = 100_000;
/// Of a hundred of what a home is valued at, what the bank lent.
const LENT_PERCENT: std::ops::RangeInclusive<i64> = 70..=85;
const CLF_PER_CENTIPESO: i64 = 1_000_000;

/// One mortgage. Amounts in ten thousandths of a UF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mortgage {
    /// The month of its first dividend.
    pub first: Month,
    /// How many dividends there are.
    pub dividends: u16,
    /// What is charged each month.
    pub dividend: i64,
    /// What of that is insurance.
    pub insurance: i64,
    /// A month's, see [`amortization`].
    pub rate: i64,
    /// The day of the month from which it is charged, on the next bank day.
    pub day: i8,
    /// What the home was valued at.
    pub valuation: i64,
    /// When the deed was signed.
    pub deed_on: Date,
    /// Fija; else it changes.
    pub is_fixed: bool,
    /// What the bank calls it.
    pub operation: i64,
}

impl Mortgage {
    /// The mortgage that is paid in that month.
    pub(crate) fn at(resident: &Resident, month: Month) -> Option<Self> {
        let household = &resident.household;
        if household.housing != Housing::Mortgage || !household.is_employee() {
            return None;
        }
        let mut terms = household.dice(resident.seed, "mortgage", 0);
        let (part, of) = part_of(&mut terms, &MONTHS, month);
        let share_of_income = terms.amount(13..=18);
        let day = terms.small(5..=10);
        let first = month.plus(1 - i32::from(part));
        let dividend = dividend(resident, first, of, share_of_income);
        let insurance = dividend * INSURANCE_PER_MILLE / 1_000;
        let mut deed = household.monthly(resident.seed, "deed", first, 0);
        let rate = deed.amount(RATES) * A_MONTH / 12;
        let lent = amortization::owed(dividend - insurance, rate, of);
        Some(Self {
            first,
            dividends: of,
            dividend,
            insurance,
            rate,
            day,
            valuation: lent * 100 / deed.amount(LENT_PERCENT),
            deed_on: first.plus(-2).bank_day_from(deed.small(3..=25)),
            is_fixed: deed.chance(80),
            operation: deed.amount(10_000_000..=99_999_999),
        })
    }

    /// Which dividend a month has, from 1.
    pub(crate) fn part(&self, month: Month) -> u16 {
        u16::try_from(month.since(self.first) + 1).expect("a mortgage has few dividends")
    }

    /// The day on which a month's dividend is charged.
    pub(crate) fn charged_on(&self, month: Month) -> Date {
        month.bank_day_from(self.day)
    }

    /// What is owed after so many dividends.
    pub(crate) fn owed_after(&self, paid: u16) -> i64 {
        amortization::owed(self.dividend - self.insurance, self.rate, self.dividends - paid)
    }

    /// Carga anual equivalente over what is left, insurance included, in hundredths of a percent.
    pub(crate) fn cae_after(&self, paid: u16) -> i64 {
        let left = self.dividends - paid;
        let rate = amortization::rate_of(self.owed_after(paid), self.dividend, left);
        amortization::yearly_percent(rate)
    }
}

/// What the income of 2024, or of the month in which it began if that is later, bears, and what the
/// income of its last month still does, the UF having grown.
fn dividend(resident: &Resident, first: Month, of: u16, percent: i64) -> i64 {
    let base = date(2024, 1, 9);
    let began = first.first_day().max(base);
    let bearable = |day: Date, percent: i64| {
        let pesos = resident.household.income(Month::of(day)) * percent / 100;
        // Hundredths of a peso per UF make ten thousandths of a UF.
        share_down(pesos, uf::value_on(day))
    };
    let last = first.plus(i32::from(of) - 1).last_day();
    bearable(began, percent).min(bearable(last, INCOME_PERCENT))
}

fn share_down(pesos: i64, uf: i64) -> i64 {
    i64::try_from(i128::from(pesos) * i128::from(CLF_PER_CENTIPESO) / i128::from(uf))
        .expect("a dividend is few UF")
}

/// What the tax service values a home at, in pesos, on a day: less than the market does.
pub(crate) fn fiscal_valuation(mortgage: &Mortgage, day: Date) -> i64 {
    uf::in_pesos(share(mortgage.valuation, 62, 100), day)
}

/// Where a mortgage stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub mortgage: Mortgage,
    pub paid: u16,
    pub next_due: Option<Date>,
    pub last_paid: Option<Date>,
}

impl Standing {
    /// What is owed, in ten thousandths of a UF.
    pub(crate) fn balance(&self) -> i64 {
        self.mortgage.owed_after(self.paid)
    }
}

/// The mortgage of which something is owed at a moment.
pub(crate) fn standing(resident: &Resident, now: DateTime) -> Option<Standing> {
    let month = Month::of(now.date());
    let mortgage = Mortgage::at(resident, month)?;
    let part = mortgage.part(month);
    let this = resident.booked(Kind::Mortgage, now);
    let paid = part - 1 + this.count;
    let next = if this.count > 0 { month.plus(1) } else { month };
    let before = (part > 1).then(|| mortgage.charged_on(month.plus(-1)));
    (paid < mortgage.dividends).then(|| Standing {
        mortgage,
        paid,
        next_due: Some(mortgage.charged_on(next)),
        last_paid: this.last.or(before),
    })
}

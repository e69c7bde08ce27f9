//! Who employs somebody, since when, and what the unemployment insurance gets of it.

use cartola_primitives::{Date, date};
use jiff::ToSpan;

use super::share;
use crate::data::{Employer, data};
use crate::flow::Kind;
use crate::household::Livelihood;
use crate::identity;
use crate::month::Month;
use crate::resident::Resident;
use crate::uf;

/// Of a hundred who work, how many do so by contracts of a year.
const FIXED_TERM_PERCENT: u64 = 12;
/// Of a hundred with an open-ended contract, how many had an employer before.
const EARLIER_PERCENT: u64 = 60;
const ADULT_YEARS: i16 = 18;
/// Contributions are paid until that day of the month after.
const PAID_DAY: i8 = 13;
/// Rates are in thousandths of a percent.
const RATE_UNITS: i64 = 100_000;
/// The cap is in tenths of a UF, of which each has a thousand ten thousandths.
const CLF_PER_TENTH: i64 = 1_000;

/// Where somebody works.
pub(crate) struct Employment {
    pub employer: &'static Employer,
    pub since: Date,
    /// By contracts of a year, one after the other.
    pub is_fixed_term: bool,
}

/// One contract.
pub(crate) struct Contract {
    pub employer: &'static Employer,
    pub is_fixed_term: bool,
    pub began: Date,
    pub ended: Option<Date>,
}

/// What was contributed of a month, in whole pesos.
pub(crate) struct Contribution {
    pub month: Month,
    pub income: i64,
    /// Nothing of a fixed term.
    pub worker: i64,
    pub employer: i64,
}

/// Where somebody works who is paid a salary.
pub(crate) fn of(resident: &Resident) -> Option<Employment> {
    let household = &resident.household;
    if !matches!(household.livelihood, Livelihood::Employee | Livelihood::Benefit) {
        return None;
    }
    let mut dice = household.dice(resident.seed, "employer", 0);
    let began = date(2018 + i16::from(dice.small(0..=4)), dice.small(1..=12), 1);
    let born = identity::of(resident.seed, household.rut).born_on;
    let adult = date(born.year() + ADULT_YEARS, born.month(), born.day());
    let is_fixed_term = dice.chance(FIXED_TERM_PERCENT) && !household.has_everything();
    Some(Employment { employer: household.employer, since: began.max(adult), is_fixed_term })
}

impl Employment {
    /// The contracts that began by then, the last first.
    pub(crate) fn contracts(&self, resident: &Resident, today: Date) -> Vec<Contract> {
        if self.is_fixed_term {
            return self.year_by_year(today);
        }
        let now = Contract {
            employer: self.employer,
            is_fixed_term: false,
            began: self.since,
            ended: None,
        };
        [Some(now), self.earlier(resident)].into_iter().flatten().collect()
    }

    fn year_by_year(&self, today: Date) -> Vec<Contract> {
        let years = (self.since.year()..=today.year()).rev();
        years
            .map(|year| Contract {
                employer: self.employer,
                is_fixed_term: true,
                began: date(year, 1, 1).max(self.since),
                ended: Some(date(year, 12, 31)).filter(|end| *end < today),
            })
            .collect()
    }

    fn earlier(&self, resident: &Resident) -> Option<Contract> {
        let mut dice = resident.household.dice(resident.seed, "employer", 1);
        let employer = dice.pick(&data().people.employers);
        let began = self.since.saturating_sub(dice.amount(500..=1_500).days());
        let ended = self.since.saturating_sub(dice.amount(20..=120).days());
        let born = identity::of(resident.seed, resident.household.rut).born_on;
        let is_adult = began.year() - born.year() > ADULT_YEARS;
        let other = employer.body != self.employer.body && dice.chance(EARLIER_PERCENT);
        (other && is_adult).then_some(Contract {
            employer,
            is_fixed_term: false,
            began,
            ended: Some(ended),
        })
    }

    /// What was paid by then, the last month first, as far back as banks show movements.
    pub(crate) fn contributions(&self, resident: &Resident, today: Date) -> Vec<Contribution> {
        let first = Month::of(crate::shown::begins(today).max(self.since));
        let last = Month::of(today).plus(if today.day() < PAID_DAY { -2 } else { -1 });
        let months = first.through(last).filter(|month| month.first_day() >= self.since);
        let mut all: Vec<Contribution> =
            months.map(|month| self.of_month(resident, month)).collect();
        all.reverse();
        all
    }

    fn of_month(&self, resident: &Resident, month: Month) -> Contribution {
        let salary = resident.of_month(Kind::Salary, month);
        let income = salary.min(cap(month));
        let rates = &data().law.afc;
        let of = |rate: i64| share(income, rate, RATE_UNITS);
        let (worker, employer) = if self.is_fixed_term {
            (0, of(rates.employer_fixed_term))
        } else {
            (of(rates.worker_indefinite), of(rates.employer_indefinite))
        };
        Contribution { month, income, worker, employer }
    }
}

/// The most of a month's income that is contributed on, in whole pesos at its last day.
pub(crate) fn cap(month: Month) -> i64 {
    let rows = &data().law.afc_cap;
    let row = rows.iter().rev().find(|(from, _)| *from <= month.year()).unwrap_or(&rows[0]);
    uf::in_pesos(row.1 * CLF_PER_TENTH, month.last_day())
}

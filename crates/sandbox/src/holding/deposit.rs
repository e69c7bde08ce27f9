//! Depósitos a plazo: a part of the savings that are taken out once a year is put away for some
//! months, in the month after, and comes back with interest.

use cartola_primitives::Date;

use crate::household::Habit;
use crate::month::Month;
use crate::plan;
use crate::resident::Resident;

/// For how many months.
const TERMS: [i32; 3] = [3, 6, 10];
const MONTHS_A_YEAR: i32 = 12;
/// Interest for each month, in thousandths of a percent.
const RATES: std::ops::RangeInclusive<i64> = 340..=520;
const RATE_UNITS: i64 = 100_000;

/// One deposit, in whole pesos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deposit {
    pub taken_on: Date,
    pub due_on: Date,
    pub capital: i64,
    /// What it brings by the end.
    pub interest: i64,
    /// A month's, in thousandths of a percent.
    pub rate: i64,
    pub operation: i64,
}

impl Deposit {
    /// The deposit that is taken in that month.
    pub(crate) fn taken(resident: &Resident, month: Month) -> Option<Self> {
        let taken_out = month.plus(-1);
        let household = &resident.household;
        if !saves(resident) || taken_out.number() != household.holiday {
            return None;
        }
        let mut dice = household.monthly(resident.seed, "deposit", month, 0);
        let capital =
            plan::gathered(resident, taken_out) * dice.amount(35..=60) / 100 / 1_000 * 1_000;
        let months = term(resident);
        let rate = dice.amount(RATES);
        let (open, due) = (dice.small(5..=12), dice.small(5..=20));
        (capital > 0).then(|| Self {
            taken_on: month.bank_day_from(open),
            due_on: month.plus(months).bank_day_from(due),
            capital,
            interest: capital * rate * i64::from(months) / RATE_UNITS,
            rate,
            operation: dice.amount(100_000_000..=999_999_999),
        })
    }

    /// The deposit that comes back in that month.
    pub(crate) fn due(resident: &Resident, month: Month) -> Option<Self> {
        saves(resident).then(|| Self::taken(resident, month.plus(-term(resident))))?
    }

    /// The deposit that lies there on a day.
    pub(crate) fn open(resident: &Resident, day: Date) -> Option<Self> {
        let month = Month::of(day);
        (0..MONTHS_A_YEAR)
            .find_map(|ago| Self::taken(resident, month.plus(-ago)))
            .filter(|deposit| deposit.taken_on <= day && day < deposit.due_on)
    }

    /// What it is worth on a day: interest grows evenly.
    pub(crate) fn worth(&self, day: Date) -> i64 {
        let gone = i64::from((day - self.taken_on).get_days());
        let all = i64::from((self.due_on - self.taken_on).get_days());
        self.capital + self.interest * gone / all
    }
}

fn saves(resident: &Resident) -> bool {
    resident.household.has(Habit::Saves) && resident.savings().is_some()
}

fn term(resident: &Resident) -> i32 {
    *resident.household.dice(resident.seed, "deposit", 0).pick(&TERMS)
}

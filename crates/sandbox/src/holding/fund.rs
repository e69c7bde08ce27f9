//! Fondos mutuos: whoever is well off and saves buys some quotas each month, and keeps them.

use cartola_primitives::{Date, date};

use super::share;
use crate::household::Habit;
use crate::month::Month;
use crate::resident::Resident;

/// Of a thousand pesos of income, what goes into the fund.
const PER_MILLE: i64 = 10;
/// Pesos a month from which banks offer one.
const INCOME: i64 = 1_200_000;
/// The funds and what a quota grows by in a year, in hundredths of a percent.
const FUNDS: [(&str, i64); 3] = [
    ("Fondo Mutuo Money Market", 480),
    ("Fondo Mutuo Renta Fija Nacional UF", 610),
    ("Fondo Mutuo Cartera Activa Moderada", 850),
];
/// Ten thousandths, of quotas and of pesos.
const UNITS: i64 = 10_000;
const DAYS_A_YEAR: i64 = 365;

/// What somebody holds of a fund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fund {
    pub name: &'static str,
    /// Ten thousandths of a quota.
    pub quotas: i64,
    /// What one is worth, in ten thousandths of a peso.
    pub quota_value: i64,
}

impl Fund {
    /// What is held at the beginning of a day and what was bought until its end.
    pub(crate) fn held(resident: &Resident, day: Date) -> Option<Self> {
        let place = place(resident)?;
        let begun = begun(resident);
        let months = begun.through(Month::of(day));
        let bought =
            months.filter_map(|month| bought(resident, month)).filter(|(on, _)| *on <= day);
        let quotas = bought.map(|(on, pesos)| share(pesos, UNITS * UNITS, value(place, on))).sum();
        Some(Self { name: FUNDS[place].0, quotas, quota_value: value(place, day) })
    }

    /// What it is worth, in whole pesos.
    pub(crate) fn worth(&self) -> i64 {
        share(self.quotas, self.quota_value, UNITS * UNITS)
    }
}

/// What is bought in a month: on which day, for how many pesos.
pub(crate) fn bought(resident: &Resident, month: Month) -> Option<(Date, i64)> {
    place(resident).filter(|_| month >= begun(resident))?;
    let day = resident.household.dice(resident.seed, "fund", 1).small(3..=20);
    let pesos = resident.household.income(month) * PER_MILLE / 1_000 / 1_000 * 1_000;
    (pesos > 0).then(|| (month.bank_day_from(day), pesos))
}

fn place(resident: &Resident) -> Option<usize> {
    let household = &resident.household;
    let income = household.income(Month::of(date(2024, 1, 1)));
    let invests = household.has(Habit::Saves) && household.is_employee() && income > INCOME;
    let mut dice = household.dice(resident.seed, "fund", 0);
    let place = dice.place(FUNDS.len());
    (invests && resident.savings().is_some()).then_some(place)
}

/// The month of the first purchase, in the years from 2021 to 2023.
fn begun(resident: &Resident) -> Month {
    let months = resident.household.dice(resident.seed, "fund", 2).below(30);
    Month::of(date(2021, 3, 1)).plus(i32::try_from(months).expect("a number below thirty"))
}

/// A quota is a thousand pesos and some in 2021, and grows evenly with the days.
fn value(place: usize, day: Date) -> i64 {
    let start = 11_000_000 + 3_700_000 * i64::try_from(place).expect("there are few funds");
    let days = i64::from((day - date(2021, 1, 1)).get_days());
    start + share(start, FUNDS[place].1 * days, UNITS * DAYS_A_YEAR)
}

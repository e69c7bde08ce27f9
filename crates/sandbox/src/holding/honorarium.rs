//! Boletas de honorarios: what some earn beside their salary. The payer withholds a part and pays the
//! rest at once.

use cartola_primitives::Date;

use super::share;
use crate::data::{Service, data};
use crate::household::Habit;
use crate::month::Month;
use crate::resident::Resident;
use crate::services;

/// Of a hundred months, in how many there is one.
const PERCENT: u64 = 60;
/// Of a hundred pesos of income, what one comes to.
const OF_INCOME: std::ops::RangeInclusive<i64> = 5..=18;
/// The retention of the table is in hundredths of a percent.
const PER_MYRIAD: i64 = 10_000;

/// One boleta, in whole pesos.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Honorarium {
    pub issued_on: Date,
    pub client: &'static Service,
    pub gross: i64,
    /// What the client withholds for the treasury.
    pub withheld: i64,
    pub number: u32,
}

impl Honorarium {
    /// The boleta of a month.
    pub(crate) fn of(resident: &Resident, month: Month) -> Option<Self> {
        let household = &resident.household;
        if !household.has(Habit::Freelances) || !household.is_employee() {
            return None;
        }
        let mut dice = household.monthly(resident.seed, "boleta", month, 0);
        if !dice.chance(PERCENT) {
            return None;
        }
        let client = services::of(household, "client", &mut dice);
        let gross = household.income(month) * dice.amount(OF_INCOME) / 100 / 10_000 * 10_000;
        let issued_on = *dice.pick(month.bank_days());
        Some(Self {
            issued_on,
            client,
            gross,
            withheld: share(gross, retention(month.year()), PER_MYRIAD),
            number: u32::try_from(month.count() % 1_000).expect("months are positive"),
        })
    }

    /// What is paid out.
    pub(crate) fn net(&self) -> i64 {
        self.gross - self.withheld
    }
}

/// Hundredths of a percent that are withheld in a year; see `data/law.toml`.
fn retention(year: i16) -> i64 {
    let rows = &data().law.honorarium_retention;
    let row = rows.iter().rev().find(|(from, _)| *from <= year).unwrap_or(&rows[0]);
    row.1
}

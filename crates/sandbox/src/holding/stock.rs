//! Acciones: some of those who save hold a few, bought before any history that is shown.

use cartola_primitives::Date;

use crate::data::data;
use crate::household::Habit;
use crate::market;
use crate::resident::Resident;

/// Of a hundred who save, how many hold shares.
const PERCENT: u64 = 15;
/// Hundredths of a peso.
const PER_PESO: i64 = 100;

/// Shares of one company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stock {
    pub ticker: &'static str,
    pub count: i64,
    /// What one is worth, in hundredths of a peso.
    pub price: i64,
}

impl Stock {
    /// What all are worth, in whole pesos.
    pub(crate) fn worth(&self) -> i64 {
        self.count * self.price / PER_PESO
    }
}

/// What somebody holds on a day.
pub(crate) fn held(resident: &Resident, day: Date) -> Vec<Stock> {
    let household = &resident.household;
    let mut dice = household.dice(resident.seed, "stock", 0);
    let holds = dice.chance(PERCENT) || household.has_everything();
    if !holds || !household.has(Habit::Saves) || resident.savings().is_none() {
        return Vec::new();
    }
    let mut stocks = Vec::new();
    for (place, share) in data().markets.shares.iter().enumerate() {
        let count = dice.amount(20..=900);
        if dice.chance(35) || (place == 0 && household.has_everything()) {
            let price = market::wobbled(resident.seed, place, share.price, share.wobble, day);
            stocks.push(Stock { ticker: &share.ticker, count, price });
        }
    }
    stocks
}

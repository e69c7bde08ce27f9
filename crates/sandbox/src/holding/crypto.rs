//! Crypto assets: a few people hold some, bought before any history that is shown.

use cartola_primitives::Date;

use crate::data::{Asset, data};
use crate::market;
use crate::resident::Resident;

/// Of a hundred people, how many hold any.
const PERCENT: u64 = 12;
/// Prices of assets wobble apart from those of shares.
const FIRST_PLACE: usize = 1_000;
/// Millionths of a dollar in a cent.
const PER_CENT: i128 = 10_000;

/// What somebody holds of an asset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Holding {
    pub asset: &'static Asset,
    /// In units of the asset's last decimal.
    pub quantity: i64,
    /// Millionths of a dollar for one.
    pub price: i64,
}

impl Holding {
    /// What it is worth, in cents, rounded down.
    pub(crate) fn worth(&self) -> i64 {
        let whole = i128::from(self.quantity) * i128::from(self.price);
        let cents = whole / 10_i128.pow(self.asset.decimals) / PER_CENT;
        i64::try_from(cents).expect("what a person holds is worth less than all dollars")
    }
}

/// What somebody holds on a day.
pub(crate) fn held(resident: &Resident, day: Date) -> Vec<Holding> {
    let household = &resident.household;
    let mut dice = household.dice(resident.seed, "crypto", 0);
    let everything = household.has_everything();
    let holds = household.is_employee() && (dice.chance(PERCENT) || everything);
    if !holds {
        return Vec::new();
    }
    let mut held = Vec::new();
    for (place, asset) in data().markets.assets.iter().enumerate() {
        let quantity = dice.amount(asset.most / 1_000..=asset.most);
        if dice.chance(55) || (everything && place < 2) {
            let place = FIRST_PLACE + place;
            let price = market::wobbled(resident.seed, place, asset.price, asset.wobble, day);
            held.push(Holding { asset, quantity, price });
        }
    }
    held
}

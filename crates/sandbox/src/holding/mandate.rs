//! PAT: what a card is charged with each month by mandate.

use cartola_primitives::Date;

use crate::data::Service;
use crate::flow::When;
use crate::month::Month;
use crate::resident::Resident;
use crate::{services, when};

/// Kinds of services, and of a hundred cards how many have one.
const KINDS: [(&str, u64); 2] = [("streaming", 75), ("gym", 25)];

/// One mandate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mandate {
    pub supplier: &'static Service,
    /// What it comes to, in whole pesos.
    pub amount: i64,
    /// When a month's is charged.
    pub when: When,
    /// Its place among the kinds.
    pub place: u32,
}

/// Those that are charged in a month.
pub(crate) fn of(resident: &Resident, month: Month) -> impl Iterator<Item = Mandate> {
    (0_u32..).zip(KINDS).filter_map(move |(place, (kind, percent))| {
        let household = &resident.household;
        let mut lasting = household.dice(resident.seed, "mandate", place);
        if !lasting.chance(percent) {
            return None;
        }
        let supplier = services::of(household, kind, &mut lasting);
        let most = household.income(month) / 100;
        let amount = lasting.amount(supplier.low..=supplier.high).min(most);
        let day = month.bank_day_from(lasting.small(1..=26));
        let when = when::in_batch(&mut lasting, day);
        Some(Mandate { supplier, amount, when, place })
    })
}

/// When somebody gave the mandate: years before any history that is shown.
pub(crate) fn given_on(resident: &Resident, place: u32) -> Date {
    let mut dice = resident.household.dice(resident.seed, "given", place);
    let year = 2019 + i16::from(dice.small(0..=3));
    cartola_primitives::date(year, dice.small(1..=12), dice.small(1..=28))
}

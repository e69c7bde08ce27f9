//! What a card bought in instalments: one purchase in some months, a part of it charged in each of the
//! months that follow.

use cartola_primitives::Date;

use crate::data::{Merchant, data};
use crate::flow::When;
use crate::month::Month;
use crate::resident::Resident;
use crate::when;

/// Of a hundred months, in how many something is bought in instalments.
const PERCENT: u64 = 10;
const TERMS: [u16; 3] = [3, 6, 12];
/// The longest term, in months.
pub(crate) const LONGEST: i32 = 12;
/// Of a thousand pesos of income, what one instalment comes to at most.
const PER_MILLE: i64 = 8;

/// One purchase.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purchase {
    bought: Month,
    pub shop: &'static Merchant,
    /// What each instalment comes to, in whole pesos.
    pub instalment: i64,
    pub instalments: u16,
    resident_seed: u64,
    body: u32,
}

impl Purchase {
    /// What was bought in instalments in a month.
    pub(crate) fn of(resident: &Resident, bought: Month) -> Option<Self> {
        let household = &resident.household;
        let mut dice = household.monthly(resident.seed, "instalm", bought, 0);
        let instalments = *dice.pick(&TERMS);
        if !dice.chance(PERCENT) {
            return None;
        }
        let shops: Vec<&'static Merchant> =
            data().merchants.iter().filter(|shop| shop.instalments).collect();
        let shop = *dice.pick(&shops);
        let instalment = household.income(bought) * dice.amount(3..=PER_MILLE) / 1_000;
        let (resident_seed, body) = (resident.seed, household.rut.body());
        Some(Self { bought, shop, instalment, instalments, resident_seed, body })
    }

    /// Those with an instalment in that month.
    pub(crate) fn charged_in(resident: &Resident, month: Month) -> impl Iterator<Item = Self> {
        let bought = (0..LONGEST).filter_map(move |ago| Self::of(resident, month.plus(-ago)));
        bought.filter(move |purchase| purchase.part(month) <= purchase.instalments)
    }

    /// Which instalment a month has, from 1.
    pub(crate) fn part(&self, month: Month) -> u16 {
        u16::try_from(month.since(self.bought) + 1).expect("a year has few months")
    }

    /// When a month's instalment is charged.
    pub(crate) fn charged(&self, month: Month) -> When {
        let subject = u64::from(self.body);
        let count = self.bought.count();
        let mut dice = crate::dice::Dice::of(self.resident_seed, "instday", subject, count, 0);
        let day = month.bank_day_from(dice.small(2..=27));
        when::in_batch(&mut dice, day)
    }

    /// The day of the first instalment.
    pub(crate) fn began_on(&self) -> Date {
        self.charged(self.bought).booked.date()
    }

    /// The day on which the next instalment is charged; none where there is no next one.
    pub(crate) fn next_due(&self, now: jiff::civil::DateTime) -> Option<Date> {
        let charged = self.charged_by(now);
        let month = self.bought.plus(charged.into());
        (charged < self.instalments).then(|| self.charged(month).booked.date())
    }

    /// How many instalments were charged by then.
    pub(crate) fn charged_by(&self, now: jiff::civil::DateTime) -> u16 {
        let month = Month::of(now.date());
        let part = self.part(month);
        let this = part <= self.instalments && self.charged(month).booked <= now;
        (part - 1).min(self.instalments) + u16::from(this)
    }
}

/// Those of which something is still to be charged.
pub(crate) fn open(resident: &Resident, now: jiff::civil::DateTime) -> Vec<Purchase> {
    let month = Month::of(now.date());
    let bought = (0..=LONGEST).rev().filter_map(|ago| Purchase::of(resident, month.plus(-ago)));
    bought
        .filter(|purchase| (1..purchase.instalments).contains(&purchase.charged_by(now)))
        .collect()
}

/// What those that are open still come to, in whole pesos.
pub(crate) fn to_come(resident: &Resident, now: jiff::civil::DateTime) -> i64 {
    let left = |purchase: &Purchase| {
        purchase.instalment * i64::from(purchase.instalments - purchase.charged_by(now))
    };
    open(resident, now).iter().map(left).sum()
}

//! Which source is the main one, month by month.
//!
//! 1. Who calls a payment a salary or a pension may be the main source in every month in which they
//!    paid something.
//! 2. So may a source that calls it nothing, in months of a row of at least [`REGULAR_MONTHS`] in
//!    which it paid about the same each time; but where anybody calls a payment a salary, it must be a
//!    company's, so that a friend who pays their part of the rent is nobody's employer.
//! 3. Of several in one month, who calls it a salary goes before who does not, then who paid more over
//!    all months: a month in which two employers pay belongs to the one that paid longer.
//!
//! The running month counts once at least three quarters of what the last one's main source paid then
//! have come from it, or it is over.

use std::collections::{BTreeMap, BTreeSet};

use cartola_primitives::{Date, Rut};

use super::rows::Incomes;
use super::source::Source;
use crate::Month;

/// Months in a row in which a source that does not say that it pays a salary must have paid.
pub const REGULAR_MONTHS: u32 = 3;

/// How far a payment may lie from the average of those months: a quarter of it.
const REGULAR_WITHIN: i64 = 4;

/// What each source paid in each month.
type Paid = BTreeMap<(usize, Month), i64>;

impl Incomes<'_> {
    /// The main source of each month that has one, by its place among [`Incomes::sources`].
    pub fn main(&self) -> BTreeMap<Month, usize> {
        let paid = self.paid();
        let somebody_says = self.sources.iter().any(|source| source.says_salary);
        let mut main: BTreeMap<Month, usize> = BTreeMap::new();
        for (place, source) in self.sources.iter().enumerate() {
            let months = if source.says_salary {
                paid.keys().filter(|key| key.0 == place).map(|key| key.1).collect()
            } else if !somebody_says || source.rut.is_some_and(|rut: Rut| rut.is_company()) {
                regular_months(&paid, place)
            } else {
                BTreeSet::new()
            };
            for month in months {
                let better = |other: &Source| source.says_salary && !other.says_salary;
                // Sources come in the order of what they paid, so that only their kind is compared.
                let kept = main.entry(month).or_insert(place);
                if better(&self.sources[*kept]) {
                    *kept = place;
                }
            }
        }
        main
    }

    /// The newest month that counts: the running one if it does, else the last.
    pub fn newest_month(&self, today: Date) -> Month {
        let running = Month::of(today);
        let last = running.back(1);
        let (paid, main) = (self.paid(), self.main());
        let of = |month: Month, source: usize| paid.get(&(source, month)).copied().unwrap_or(0);
        // A second payer that pays earlier in the month does not stand for the first.
        let has_come = main.contains_key(&running)
            && main
                .get(&last)
                .is_none_or(|source| of(running, *source) >= of(last, *source) / 4 * 3);
        if has_come || today == running.last_day() { running } else { last }
    }

    /// What each source paid in each month, in whole pesos.
    pub(super) fn paid(&self) -> Paid {
        let mut paid = Paid::new();
        for row in &self.rows {
            let sum = paid.entry((row.source, row.month())).or_default();
            *sum = sum.saturating_add(row.pesos);
        }
        paid
    }
}

/// The months that are in a row of regular ones.
fn regular_months(paid: &Paid, source: usize) -> BTreeSet<Month> {
    let of_source = paid.iter().filter(|((of, _), _)| *of == source);
    let months: Vec<(Month, i64)> = of_source.map(|((_, month), pesos)| (*month, *pesos)).collect();
    let is_regular = |run: &&[(Month, i64)]| {
        let (first, last) = (run[0].0, run[run.len() - 1].0);
        let sum = run.iter().fold(0_i64, |sum, (_, pesos)| sum.saturating_add(*pesos));
        let average = sum / i64::from(REGULAR_MONTHS);
        first.before(last) == Some(REGULAR_MONTHS - 1)
            && run.iter().all(|(_, pesos)| (pesos - average).abs() <= average / REGULAR_WITHIN)
    };
    let runs = months.windows(REGULAR_MONTHS as usize).filter(is_regular);
    runs.flatten().map(|(month, _)| *month).collect()
}

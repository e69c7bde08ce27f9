//! Income month by month, as Floid's *Income check* tells it.
//!
//! A month is listed that is known as a whole, also where nothing came in it. The running month is
//! listed once its main income has come ([`Incomes::newest_month`]), since half a month would lower
//! every average; until then it is told apart. What lies before the first day that is known is not
//! listed, since nobody knows that nothing came.

use std::collections::BTreeMap;
use std::fmt;

use cartola_primitives::Date;
use cartola_primitives::id::MovementId;

use super::rows::Incomes;
use crate::Month;
use crate::amount::divided;

/// Most months that are listed.
pub const MAX_MONTHS: u32 = 36;

/// Months that averages and regularity are taken over at most: the newest of those listed.
pub const AVERAGED_MONTHS: u32 = 12;

/// Income by month with what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The months listed, newest first.
    pub months: Vec<MonthIncome>,
    /// The running month while it is not listed, if anything has come in it.
    pub running: Option<MonthIncome>,
    /// In how many of the newest twelve months listed main income came.
    pub regular_months: u32,
    /// Main income a month over those, whole pesos, a half to the even neighbour.
    pub main_average: i64,
    /// Other income a month over those, likewise.
    pub extra_average: i64,
}

/// The income of one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthIncome {
    /// Which.
    pub month: Month,
    /// From the main source, in whole pesos.
    pub main: i64,
    /// From all others.
    pub extra: i64,
    /// Each source, the main one first, then who paid most.
    pub sources: Vec<SourceIncome>,
}

/// What one source paid in one month. `Debug` leaves out who.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceIncome {
    /// Who.
    pub sender: String,
    /// Whole pesos, of all its payments.
    pub pesos: i64,
    /// Whether it is the month's main source.
    pub is_main: bool,
    /// The payments.
    pub rows: Vec<MovementId>,
}

impl fmt::Debug for SourceIncome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceIncome")
            .field("pesos", &self.pesos)
            .field("is_main", &self.is_main)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl Report {
    /// The last `months` of them, at most [`MAX_MONTHS`]. `known_since` is the first day of which
    /// movements were asked for; without it, that of the first movement.
    pub fn of(incomes: &Incomes<'_>, today: Date, months: u32, known_since: Option<Date>) -> Self {
        let newest = incomes.newest_month(today);
        let main = incomes.main();
        let month = |month: Month| MonthIncome::of(incomes, &main, month);
        let first = known_since.map(first_whole).or_else(|| {
            let known_from = incomes.seen?.0;
            Some(Month::of(known_from))
        });
        let whole = first.and_then(|first| first.before(newest)).map_or(0, |before| before + 1);
        let listed: Vec<MonthIncome> =
            (0..months.min(MAX_MONTHS).min(whole)).map(|back| month(newest.back(back))).collect();
        let averaged = &listed[..listed.len().min(AVERAGED_MONTHS as usize)];
        let count = i64::try_from(averaged.len()).unwrap_or(i64::MAX);
        let sum =
            |of: fn(&MonthIncome) -> i64| averaged.iter().map(of).fold(0_i64, i64::saturating_add);
        let running = Month::of(today);
        Self {
            regular_months: averaged.iter().map(|month| u32::from(month.main > 0)).sum(),
            main_average: divided(sum(|month| month.main), count),
            extra_average: divided(sum(|month| month.extra), count),
            running: (newest != running)
                .then(|| month(running))
                .filter(|month| !month.sources.is_empty()),
            months: listed,
        }
    }

    /// Months with main income of twelve: `12/12`.
    pub fn regularity(&self) -> String {
        format!("{}/{AVERAGED_MONTHS}", self.regular_months)
    }

    /// All income a month: the sum of both averages.
    pub fn total_average(&self) -> i64 {
        self.main_average.saturating_add(self.extra_average)
    }
}

/// The first month that is known from its first day on.
fn first_whole(known_since: Date) -> Month {
    let month = Month::of(known_since);
    if known_since.day() == 1 {
        month
    } else {
        Month::of(month.last_day().tomorrow().unwrap_or(known_since))
    }
}

impl MonthIncome {
    fn of(incomes: &Incomes<'_>, main: &BTreeMap<Month, usize>, month: Month) -> Self {
        let mut by_source: BTreeMap<usize, SourceIncome> = BTreeMap::new();
        for row in incomes.rows.iter().filter(|row| row.month() == month) {
            let source = by_source.entry(row.source).or_insert_with(|| SourceIncome {
                sender: incomes.sources[row.source].name.clone(),
                pesos: 0,
                is_main: main.get(&month) == Some(&row.source),
                rows: Vec::new(),
            });
            source.pesos = source.pesos.saturating_add(row.pesos);
            source.rows.push(row.entry.id);
        }
        let mut sources: Vec<SourceIncome> = by_source.into_values().collect();
        sources.sort_by_key(|source| (!source.is_main, std::cmp::Reverse(source.pesos)));
        let sum = |is_main: bool| {
            let of = sources.iter().filter(|source| source.is_main == is_main);
            of.fold(0_i64, |sum, source| sum.saturating_add(source.pesos))
        };
        Self { month, main: sum(true), extra: sum(false), sources }
    }

    /// All of it.
    pub fn total(&self) -> i64 {
        self.main.saturating_add(self.extra)
    }
}

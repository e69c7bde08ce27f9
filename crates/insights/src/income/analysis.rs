//! Salary, other income and what is left, as Synaptic's *Análisis Financiero Bancario* tells them.
//!
//! Averages are over three and twelve months back from today, not months of the calendar. What is
//! known of the time before counts for how long the salary has come, and for nothing else.

use std::collections::BTreeMap;
use std::fmt;

use cartola_primitives::Date;
use cartola_primitives::id::MovementId;

use super::rows::{Incomes, Row};
use crate::amount::divided;
use crate::{Entry, Month};

/// Months of the longer averages.
pub const MONTHS: u32 = 12;

/// Months of the shorter averages.
pub const FEW_MONTHS: u32 = 3;

/// What somebody's income comes to. `Debug` leaves out who pays.
#[derive(Clone, PartialEq, Eq)]
pub struct Analysis<'a> {
    /// Who pays the main salary: the name as the bank tells it, else as the glosa has it, else the
    /// glosa.
    pub employer: Option<String>,
    /// What came of it in each month in a row, the newest first: this month, if it counts, or the
    /// last, and as far back as is known.
    pub salaries: Vec<i64>,
    /// Other income a month, aguinaldos among it, over three and twelve months.
    pub variable: Averages,
    /// What came less what went a month, over three and twelve months.
    pub flow: Averages,
    /// What the flows are made of, newest first.
    pub flow_rows: Vec<Entry<'a>>,
    /// What salary and other income of twelve months are made of, newest first; and whether it is
    /// the main salary.
    pub income_rows: Vec<(Row<'a>, bool)>,
    /// What is in no average, since it is in another currency: there is no rate here.
    pub unconverted: Vec<MovementId>,
}

/// Monthly averages in whole pesos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Averages {
    /// Over the last three months.
    pub few_months: i64,
    /// Over the last twelve.
    pub months: i64,
}

/// The first day of twelve months that end today.
pub fn begins(today: Date) -> Date {
    months_back(today, MONTHS)
}

impl<'a> Analysis<'a> {
    /// Of the entries that `incomes` was read from. Those after `today` are passed over.
    pub fn of(incomes: &Incomes<'a>, entries: &[Entry<'a>], today: Date) -> Self {
        let main = main_now(incomes, today);
        let is_recent = |on: Date| (begins(today)..=today).contains(&on);
        let mut recent: Vec<Entry<'a>> =
            entries.iter().copied().filter(|entry| is_recent(entry.on)).collect();
        recent.sort_by_key(|entry| (std::cmp::Reverse(entry.on), entry.id));
        recent.dedup_by_key(|entry| entry.id);
        let rows = incomes.rows.iter().filter(|row| is_recent(row.entry.on));
        let income_rows: Vec<(Row<'a>, bool)> =
            rows.map(|row| (*row, Some(row.source) == main && is_salary(row))).collect();
        let of_others = income_rows.iter().filter(|(_, is_main)| !is_main);
        let variable: Vec<(Date, i64)> =
            of_others.map(|(row, _)| (row.entry.on, row.pesos)).collect();
        let (flow_rows, foreign): (Vec<_>, Vec<_>) =
            recent.into_iter().partition(|entry| entry.pesos().is_some());
        let flows: Vec<(Date, i64)> =
            flow_rows.iter().filter_map(|entry| Some((entry.on, entry.pesos()?))).collect();
        Self {
            employer: main.map(|main| incomes.sources[main].name.clone()),
            salaries: main.map(|main| salaries(incomes, main, today)).unwrap_or_default(),
            variable: Averages::of(&variable, today),
            flow: Averages::of(&flows, today),
            flow_rows,
            income_rows,
            unconverted: foreign.into_iter().map(|entry| entry.id).collect(),
        }
    }

    /// For how many months in a row the salary has come, of the newest `at_most`.
    pub fn seniority(&self, at_most: u32) -> u32 {
        u32::try_from(self.salaries.len()).map_or(at_most, |months| months.min(at_most))
    }

    /// What came in each of those months, on average; a half goes to the even neighbour.
    pub fn salary(&self, at_most: u32) -> i64 {
        let months = self.seniority(at_most);
        let counted = self.salaries.iter().take(months as usize);
        divided(counted.fold(0_i64, |sum, pesos| sum.saturating_add(*pesos)), i64::from(months))
    }
}

impl fmt::Debug for Analysis<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Analysis")
            .field("salaries", &self.salaries)
            .field("variable", &self.variable)
            .field("flow", &self.flow)
            .finish_non_exhaustive()
    }
}

impl Averages {
    fn of(flows: &[(Date, i64)], today: Date) -> Self {
        let over = |months: u32| {
            let begins = months_back(today, months);
            let counted = flows.iter().filter(|(on, _)| begins <= *on);
            let sum = counted.fold(0_i64, |sum, (_, pesos)| sum.saturating_add(*pesos));
            divided(sum, i64::from(months))
        };
        Self { few_months: over(FEW_MONTHS), months: over(MONTHS) }
    }
}

/// Who pays the main salary now: the main source of the newest month that counts.
fn main_now(incomes: &Incomes<'_>, today: Date) -> Option<usize> {
    incomes.main().get(&incomes.newest_month(today)).copied()
}

/// What the main source paid, month by month, until one in which it paid nothing.
fn salaries(incomes: &Incomes<'_>, main: usize, today: Date) -> Vec<i64> {
    let mut paid: BTreeMap<Month, i64> = BTreeMap::new();
    for row in incomes.rows.iter().filter(|row| row.source == main && is_salary(row)) {
        let sum = paid.entry(row.month()).or_default();
        *sum = sum.saturating_add(row.pesos);
    }
    let newest = incomes.newest_month(today);
    (0..).map_while(|back| paid.get(&newest.back(back)).copied()).collect()
}

/// An aguinaldo is the employer's and no salary.
fn is_salary(row: &Row<'_>) -> bool {
    row.category.id() != "ingresos/aguinaldo"
}

/// The day after the one that lies so many months back: with `today`, that many whole months.
fn months_back(today: Date, months: u32) -> Date {
    let first = Month::of(today).back(months).first_day();
    let day = today.day().min(first.days_in_month());
    let back = Date::new(first.year(), first.month(), day).unwrap_or(first);
    back.tomorrow().unwrap_or(back)
}

//! What somebody owes in the whole financial system, by institution, as Floid's *Full debt* tells it.
//!
//! The CMF tells a row for each institution and kind of credit; Floid's document one for each
//! institution, with what is 30 to 89 days late as one amount. Rows are added up, in the order in
//! which institutions come first. A row whose parts are not its total is told as the CMF tells it, and
//! named in [`FullDebt::mismatches`]: nothing is put right silently.

use cartola_model::records::{AvailableCredit, Debt, DebtReport};
use cartola_primitives::{Currency, Date, Money};

/// What somebody owes and could use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FullDebt {
    /// The last day of the month that it speaks of.
    pub as_of: Option<Date>,
    /// What the person owes.
    pub direct: Vec<Owed>,
    /// What the person stands in for.
    pub indirect: Vec<Owed>,
    /// Credit lines and cards: what could still be used.
    pub available: Vec<Usable>,
    /// Other credits that could be used.
    pub other: Vec<Usable>,
    /// Rows that do not add up, or are not in pesos.
    pub mismatches: Vec<Mismatch>,
}

/// What is owed to one institution, in whole pesos.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owed {
    /// To whom, as the CMF writes it.
    pub institution: String,
    /// Paid as agreed, or up to 29 days late.
    pub active: i64,
    /// 30 to 89 days late.
    pub late_30_to_89: i64,
    /// 90 days late or more.
    pub late_90: i64,
    /// All of it, as the CMF tells it.
    pub total: i64,
}

/// What could be used at one institution, in whole pesos.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usable {
    /// Where, as the CMF writes it.
    pub institution: String,
    /// Of direct credit.
    pub direct: i64,
    /// Of indirect credit.
    pub indirect: i64,
}

/// A part of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    /// Direct debts.
    Direct,
    /// Indirect debts.
    Indirect,
    /// Available credits.
    Available,
    /// Other available credits.
    Other,
}

/// A row of the CMF that cannot be taken as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mismatch {
    /// In which list.
    pub list: List,
    /// Its place there, from 0.
    pub row: usize,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Its parts come to something else than its total.
    Total {
        /// What it tells, in pesos.
        told: i64,
        /// What its parts come to.
        parts: i64,
    },
    /// An amount is in another currency; the row is left out.
    Currency,
}

impl FullDebt {
    /// The report by institution.
    pub fn of(report: &DebtReport) -> Self {
        let mut debt = Self { as_of: report.as_of, ..Self::default() };
        debt.direct = debt.owed(List::Direct, &report.direct);
        debt.indirect = debt.owed(List::Indirect, &report.indirect);
        debt.available = debt.usable(List::Available, &report.available);
        debt.other = debt.usable(List::Other, &report.other);
        debt
    }

    /// What is owed to all institutions together.
    pub fn total_direct(&self) -> Owed {
        self.direct.iter().fold(Owed::default(), |mut sum, owed| {
            sum.add(owed);
            sum
        })
    }

    fn owed(&mut self, list: List, rows: &[Debt]) -> Vec<Owed> {
        let mut by_institution: Vec<Owed> = Vec::new();
        for (row, debt) in rows.iter().enumerate() {
            let Some(owed) = Owed::of(debt) else {
                self.mismatches.push(Mismatch { list, row, wrong: Wrong::Currency });
                continue;
            };
            let parts = owed.parts();
            if parts != owed.total {
                let wrong = Wrong::Total { told: owed.total, parts };
                self.mismatches.push(Mismatch { list, row, wrong });
            }
            let known = by_institution.iter_mut().find(|each| each.institution == owed.institution);
            match known {
                Some(known) => known.add(&owed),
                None => by_institution.push(owed),
            }
        }
        by_institution
    }

    fn usable(&mut self, list: List, rows: &[AvailableCredit]) -> Vec<Usable> {
        let mut by_institution: Vec<Usable> = Vec::new();
        for (row, credit) in rows.iter().enumerate() {
            let Some(usable) = Usable::of(credit) else {
                self.mismatches.push(Mismatch { list, row, wrong: Wrong::Currency });
                continue;
            };
            let known =
                by_institution.iter_mut().find(|each| each.institution == usable.institution);
            match known {
                Some(known) => {
                    known.direct = known.direct.saturating_add(usable.direct);
                    known.indirect = known.indirect.saturating_add(usable.indirect);
                }
                None => by_institution.push(usable),
            }
        }
        by_institution
    }
}

impl Owed {
    fn of(debt: &Debt) -> Option<Self> {
        let late = pesos(debt.overdue_30)?.saturating_add(pesos(debt.overdue_60)?);
        Some(Self {
            institution: debt.institution.clone(),
            active: pesos(debt.current)?,
            late_30_to_89: late,
            late_90: pesos(debt.overdue_90)?,
            total: pesos(debt.total)?,
        })
    }

    fn parts(&self) -> i64 {
        self.active.saturating_add(self.late_30_to_89).saturating_add(self.late_90)
    }

    fn add(&mut self, other: &Self) {
        self.active = self.active.saturating_add(other.active);
        self.late_30_to_89 = self.late_30_to_89.saturating_add(other.late_30_to_89);
        self.late_90 = self.late_90.saturating_add(other.late_90);
        self.total = self.total.saturating_add(other.total);
    }
}

impl Usable {
    fn of(credit: &AvailableCredit) -> Option<Self> {
        Some(Self {
            institution: credit.institution.clone(),
            direct: pesos(credit.direct)?,
            indirect: pesos(credit.indirect)?,
        })
    }
}

fn pesos(amount: Money) -> Option<i64> {
    (amount.currency() == Currency::CLP).then_some(amount.minor())
}

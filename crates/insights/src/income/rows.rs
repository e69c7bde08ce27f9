//! What came, as income or not.

use cartola_primitives::Date;
use cartola_primitives::id::MovementId;

use super::own::{self, Pairs};
use super::source::{self, Source};
use super::taken_back;
use crate::categories::{Category, Matcher};
use crate::{Entry, Holder, Month};

/// Why money that came is no income.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// In a currency other than pesos: there is no rate here to convert it by.
    OtherCurrency,
    /// From an account of their own, or a payment to their own card.
    OwnMoney,
    /// A loan, or drawn from a credit line.
    Borrowed,
    /// Savings or investments paid out.
    Saved,
    /// A purchase or tax that was paid back.
    Returned,
    /// It went again: the bank reversed it.
    TakenBack,
}

/// Money that came and is no income.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// Which movement.
    pub id: MovementId,
    /// Why.
    pub reason: Reason,
}

/// Money that came as income.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// The movement.
    pub entry: Entry<'a>,
    /// Whole pesos, above zero.
    pub pesos: i64,
    /// What it was for.
    pub category: Category,
    /// Its place among [`Incomes::sources`].
    pub source: usize,
}

impl Row<'_> {
    /// The month in which it is booked.
    pub fn month(&self) -> Month {
        Month::of(self.entry.on)
    }
}

/// All that came, once: as a row of a source or with the reason why it is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Incomes<'a> {
    /// Newest first.
    pub rows: Vec<Row<'a>>,
    /// Who pays, in the order of what they paid in all, the most first.
    pub sources: Vec<Source>,
    /// In the order of the entries.
    pub left_out: Vec<LeftOut>,
    /// The first and the last day of all entries, whichever way the money went.
    pub(super) seen: Option<(Date, Date)>,
}

/// A row that has no source yet.
pub(super) struct Found<'a> {
    pub entry: Entry<'a>,
    pub pesos: i64,
    pub category: Category,
}

impl<'a> Incomes<'a> {
    /// Reads the movements of all accounts of a holder that are no cards and no credit lines. The
    /// order of the entries says nothing; an id that comes twice counts once.
    pub fn of(entries: &[Entry<'a>], holder: &Holder<'_>, matcher: &Matcher) -> Self {
        let mut entries = entries.to_vec();
        entries.sort_by_key(|entry| (std::cmp::Reverse(entry.on), entry.id));
        let mut seen_ids = std::collections::HashSet::with_capacity(entries.len());
        entries.retain(|entry| seen_ids.insert(entry.id));
        let labels: Vec<Category> =
            entries.iter().map(|entry| entry.label(holder, matcher).category).collect();
        let labelled: Vec<(Entry<'a>, Category)> = entries.iter().copied().zip(labels).collect();
        let pairs = Pairs::find(&labelled, holder);
        let taken_back = taken_back::find(&labelled);
        let (mut found, mut left_out) = (Vec::new(), Vec::new());
        for (entry, category) in &labelled {
            if entry.amount.minor() <= 0 {
                continue;
            }
            let reason = || {
                by_category(*category)
                    .or_else(|| own::is_own(entry, *category, holder).then_some(Reason::OwnMoney))
                    .or_else(|| pairs.has(entry.id).then_some(Reason::OwnMoney))
                    .or_else(|| taken_back.contains(&entry.id).then_some(Reason::TakenBack))
            };
            let left = |reason| LeftOut { id: entry.id, reason };
            match (entry.pesos(), reason()) {
                (None, _) => left_out.push(left(Reason::OtherCurrency)),
                (Some(_), Some(reason)) => left_out.push(left(reason)),
                (Some(pesos), None) => {
                    found.push(Found { entry: *entry, pesos, category: *category });
                }
            }
        }
        let days = |entry: &Entry<'_>| entry.on;
        let seen = entries.last().map(days).zip(entries.first().map(days));
        let (rows, sources) = source::group(found);
        Self { rows, sources, left_out, seen }
    }
}

fn by_category(category: Category) -> Option<Reason> {
    match category.id() {
        "transferencias/propias" | "finanzas/tarjeta" => Some(Reason::OwnMoney),
        "finanzas/linea" | "finanzas/credito" => Some(Reason::Borrowed),
        "finanzas/inversion" => Some(Reason::Saved),
        "ingresos/devolucion" | "ingresos/devolucion-impuestos" => Some(Reason::Returned),
        _ => None,
    }
}

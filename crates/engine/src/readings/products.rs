//! Which products are read through a link.

use std::str::FromStr;

use cartola_connector::Product;
use cartola_model::{InstitutionId, RecordKind, RecordKinds};
use cartola_primitives::{Date, SignedDuration};
use cartola_store::asking::ReadScope;

use crate::Engine;
use crate::links::DayRange;

/// What accounts, balances and movements are called together.
pub const MOVEMENTS: &str = "movements";

/// What everything that an institution offers is called.
pub const ALL: &str = "all";

/// Days before the last one that are read unless said otherwise. A bank books what is pending
/// within days, and corrects within a billing period or two.
pub const USUAL_DAYS: i64 = 90;

/// The day from which on movements are read up to a last one, unless said otherwise.
pub fn usual_from(to: Date) -> Date {
    to.saturating_sub(SignedDuration::from_hours(24 * USUAL_DAYS))
}

/// Which products are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Products {
    /// Everything.
    All,
    /// Those that were named.
    Named {
        /// Accounts, balances and movements.
        movements: bool,
        /// Records.
        records: RecordKinds,
    },
}

impl Products {
    /// The one word [`ALL`], or [`MOVEMENTS`] and names of records, one at least; else nothing.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let (mut movements, mut records, mut all) = (false, RecordKinds::NONE, 0);
        let mut count = 0;
        for name in names {
            count += 1;
            match RecordKind::parse(name) {
                Some(kind) => records = records.with(kind),
                None if name == MOVEMENTS => movements = true,
                None if name == ALL => all += 1,
                None => return None,
            }
        }
        match (count, all) {
            (0, _) => None,
            (1, 1) => Some(Self::All),
            (_, 0) => Some(Self::Named { movements, records }),
            _ => None,
        }
    }
}

impl FromStr for Products {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::named(text.split(',').map(str::trim)).ok_or_else(unknown)
    }
}

/// What there is, and not what was given: it may be anything.
fn unknown() -> String {
    let kinds: Vec<_> = RecordKind::ALL.into_iter().map(RecordKind::name).collect();
    format!("expected {ALL}, or some of: {MOVEMENTS}, {}", kinds.join(", "))
}

impl Engine {
    /// What is asked of an institution: where nothing was said, its movements, or all that it tells
    /// where it has no accounts. None where it offers nothing of what is wanted, or where all that it
    /// offers is wanted and another process alone knows what that is.
    pub fn scope_of(
        &self,
        institution: &InstitutionId,
        wanted: Option<Products>,
        days: DayRange,
    ) -> Option<ReadScope> {
        let movements = ReadScope::movements(days.from(), days.to());
        let Some(served) = self.connectors().served(institution) else {
            return unserved(wanted, movements);
        };
        let has_movements = served.products.contains(&Product::Movements);
        let offered = RecordKind::ALL.into_iter();
        let offered = offered.filter(|kind| served.products.contains(&Product::Record(*kind)));
        let offered: RecordKinds = offered.collect();
        let (with_movements, records) = match wanted {
            None if has_movements => (true, RecordKinds::NONE),
            None | Some(Products::All) => (has_movements, offered),
            Some(Products::Named { movements, records }) => {
                (movements && has_movements, offered.and(records))
            }
        };
        match (with_movements, records.is_empty()) {
            (true, _) => Some(movements.with_records(records)),
            (false, false) => Some(ReadScope::records(records)),
            (false, true) => None,
        }
    }
}

/// What is asked of an institution that this process does not: nobody does any more, or another
/// process does, which alone knows what it offers. What was named is asked for as it is.
fn unserved(wanted: Option<Products>, movements: ReadScope) -> Option<ReadScope> {
    match wanted {
        None => Some(movements),
        Some(Products::Named { movements: true, records }) => Some(movements.with_records(records)),
        Some(Products::Named { movements: false, records }) if !records.is_empty() => {
            Some(ReadScope::records(records))
        }
        Some(Products::All | Products::Named { .. }) => None,
    }
}

//! Which products are read through a link.

use std::str::FromStr;

use cartola_connector::{Product, Registry};
use cartola_engine::links::DayRange;
use cartola_engine::readings::ReadScope;
use cartola_model::{InstitutionId, RecordKind, RecordKinds};

/// What accounts, balances and movements are called together.
const MOVEMENTS: &str = "movements";

/// Everything that an institution offers.
const ALL: &str = "all";

/// What `--products` says.
#[derive(Debug, Clone, Copy)]
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

impl FromStr for Products {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == ALL {
            return Ok(Self::All);
        }
        let (mut movements, mut records) = (false, RecordKinds::NONE);
        for name in text.split(',').map(str::trim) {
            match RecordKind::parse(name) {
                Some(kind) => records = records.with(kind),
                None if name == MOVEMENTS => movements = true,
                None => return Err(unknown()),
            }
        }
        Ok(Self::Named { movements, records })
    }
}

/// What there is, and not what was given: it may be anything.
fn unknown() -> String {
    let kinds: Vec<_> = RecordKind::ALL.into_iter().map(RecordKind::name).collect();
    format!("expected {ALL}, or some of: {MOVEMENTS}, {}", kinds.join(", "))
}

/// What is asked of an institution: where nothing was said, its movements, or all that it tells where
/// it has no accounts. None where it offers nothing of what is wanted.
pub fn scope(
    registry: &Registry,
    institution: &InstitutionId,
    wanted: Option<Products>,
    days: DayRange,
) -> Option<ReadScope> {
    let movements = ReadScope::movements(days.from(), days.to());
    // Nobody asks it any more, which the engine tells in its words.
    let Some(served) = registry.served(institution) else { return Some(movements) };
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

//! What came and went by category.

use std::collections::BTreeMap;

use cartola_primitives::id::MovementId;

use crate::categories::{Category, Label, Matcher};
use crate::{Entry, Holder};

/// Movements with their labels, and sums by category.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spending<'m> {
    /// Each movement, in the order given.
    pub labels: Vec<(MovementId, Label<'m>)>,
    /// Cargos in pesos by category, as positive sums, in the order of the taxonomy.
    pub spent: BTreeMap<Category, i64>,
    /// Abonos in pesos by category.
    pub came: BTreeMap<Category, i64>,
    /// What is in no sum, since it is in another currency: there is no rate here.
    pub unconverted: Vec<MovementId>,
}

impl<'m> Spending<'m> {
    /// Of the movements of somebody's accounts.
    pub fn of(entries: &[Entry<'_>], holder: &Holder<'_>, matcher: &'m Matcher) -> Self {
        let mut spending = Self::default();
        for entry in entries {
            let label = entry.label(holder, matcher);
            spending.labels.push((entry.id, label));
            let Some(pesos) = entry.pesos() else {
                spending.unconverted.push(entry.id);
                continue;
            };
            let side = if pesos > 0 { &mut spending.came } else { &mut spending.spent };
            let sum = side.entry(label.category).or_default();
            *sum = sum.saturating_add(pesos.saturating_abs());
        }
        spending
    }

    /// Cargos by Floid's names: classes that share one are added up.
    pub fn spent_by_floid_name(&self) -> BTreeMap<&'static str, i64> {
        by_floid_name(&self.spent)
    }

    /// Abonos by Floid's names.
    pub fn came_by_floid_name(&self) -> BTreeMap<&'static str, i64> {
        by_floid_name(&self.came)
    }
}

fn by_floid_name(sums: &BTreeMap<Category, i64>) -> BTreeMap<&'static str, i64> {
    let mut named: BTreeMap<&'static str, i64> = BTreeMap::new();
    for (category, pesos) in sums {
        let sum = named.entry(category.floid_name()).or_default();
        *sum = sum.saturating_add(*pesos);
    }
    named
}

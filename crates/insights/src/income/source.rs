//! Who pays.
//!
//! A payment is of its payer's RUT where the bank or the glosa tells one. Else it is of a name:
//! what the bank tells, or what of the glosa is no word of a bank. A name that came with one RUT only
//! is that RUT's. What has neither is of its glosa, numbers aside; an aguinaldo that names nobody is of
//! whoever paid most in salaries in that month, or in the one before it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use cartola_primitives::Rut;

use super::name;
use super::rows::{Found, Row};
use crate::Month;

/// Somebody who pays.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    /// The name: as the bank tells it where it does, else from the glosa, else the glosa. Of the
    /// newest payment that has one.
    pub name: String,
    /// The RUT, where it is known.
    pub rut: Option<Rut>,
    /// Whether a payment of theirs says that it is a salary or a pension.
    pub says_salary: bool,
    /// What they paid in all, in whole pesos.
    pub pesos: i64,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("rut", &self.rut.is_some())
            .field("says_salary", &self.says_salary)
            .field("pesos", &self.pesos)
            .finish_non_exhaustive()
    }
}

/// What tells one source from another.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Rut(Rut),
    Name(String),
    Glosa(String),
}

/// A payment with what is known of its payer.
struct Payer {
    rut: Option<Rut>,
    printed: Option<String>,
    /// Folded, from what is printed or from the glosa.
    name: Option<String>,
}

impl Payer {
    fn of(found: &Found<'_>) -> Self {
        let other = found.entry.other;
        let printed = other.and_then(|other| other.name.as_deref()).map(str::trim);
        let printed = printed.filter(|name| !name.is_empty()).map(str::to_owned);
        let folded = printed.as_deref().map(name::folded);
        Self {
            rut: other.and_then(|other| other.rut).or_else(|| name::rut_in(found.entry.glosa)),
            name: folded.or_else(|| name::of_glosa(found.entry.glosa)),
            printed,
        }
    }

    fn shown(&self) -> Option<&str> {
        self.printed.as_deref().or(self.name.as_deref())
    }
}

/// Rows with their sources; `found` comes newest first.
pub(super) fn group(found: Vec<Found<'_>>) -> (Vec<Row<'_>>, Vec<Source>) {
    let payers: Vec<Payer> = found.iter().map(Payer::of).collect();
    let keys = with_employers(&found, &keys(&found, &payers));
    let mut sources: BTreeMap<&Key, Source> = BTreeMap::new();
    for ((found, payer), key) in found.iter().zip(&payers).zip(&keys) {
        let source = sources.entry(key).or_insert_with(|| Source {
            name: String::new(),
            rut: None,
            says_salary: false,
            pesos: 0,
        });
        if source.name.is_empty() {
            payer.shown().unwrap_or_default().clone_into(&mut source.name);
        }
        source.rut = source.rut.or(payer.rut);
        source.says_salary |= says_salary(found);
        source.pesos = source.pesos.saturating_add(found.pesos);
    }
    for (found, key) in found.iter().zip(&keys) {
        if let Some(source) = sources.get_mut(key).filter(|source| source.name.is_empty()) {
            found.entry.glosa.trim().clone_into(&mut source.name);
        }
    }
    let mut ordered: Vec<(&Key, Source)> = sources.into_iter().collect();
    ordered.sort_by_key(|(_, source)| std::cmp::Reverse(source.pesos));
    let places: BTreeMap<&Key, usize> =
        ordered.iter().enumerate().map(|(place, (key, _))| (*key, place)).collect();
    let at: Vec<usize> = keys.iter().map(|key| places[key]).collect();
    let sources = ordered.into_iter().map(|(_, source)| source).collect();
    let rows = found.into_iter().zip(at).map(|(found, source)| Row {
        entry: found.entry,
        pesos: found.pesos,
        category: found.category,
        source,
    });
    (rows.collect(), sources)
}

/// Whether it is called a salary or a pension. An aguinaldo alone makes nobody an employer.
fn says_salary(found: &Found<'_>) -> bool {
    matches!(found.category.id(), "ingresos/remuneracion" | "ingresos/pension")
}

fn keys(found: &[Found<'_>], payers: &[Payer]) -> Vec<Key> {
    let mut ruts_of: BTreeMap<&str, BTreeSet<Rut>> = BTreeMap::new();
    for payer in payers {
        if let (Some(name), Some(rut)) = (&payer.name, payer.rut) {
            ruts_of.entry(name).or_default().insert(rut);
        }
    }
    let only = |name: &str| {
        let ruts = ruts_of.get(name)?;
        if ruts.len() == 1 { ruts.first().copied() } else { None }
    };
    let key = |(found, payer): (&Found<'_>, &Payer)| match (payer.rut, &payer.name) {
        (Some(rut), _) => Key::Rut(rut),
        (None, Some(name)) => only(name).map_or_else(|| Key::Name(name.clone()), Key::Rut),
        (None, None) => Key::Glosa(name::without_numbers(found.entry.glosa)),
    };
    found.iter().zip(payers).map(key).collect()
}

/// Gives aguinaldos that name nobody to whoever paid most in salaries in their month, or in the one
/// before: an aguinaldo comes before the month's salary.
fn with_employers(found: &[Found<'_>], keys: &[Key]) -> Vec<Key> {
    let mut paid: BTreeMap<(Month, &Key), i64> = BTreeMap::new();
    for (found, key) in found.iter().zip(keys).filter(|(found, _)| says_salary(found)) {
        let sum = paid.entry((Month::of(found.entry.on), key)).or_default();
        *sum = sum.saturating_add(found.pesos);
    }
    let employer = |month: Month| {
        let of_month = paid.iter().filter(|((in_month, _), _)| *in_month == month);
        of_month.max_by_key(|(_, pesos)| **pesos).map(|((_, key), _)| (*key).clone())
    };
    let given = |(found, key): (&Found<'_>, &Key)| match key {
        Key::Glosa(_) if found.category.id() == "ingresos/aguinaldo" => {
            let month = Month::of(found.entry.on);
            employer(month).or_else(|| employer(month.back(1))).unwrap_or_else(|| key.clone())
        }
        _ => key.clone(),
    };
    found.iter().zip(keys).map(given).collect()
}

//! Money that was theirs before it came.
//!
//! A transfer is between one's own accounts where the other side has the holder's RUT, name or one
//! of their account numbers. Where nothing names the other side, at either end, it is their own if as
//! much went from another account of theirs within [`OWN_TRANSFER_DAYS`]. Where somebody else is
//! named, equal amounts are a coincidence.

use std::collections::{BTreeMap, HashSet};

use cartola_model::AccountNumber;
use cartola_primitives::Date;
use cartola_primitives::id::{AccountId, MovementId};

use super::name;
use crate::categories::Category;
use crate::{Entry, Holder};

/// How many days may lie between the two ends of a transfer: a weekend.
pub const OWN_TRANSFER_DAYS: i32 = 3;

/// Whether the other side is the holder. Who pays their own salary is paid a salary.
pub fn is_own(entry: &Entry<'_>, category: Category, holder: &Holder<'_>) -> bool {
    is_transfer(category) && side(entry, holder) == Side::Holder
}

/// Who is at the other end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Holder,
    Somebody,
    Unknown,
}

fn side(entry: &Entry<'_>, holder: &Holder<'_>) -> Side {
    let rut = entry.other.and_then(|other| other.rut).or_else(|| name::rut_in(entry.glosa));
    if let (Some(rut), Some(own)) = (rut, holder.rut) {
        return if rut == own { Side::Holder } else { Side::Somebody };
    }
    let account = entry.other.and_then(|other| other.account.as_deref());
    if account.is_some_and(|account| is_account_of(account, holder)) {
        return Side::Holder;
    }
    let printed = entry.other.and_then(|other| other.name.clone());
    let named = printed.or_else(|| name::of_glosa(entry.glosa));
    match (named, holder.name) {
        (Some(named), Some(own)) if name::is_same(&named, own) => Side::Holder,
        (Some(_), _) => Side::Somebody,
        (None, _) if rut.is_some() => Side::Somebody,
        (None, _) => Side::Unknown,
    }
}

fn is_account_of(account: &str, holder: &Holder<'_>) -> bool {
    let Ok(account) = AccountNumber::parse(account) else { return false };
    !account.is_masked() && holder.accounts.iter().any(|own| own.identity() == account.identity())
}

fn is_transfer(category: Category) -> bool {
    matches!(category.id(), "transferencias/terceros" | "ingresos/deposito" | Category::UNKNOWN)
}

/// Both ends of transfers that name nobody.
pub struct Pairs {
    ends: HashSet<MovementId>,
}

/// An end that money left: its day and account.
type Left = (Date, AccountId);

impl Pairs {
    /// Each end is used once; of several that fit, the nearest in time is taken.
    pub fn find(entries: &[(Entry<'_>, Category)], holder: &Holder<'_>) -> Self {
        let mut left: BTreeMap<i64, Vec<Left>> = BTreeMap::new();
        for (entry, pesos) in ends(entries, holder).filter(|(_, pesos)| *pesos < 0) {
            left.entry(pesos.saturating_neg()).or_default().push((entry.on, entry.account));
        }
        let mut found = HashSet::new();
        for (entry, pesos) in ends(entries, holder).filter(|(_, pesos)| *pesos > 0) {
            let Some(candidates) = left.get_mut(&pesos) else { continue };
            let apart =
                |(on, _): &Left| entry.on.since(*on).map_or(i32::MAX, |span| span.get_days().abs());
            let fits = |end: &Left| end.1 != entry.account && apart(end) <= OWN_TRANSFER_DAYS;
            let nearest = (0..candidates.len())
                .filter(|place| fits(&candidates[*place]))
                .min_by_key(|place| apart(&candidates[*place]));
            if let Some(place) = nearest {
                candidates.swap_remove(place);
                found.insert(entry.id);
            }
        }
        Self { ends: found }
    }

    /// Whether it is the end at which money came.
    pub fn has(&self, id: MovementId) -> bool {
        self.ends.contains(&id)
    }
}

/// What may be an end: transfers in pesos of whose other side nothing is known.
fn ends<'e, 'a>(
    entries: &'e [(Entry<'a>, Category)],
    holder: &'e Holder<'_>,
) -> impl Iterator<Item = (&'e Entry<'a>, i64)> {
    let may_be = |category: Category| {
        category.group_id() == "transferencias" || category == Category::unknown()
    };
    entries
        .iter()
        .filter(move |(entry, category)| may_be(*category) && side(entry, holder) != Side::Somebody)
        .filter_map(|(entry, _)| Some((entry, entry.pesos()?)))
}

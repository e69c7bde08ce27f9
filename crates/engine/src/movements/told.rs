//! Whether every day of some time was told of, so that no movement of it can be missing.

use cartola_model::{Coverage, Principal};
use cartola_primitives::id::AccountId;
use cartola_primitives::{Date, santiago};

use crate::{Engine, EngineError};

impl Engine {
    /// Whether complete statements, or an institution that was asked, have told of each of these
    /// days of an account, as far as they have come.
    pub async fn is_told_of(
        &self,
        who: &Principal,
        account: AccountId,
        (from, to): (Date, Date),
    ) -> Result<bool, EngineError> {
        let to = to.min(santiago::today(self.now()));
        let imports = self.store().complete_imports(who.tenant, account, from, to).await?;
        let sightings = self.store().sightings(who.tenant, account, from, to).await?;
        let imported = imports.into_iter().map(|row| row.coverage);
        let seen = sightings.into_iter().map(|row| row.coverage);
        let mut told: Vec<Coverage> =
            imported.chain(seen).filter(|coverage| coverage.complete).collect();
        told.sort_by_key(|coverage| coverage.from);
        Ok(first_gap(&told, from) > to)
    }
}

/// The first day from `from` on that none of these covers, which are in order of their first day.
fn first_gap(told: &[Coverage], from: Date) -> Date {
    told.iter().fold(from, |day, coverage| {
        if coverage.contains(day) { coverage.to.tomorrow().unwrap_or(Date::MAX) } else { day }
    })
}

#[cfg(test)]
mod tests {
    use cartola_primitives::date;

    use super::{Coverage, first_gap};

    #[test]
    fn days_are_told_of_without_a_gap_or_not() {
        let of = |from, to| {
            let (from, to) = (date(2026, 3, from), date(2026, 3, to));
            Coverage { from, to, complete: true }
        };
        let told = [of(1, 5), of(3, 4), of(6, 9), of(11, 12)];
        assert_eq!(first_gap(&told, date(2026, 3, 1)), date(2026, 3, 10));
        assert_eq!(first_gap(&told, date(2026, 3, 10)), date(2026, 3, 10));
        assert_eq!(first_gap(&told, date(2026, 3, 11)), date(2026, 3, 13));
        assert_eq!(first_gap(&[], date(2026, 3, 1)), date(2026, 3, 1));
    }
}

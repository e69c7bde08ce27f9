//! Sightings.

use cartola_model::Coverage;
use cartola_primitives::id::{ID_BYTES, SourceId};
use cartola_store::StoreError;
use cartola_store::encoding::codes;
use cartola_store::encoding::day_number;
use cartola_store::sightings::SightingRow;

use crate::columns::{Columns, damaged};
use crate::unit::Unit;
use crate::value::values;

/// The sightings of an account whose days overlap these.
pub const OF_DAYS: &str = "SELECT account, consent, import, source, as_of, received_at, \
    covers_from, covers_to, complete, decided, unconfirmed FROM sighting \
    WHERE tenant = $1 AND account = $2 AND covers_from <= $4 AND $3 <= covers_to \
    ORDER BY consent, covers_from, covers_to, complete";
/// What [`SightingRow::supersedes`] says: of the same consent, not later, and of none but these
/// days.
const FORGET: &str = "DELETE FROM sighting WHERE tenant = $1 AND account = $2 AND consent = $3 \
    AND (as_of, received_at) <= ($7, $8) AND covers_from >= $4 AND covers_to <= $5 \
    AND complete <= $6";
const ADD: &str = "INSERT INTO sighting (tenant, account, consent, covers_from, covers_to, \
    complete, as_of, received_at, source, import, decided, unconfirmed) \
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 WHERE NOT EXISTS (\
    SELECT 1 FROM sighting WHERE tenant = $1 AND account = $2 AND consent = $3 \
    AND (as_of, received_at) >= ($7, $8) AND covers_from <= $4 AND covers_to >= $5 \
    AND complete >= $6)";

/// Keeps a sighting in place of those that it supersedes, unless one supersedes it.
pub fn keep_sighting(unit: &mut Unit, row: &SightingRow) {
    let age_and_days = values![
        &unit.tenant,
        &row.account,
        &row.consent,
        day_number(row.coverage.from),
        day_number(row.coverage.to),
        row.coverage.complete,
        day_number(row.as_of),
        row.received_at,
    ];
    let unconfirmed: Vec<&[u8]> =
        row.unconfirmed.iter().map(|id| id.as_bytes().as_slice()).collect();
    let mut all = age_and_days.clone();
    all.extend(values![
        codes::source_kind(row.source),
        &row.import,
        &row.decided,
        unconfirmed.concat(),
    ]);
    unit.execute("forgetting sightings", FORGET, age_and_days);
    unit.execute("keeping a sighting", ADD, all);
}

pub fn read_sighting(columns: &mut Columns<'_>) -> Result<SightingRow, StoreError> {
    Ok(SightingRow {
        account: columns.id()?,
        consent: columns.id()?,
        import: columns.id()?,
        source: columns.code(codes::source_kind_of)?,
        as_of: columns.date()?,
        received_at: columns.timestamp()?,
        coverage: Coverage {
            from: columns.date()?,
            to: columns.date()?,
            complete: columns.flag()?,
        },
        decided: columns.id()?,
        unconfirmed: ids(columns.bytes()?)?,
    })
}

fn ids(bytes: &[u8]) -> Result<Vec<SourceId>, StoreError> {
    let (ids, rest) = bytes.as_chunks::<ID_BYTES>();
    if !rest.is_empty() {
        return Err(damaged());
    }
    Ok(ids.iter().map(|id| SourceId::from_bytes(*id)).collect())
}

//! Sightings.

use cartola_model::Coverage;
use cartola_primitives::Date;
use cartola_primitives::id::{AccountId, ID_BYTES, SourceId, TenantId};
use cartola_store::StoreError;
use cartola_store::encoding::codes;
use cartola_store::encoding::day_number;
use cartola_store::sightings::SightingRow;
use rusqlite::{Connection, params};

use crate::columns::{Columns, damaged};
use crate::rows::all;
use crate::unit::Unit;

const OF_DAYS: &str = "SELECT account, consent, import, source, as_of, received_at, covers_from, \
    covers_to, complete, decided, unconfirmed FROM sighting \
    WHERE tenant = ?1 AND account = ?2 AND covers_from <= ?4 AND ?3 <= covers_to \
    ORDER BY consent, covers_from, covers_to, complete";
const FORGET: &str = "DELETE FROM sighting WHERE tenant = ?1 AND account = ?2 AND consent = ?3 \
    AND covers_from = ?4 AND covers_to = ?5 AND complete = ?6";
const ADD: &str = "INSERT INTO sighting (tenant, account, consent, covers_from, covers_to, \
    complete, source, as_of, received_at, import, decided, unconfirmed) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

/// The sightings of an account whose days overlap these.
pub fn of_days(
    connection: &Connection,
    tenant: TenantId,
    account: AccountId,
    (from, to): (Date, Date),
) -> Result<Vec<SightingRow>, StoreError> {
    let days = (day_number(from), day_number(to));
    let values = params![tenant.as_bytes(), account.as_bytes(), days.0, days.1];
    all(connection, OF_DAYS, values, read_sighting)
}

/// Keeps a sighting in place of those that it supersedes, unless one supersedes it.
pub fn keep_sighting(unit: &Unit<'_>, row: &SightingRow) -> Result<(), StoreError> {
    let days = (row.coverage.from, row.coverage.to);
    let overlapping = of_days(unit.connection, unit.tenant, row.account, days)?;
    let (needless, left): (Vec<_>, Vec<_>) =
        overlapping.into_iter().partition(|known| row.supersedes(known));
    for known in &needless {
        forget(unit, known)?;
    }
    if left.iter().any(|known| known.supersedes(row)) {
        return Ok(());
    }
    add(unit, row)
}

fn forget(unit: &Unit<'_>, row: &SightingRow) -> Result<(), StoreError> {
    let values = params![
        unit.tenant.as_bytes(),
        row.account.as_bytes(),
        row.consent.as_bytes(),
        day_number(row.coverage.from),
        day_number(row.coverage.to),
        row.coverage.complete,
    ];
    unit.execute("forgetting a sighting", FORGET, values).map(drop)
}

fn add(unit: &Unit<'_>, row: &SightingRow) -> Result<(), StoreError> {
    let unconfirmed: Vec<&[u8]> =
        row.unconfirmed.iter().map(|id| id.as_bytes().as_slice()).collect();
    let values = params![
        unit.tenant.as_bytes(),
        row.account.as_bytes(),
        row.consent.as_bytes(),
        day_number(row.coverage.from),
        day_number(row.coverage.to),
        row.coverage.complete,
        codes::source_kind(row.source),
        day_number(row.as_of),
        row.received_at.as_microsecond(),
        row.import.as_bytes(),
        row.decided.as_bytes(),
        unconfirmed.concat(),
    ];
    unit.execute("keeping a sighting", ADD, values).map(drop)
}

fn read_sighting(columns: &mut Columns<'_>) -> Result<SightingRow, StoreError> {
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
            complete: columns.integer()? != 0,
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

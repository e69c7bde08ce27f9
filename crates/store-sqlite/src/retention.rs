//! Forgetting movements of long ago, in pages: others write in between.

use async_trait::async_trait;
use cartola_primitives::Date;
use cartola_primitives::id::{MovementId, TenantId};
use cartola_store::encoding::day_number;
use cartola_store::retention::{Forgotten, too_early};
use cartola_store::{MAX_PAGE, Retention, StoreError, Tenancy};
use rusqlite::{Connection, Params, params};

use crate::SqliteStore;
use crate::columns::{Columns, damaged, signed};
use crate::error::Doing;
use crate::movements::days::list_all;
use crate::movements::{feed_position, forget_entries};
use crate::rows::{all, first};

/// Positions of the feed that are looked through in one step.
const POSITIONS: u64 = 5_000;

const KEPT_FROM: &str = "SELECT kept_from FROM retention";
const KEEP_FROM: &str = "INSERT INTO retention (only_row, kept_from) VALUES (1, ?1) \
    ON CONFLICT (only_row) DO UPDATE SET kept_from = max(kept_from, excluded.kept_from) \
    RETURNING kept_from";
const DAY: &str =
    "SELECT booked_on FROM movement INDEXED BY movement_by_id WHERE tenant = ?1 AND id = ?2";
const COUNT_FEED: &str = "INSERT INTO feed_forgotten (tenant, entries) VALUES (?1, ?2) \
    ON CONFLICT (tenant) DO UPDATE SET entries = entries + excluded.entries";
const PAGE: &str = "SELECT id FROM movement_day WHERE tenant = ?1 AND booked_on < ?2 \
    ORDER BY booked_on, id LIMIT ?3";
const SOURCES: &str = "DELETE FROM source WHERE tenant = ?1 AND movement = ?2";
/// A movement that was merged into this one, and that is kept, is told by its alias.
const ALIASES: &str = "DELETE FROM alias WHERE tenant = ?1 AND (alias = ?2 OR (movement = ?2 \
    AND NOT EXISTS (SELECT 1 FROM movement m INDEXED BY movement_by_id \
    WHERE m.tenant = ?1 AND m.id = alias.alias AND m.booked_on >= ?3)))";
const LISTED: &str = "DELETE FROM movement_day WHERE tenant = ?1 AND booked_on = \
    (SELECT booked_on FROM movement INDEXED BY movement_by_id WHERE tenant = ?1 AND id = ?2) \
    AND id = ?2";
const MOVEMENT: &str =
    "DELETE FROM movement INDEXED BY movement_by_id WHERE tenant = ?1 AND id = ?2";
const SIGHTINGS: &str = "DELETE FROM sighting WHERE tenant = ?1 AND covers_to < ?2";
const COUNTS: &str = "SELECT (SELECT count(*) FROM movement WHERE tenant = ?1 AND booked_on < ?2), \
    (SELECT count(*) FROM movement m CROSS JOIN source s ON s.tenant = m.tenant \
    AND s.movement = m.id WHERE m.tenant = ?1 AND m.booked_on < ?2), \
    (SELECT count(*) FROM feed_entry f CROSS JOIN movement m INDEXED BY movement_by_id \
    ON m.tenant = f.tenant AND m.id = f.movement WHERE f.tenant = ?1 AND m.booked_on < ?2), \
    (SELECT count(*) FROM alias a WHERE a.tenant = ?1 AND (EXISTS (SELECT 1 FROM movement m \
    WHERE m.tenant = ?1 AND m.id = a.alias AND m.booked_on < ?2) OR (EXISTS (SELECT 1 \
    FROM movement m WHERE m.tenant = ?1 AND m.id = a.movement AND m.booked_on < ?2) \
    AND NOT EXISTS (SELECT 1 FROM movement m WHERE m.tenant = ?1 AND m.id = a.alias)))), \
    (SELECT count(*) FROM sighting WHERE tenant = ?1 AND covers_to < ?2)";

const FORGETTING: &str = "forgetting movements";

#[async_trait]
impl Retention for SqliteStore {
    async fn kept_from(&self) -> Result<Option<Date>, StoreError> {
        self.glance(kept_from).await
    }
}

fn kept_from(connection: &Connection) -> Result<Option<Date>, StoreError> {
    first(connection, KEPT_FROM, [], |columns: &mut Columns<'_>| columns.date())
}

/// Refuses movements of days that are forgotten.
pub fn expect_kept(
    connection: &Connection,
    days: impl Iterator<Item = Date>,
) -> Result<(), StoreError> {
    let kept_from = kept_from(connection)?;
    match (kept_from, days.min()) {
        (Some(kept_from), Some(day)) if day < kept_from => Err(too_early()),
        _ => Ok(()),
    }
}

impl SqliteStore {
    /// How much of a tenant would be forgotten.
    pub async fn would_forget(
        &self,
        tenant: TenantId,
        before: Date,
    ) -> Result<Forgotten, StoreError> {
        self.read(move |connection| {
            let values = params![tenant.as_bytes(), day_number(before)];
            first(connection, COUNTS, values, read_counts)?.ok_or_else(damaged)
        })
        .await
    }

    /// Forgets what was booked before a day, of all tenants, and takes nothing of it in again. What was
    /// forgotten before stays forgotten. `progress` is told how many movements are gone.
    pub async fn forget_before(
        &self,
        before: Date,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Forgotten, StoreError> {
        let day = day_number(before);
        let day: i32 = self
            .write(1, move |connection| {
                first(connection, KEEP_FROM, [day], |columns: &mut Columns<'_>| columns.number())?
                    .ok_or_else(damaged)
            })
            .await?;
        // Nothing of those days is left out any more, and nothing of them is taken in.
        self.write(MAX_PAGE, list_all).await?;
        let mut forgotten = Forgotten::default();
        for tenant in self.tenants().await? {
            forgotten += self.forget_feed(tenant.id, day).await?;
            loop {
                let page = self.forget_page(tenant.id, day).await?;
                forgotten += page;
                progress(forgotten.movements);
                if page.movements < MAX_PAGE as u64 {
                    break;
                }
            }
        }
        Ok(forgotten)
    }

    /// First, while it is known which movements its entries are of.
    async fn forget_feed(&self, tenant: TenantId, day: i32) -> Result<Forgotten, StoreError> {
        let end = self.write(1, move |connection| feed_position(connection, tenant));
        let (end, mut feed, mut begin) = (end.await?, 0, 0);
        while begin < end {
            let (from, to) = (begin, begin + POSITIONS);
            feed += self
                .write(1, move |connection| {
                    let gone = forget_entries(connection, tenant, (from, to), |movement| {
                        let values = params![tenant.as_bytes(), movement];
                        let read = |columns: &mut Columns<'_>| columns.number::<i32>();
                        Ok(first(connection, DAY, values, read)?.is_some_and(|it| it < day))
                    })?;
                    if gone > 0 {
                        run(connection, COUNT_FEED, params![tenant.as_bytes(), signed(gone)])?;
                    }
                    Ok(gone)
                })
                .await?;
            begin = to;
        }
        Ok(Forgotten { feed, ..Forgotten::default() })
    }

    async fn forget_page(&self, tenant: TenantId, day: i32) -> Result<Forgotten, StoreError> {
        self.write(MAX_PAGE, move |connection| {
            let tenant = tenant.as_bytes();
            let values = params![tenant, day, signed(MAX_PAGE as u64)];
            let ids: Vec<MovementId> =
                all(connection, PAGE, values, |columns: &mut Columns<'_>| columns.id())?;
            let mut gone = Forgotten::default();
            for id in &ids {
                gone.sources += run(connection, SOURCES, params![tenant, id.as_bytes()])?;
                gone.aliases += run(connection, ALIASES, params![tenant, id.as_bytes(), day])?;
                run(connection, LISTED, params![tenant, id.as_bytes()])?;
                gone.movements += run(connection, MOVEMENT, params![tenant, id.as_bytes()])?;
            }
            gone.sightings = run(connection, SIGHTINGS, params![tenant, day])?;
            Ok(gone)
        })
        .await
    }
}

fn run(
    connection: &Connection,
    statement: &'static str,
    values: impl Params,
) -> Result<u64, StoreError> {
    let mut prepared = connection.prepare_cached(statement).doing(FORGETTING)?;
    prepared.execute(values).map(|rows| rows as u64).doing(FORGETTING)
}

fn read_counts(columns: &mut Columns<'_>) -> Result<Forgotten, StoreError> {
    Ok(Forgotten {
        movements: columns.number()?,
        sources: columns.number()?,
        feed: columns.number()?,
        aliases: columns.number()?,
        sightings: columns.number()?,
    })
}

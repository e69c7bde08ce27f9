//! Forgetting movements of long ago: what belongs to them in pages, themselves by the month.
//!
//! It runs in the role that owns the tables, beside those who serve. First it is said which days are
//! kept, which every unit of work looks at; whoever began before has to end. From then on nothing
//! comes to those days any more.

use std::time::Duration;

use async_trait::async_trait;
use cartola_primitives::Date;
use cartola_primitives::id::TenantId;
use cartola_store::encoding::day_number;
use cartola_store::retention::Forgotten;
use cartola_store::{Retention, StoreError, StoreErrorKind};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row};

use crate::columns::Columns;
use crate::connector::{Connector, Single};
use crate::error::Doing;
use crate::rows::{first, only};
use crate::unit::Unit;
use crate::value::{Value, values};
use crate::{OpenError, Options, PostgresStore};

/// Positions of the feed that are looked through in one step, and movements likewise.
const STEP: i64 = 5_000;

/// How long units of work that began before may take to end. The longest is an import of a million
/// rows.
const PATIENCE: Duration = Duration::from_mins(2);

/// How often it is looked whether they have.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

const FORGETTING: &str = "forgetting movements";

const KEPT_FROM: &str = "SELECT kept_from FROM retention";
/// One row unless such days are forgotten.
const EXPECT_KEPT: &str =
    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM retention WHERE kept_from > $1)";
const KEEP_FROM: &str = "INSERT INTO retention (kept_from) VALUES ($1) ON CONFLICT (only_row) \
    DO UPDATE SET kept_from = greatest(retention.kept_from, excluded.kept_from) \
    RETURNING kept_from, pg_current_xact_id()::text";
const HAVE_ENDED: &str = "SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::text::xid8";
const TENANTS: &str = "SELECT tenant, feed_position FROM tenant_head ORDER BY tenant";
const FEED: &str = "WITH gone AS (DELETE FROM feed f USING movement_key k WHERE f.tenant = $1 \
    AND f.position > $2 AND f.position <= $3 AND k.tenant = $1 AND k.id = f.movement \
    AND k.booked_on < $4 RETURNING 1), \
    counted AS (INSERT INTO feed_forgotten AS g (tenant, entries) \
    SELECT $1, c.n FROM (SELECT count(*) AS n FROM gone) c WHERE c.n > 0 \
    ON CONFLICT (tenant) DO UPDATE SET entries = g.entries + excluded.entries) \
    SELECT count(*) FROM gone";
/// A movement that was merged into one of these, and that is kept, is told by its alias.
const PAGE: &str = "WITH page AS (SELECT booked_on, id FROM movement WHERE tenant = $1 \
    AND octet_length(body) > 0 AND booked_on < $2 AND (booked_on, id) > ($3, $4) ORDER BY booked_on, id LIMIT $5), \
    sources AS (DELETE FROM source s USING page p WHERE s.tenant = $1 AND s.movement = p.id \
    RETURNING 1), \
    aliases AS (DELETE FROM alias a USING page p WHERE a.tenant = $1 AND (a.alias = p.id \
    OR (a.movement = p.id AND NOT EXISTS (SELECT 1 FROM movement_key k WHERE k.tenant = $1 \
    AND k.id = a.alias AND k.booked_on >= $2))) RETURNING 1), \
    keys AS (DELETE FROM movement_key k USING page p WHERE k.tenant = $1 AND k.id = p.id RETURNING 1) \
    SELECT (SELECT count(*) FROM keys), (SELECT count(*) FROM sources), \
    (SELECT count(*) FROM aliases), l.booked_on, l.id \
    FROM (SELECT booked_on, id FROM page ORDER BY booked_on DESC, id DESC LIMIT 1) l";
const SIGHTINGS: &str = "DELETE FROM sighting WHERE tenant = $1 AND covers_to < $2";
/// Months that end before a day, whether they still belong to the table of all or were on their way
/// out already: of what was detached and not dropped, nobody knows any more.
const MONTHS: &str = "SELECT c.relname::text, i.inhrelid IS NOT NULL, \
    coalesce(i.inhdetachpending, false) FROM pg_class c LEFT JOIN pg_inherits i \
    ON i.inhrelid = c.oid WHERE c.relnamespace = 'cartola'::regnamespace AND c.relkind = 'r' \
    AND c.relname ~ '^movement_[0-9]{4}_[0-9]{2}$' \
    AND (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month')::date - date '1970-01-01' \
    <= $1 ORDER BY 1";
/// What has no month of its own.
const REST: &str = "DELETE FROM movement m WHERE (tenant, account, booked_on, id) IN \
    (SELECT tenant, account, booked_on, id FROM movement WHERE tenant = $1 AND octet_length(body) > 0 \
    AND booked_on < $2 ORDER BY booked_on, id LIMIT $3)";
const COUNTS: &str = "SELECT (SELECT count(*) FROM movement WHERE tenant = $1 AND booked_on < $2), \
    (SELECT count(*) FROM movement_key k JOIN source s ON s.tenant = $1 AND s.movement = k.id \
    WHERE k.tenant = $1 AND k.booked_on < $2), \
    (SELECT count(*) FROM feed f JOIN movement_key k ON k.tenant = $1 AND k.id = f.movement \
    WHERE f.tenant = $1 AND k.booked_on < $2), \
    (SELECT count(*) FROM alias a LEFT JOIN movement_key k ON k.tenant = $1 AND k.id = a.alias \
    LEFT JOIN movement_key m ON m.tenant = $1 AND m.id = a.movement WHERE a.tenant = $1 \
    AND (k.booked_on < $2 OR (k.id IS NULL AND m.booked_on < $2))), \
    (SELECT count(*) FROM sighting WHERE tenant = $1 AND covers_to < $2)";

#[async_trait]
impl Retention for PostgresStore {
    async fn kept_from(&self) -> Result<Option<Date>, StoreError> {
        first(&self.of_nobody(KEPT_FROM, Vec::new()).await?, |columns: &mut Columns<'_>| {
            columns.date()
        })
    }
}

/// Refuses movements of days that are forgotten.
pub fn expect_kept(unit: &mut Unit, days: impl Iterator<Item = Date>) {
    let Some(first) = days.min() else { return };
    let (day, conflict) = (values![day_number(first)], StoreErrorKind::Conflict);
    unit.expect("movements of days that are forgotten", EXPECT_KEPT, day, 1, conflict);
}

impl PostgresStore {
    /// How much of a tenant would be forgotten.
    pub async fn would_forget(
        &self,
        tenant: TenantId,
        before: Date,
    ) -> Result<Forgotten, StoreError> {
        let values = values![&tenant, day_number(before)];
        only(&self.rows(tenant, COUNTS, values).await?, |columns| {
            Ok(Forgotten {
                movements: columns.number()?,
                sources: columns.number()?,
                feed: columns.number()?,
                aliases: columns.number()?,
                sightings: columns.number()?,
            })
        })
    }

    /// Forgets what was booked before the first day of a month, of all tenants, and takes nothing of
    /// it in again. What was forgotten before stays forgotten. Needs the owner's URL. `progress` is
    /// told how many movements are gone.
    pub async fn forget_before(
        options: &Options,
        before: Date,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Forgotten, OpenError> {
        let owner = options.owner.as_ref().ok_or(OpenError::Owner)?;
        let Single { client, connection } = Connector::new(owner, options)?.connect().await?;
        let connected = tokio::spawn(connection);
        let forgotten = forget(&client, day_number(before), progress).await;
        drop(client);
        // What it did is committed or undone; how the connection was closed tells nothing.
        drop(connected.await);
        Ok(forgotten?)
    }
}

async fn forget(
    client: &Client,
    before: i32,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<Forgotten, StoreError> {
    let patient = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0";
    client.batch_execute(patient).await.doing(FORGETTING)?;
    let kept = client.query_one(KEEP_FROM, &[&before]).await.doing(FORGETTING)?;
    // One that was later already counts: it may have been left half done.
    let (before, unit): (i32, String) = (kept.get(0), kept.get(1));
    until_ended(client, &unit).await?;
    let mut forgotten = Forgotten::default();
    for row in client.query(TENANTS, &[]).await.doing(FORGETTING)? {
        let mut columns = Columns::of(&row);
        let (tenant, end): (TenantId, i64) = (columns.id()?, columns.number()?);
        forgotten.feed += forget_feed(client, tenant, end, before).await?;
        forget_movements(client, tenant, before, &mut forgotten, progress).await?;
        let sightings = [Value::id(&tenant), Value::from(before)];
        forgotten.sightings += execute(client, SIGHTINGS, &sightings).await?;
    }
    drop_months(client, before).await?;
    for row in client.query(TENANTS, &[]).await.doing(FORGETTING)? {
        let tenant: TenantId = Columns::of(&row).id()?;
        let rest = [Value::id(&tenant), Value::from(before), Value::from(STEP)];
        while execute(client, REST, &rest).await? > 0 {}
    }
    Ok(forgotten)
}

/// Waits for those who may not have seen what is kept.
async fn until_ended(client: &Client, unit: &str) -> Result<(), StoreError> {
    let mut waited = Duration::ZERO;
    loop {
        let ended = client.query_one(HAVE_ENDED, &[&unit]).await.doing(FORGETTING)?;
        if ended.get(0) {
            return Ok(());
        }
        if waited >= PATIENCE {
            let context = "units of work that began before have not ended";
            return Err(StoreError::new(StoreErrorKind::Busy, context));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
        waited += LOOK_AGAIN;
    }
}

/// First, while it is known which movements its entries are of.
async fn forget_feed(
    client: &Client,
    tenant: TenantId,
    end: i64,
    before: i32,
) -> Result<u64, StoreError> {
    let mut gone = 0;
    let mut begin = 0;
    while begin < end {
        let step = values![&tenant, begin, begin + STEP, before];
        let rows = query(client, FEED, &step).await?;
        gone += only(&rows, |columns: &mut Columns<'_>| columns.number::<u64>())?;
        begin += STEP;
    }
    Ok(gone)
}

async fn forget_movements(
    client: &Client,
    tenant: TenantId,
    before: i32,
    forgotten: &mut Forgotten,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<(), StoreError> {
    let mut after = values![i32::MIN, Value::Id([0; 16])];
    loop {
        let mut page = values![&tenant, before];
        page.extend(after);
        page.push(STEP.into());
        let rows = query(client, PAGE, &page).await?;
        let Some(last) = first(&rows, |columns| {
            forgotten.movements += columns.number::<u64>()?;
            forgotten.sources += columns.number::<u64>()?;
            forgotten.aliases += columns.number::<u64>()?;
            Ok(values![columns.number::<i32>()?, Value::Id(columns.array()?)])
        })?
        else {
            return Ok(());
        };
        after = last;
        progress(forgotten.movements);
    }
}

/// Takes the months out of the table of all, which keeps nobody waiting, and drops them.
async fn drop_months(client: &Client, before: i32) -> Result<(), StoreError> {
    for row in client.query(MONTHS, &[&before]).await.doing(FORGETTING)? {
        let (name, attached, pending): (String, bool, bool) = (row.get(0), row.get(1), row.get(2));
        if attached {
            let how = if pending { "FINALIZE" } else { "CONCURRENTLY" };
            let detach = format!("ALTER TABLE movement DETACH PARTITION {name} {how}");
            client.batch_execute(&detach).await.doing(FORGETTING)?;
        }
        client.batch_execute(&format!("DROP TABLE {name}")).await.doing(FORGETTING)?;
    }
    Ok(())
}

async fn query(client: &Client, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
    client.query(statement, &parameters(values)).await.doing(FORGETTING)
}

async fn execute(client: &Client, statement: &str, values: &[Value]) -> Result<u64, StoreError> {
    client.execute(statement, &parameters(values)).await.doing(FORGETTING)
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

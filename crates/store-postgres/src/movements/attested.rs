//! Movements with their sources.

use cartola_primitives::id::{AccountId, MovementId, TenantId};
use cartola_primitives::{Date, Timestamp};
use cartola_store::StoreError;
use cartola_store::encoding::day_number;
use cartola_store::movements::{Attested, MovementRow};

use super::keys::{KEY, Key, rows_of};
use super::row::{movement_columns, read_movement, read_source, source_columns};
use crate::PostgresStore;
use crate::columns::damaged;
use crate::permits::Permits;
use crate::rows::each;
use crate::value::values;

const SOURCES: &str = concat!(
    "SELECT ",
    source_columns!(""),
    " FROM source WHERE tenant = $1 AND movement = $2 ORDER BY id"
);
const WINDOW: &str = concat!(
    "SELECT ",
    movement_columns!(""),
    " FROM movement WHERE tenant = $1 AND account = $2 AND booked_on BETWEEN $3 AND $4 \
     ORDER BY booked_on, id"
);
/// In the order of [`WINDOW`].
const WINDOW_SOURCES: &str = concat!(
    "SELECT ",
    source_columns!("s."),
    " FROM movement m CROSS JOIN LATERAL (SELECT * FROM source o WHERE o.tenant = $1 \
     AND o.movement = m.id OFFSET 0) s \
     WHERE m.tenant = $1 AND m.account = $2 AND m.booked_on BETWEEN $3 AND $4 \
     ORDER BY m.booked_on, m.id, s.id"
);
/// The second byte of a body is the status, and 3 is removed.
const BEFORE: &str = concat!(
    "SELECT ",
    movement_columns!(""),
    " FROM movement WHERE tenant = $1 AND account = $2 AND get_byte(body, 1) <> 3 AND booked_on = (\
     SELECT booked_on FROM movement WHERE tenant = $1 AND account = $2 AND booked_on < $3 \
     AND get_byte(body, 1) <> 3 ORDER BY booked_on DESC LIMIT 1) ORDER BY id"
);

/// One movement with its sources, if a consent holds.
pub async fn movement(
    store: &PostgresStore,
    tenant: TenantId,
    id: MovementId,
    now: Timestamp,
) -> Result<Option<Attested>, StoreError> {
    let values = values![&tenant, &id];
    let (session, rows) = store.begin_reading(tenant, KEY, &values).await?;
    let mut permits = Permits::new(tenant, now);
    let found = rows_of(&session, tenant, &each(&rows, Key::read)?).await?.pop();
    permits.look_up(&session, found.iter().map(|row| row.consents)).await?;
    let shown = found.filter(|row| permits.set_holds(row.consents));
    let sources = match shown {
        Some(_) => each(&session.rows(SOURCES, &values).await?, read_source)?,
        None => Vec::new(),
    };
    session.end_reading();
    Ok(shown.map(|row| Attested { row, sources }))
}

/// All movements of those days with their sources: two walks in the same order, laid side by side.
pub async fn window(
    store: &PostgresStore,
    tenant: TenantId,
    account: AccountId,
    (from, to): (Date, Date),
) -> Result<Vec<Attested>, StoreError> {
    let values = values![&tenant, &account, day_number(from), day_number(to)];
    let (session, rows) = store.begin_reading(tenant, WINDOW, &values).await?;
    let mut found =
        each(&rows, |columns| Ok(Attested { row: read_movement(columns)?, sources: Vec::new() }))?;
    let sources = session.rows(WINDOW_SOURCES, &values).await?;
    session.end_reading();
    let mut present = 0;
    for source in each(&sources, read_source)? {
        while found.get(present).is_some_and(|it| it.row.movement.id != source.movement) {
            present += 1;
        }
        found.get_mut(present).ok_or_else(damaged)?.sources.push(source);
    }
    Ok(found)
}

/// The movements of the last day before `day` that has any, removed ones aside.
pub async fn day_before(
    store: &PostgresStore,
    tenant: TenantId,
    account: AccountId,
    day: Date,
) -> Result<Vec<MovementRow>, StoreError> {
    let values = values![&tenant, &account, day_number(day)];
    store.all(tenant, BEFORE, values, read_movement).await
}

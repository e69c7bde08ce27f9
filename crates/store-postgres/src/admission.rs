//! Which connections may serve: those of a program that knows the schema or is supported by it, in a
//! role that row-level security holds, on a store that is whole.

use cartola_store::{StoreError, StoreErrorKind};
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use crate::OpenError;
use crate::error::{self, Doing};
use crate::presence::{ANY, LOCKS};
use crate::schema::Schema;

const LOOKING: &str = "reading the version of the schema";

/// How the store stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    version: usize,
    /// The earliest schema whose programs may serve it.
    oldest: usize,
    unfinished: bool,
}

/// Says that this connection is alive and which schema it knows, and refuses to serve what it must
/// not. The lock comes first: whoever waits for older processes to end sees either it, or a schema
/// that turns them away.
pub async fn admit(client: &Client, schema: Schema) -> Result<(), OpenError> {
    let knows = schema.version();
    // The columns are not there in every schema.
    let query = format!(
        "SELECT pg_try_advisory_lock_shared({LOCKS}, {knows}) \
         AND pg_try_advisory_lock_shared({LOCKS}, {ANY}); \
         SELECT s.version, coalesce(to_jsonb(s) ->> 'oldest_supported', s.version::text), \
         coalesce(to_jsonb(i) ->> 'unfinished', 'false') \
         FROM cartola.schema_version s, cartola.installation i"
    );
    let messages = match client.simple_query(&query).await {
        Ok(messages) => messages,
        Err(error) => return Err(not_looked(&error)),
    };
    let rows: Vec<SimpleQueryRow> = messages.into_iter().filter_map(row).collect();
    let [locked, state] = rows.as_slice() else { return Err(OpenError::Outdated(0)) };
    let state = read(state).ok_or_else(|| StoreError::corrupt(LOOKING))?;
    check(state, schema)?;
    if locked.get(0) != Some("t") {
        let context = "the store is being copied, or its schema is being changed";
        return Err(StoreError::new(StoreErrorKind::Busy, context).into());
    }
    if state.unfinished {
        let context = "a copy into it was not brought to its end";
        return Err(StoreError::new(StoreErrorKind::Unfinished, context).into());
    }
    Ok(())
}

/// The schema is not there, or nobody has granted us anything of it: that is none yet.
fn not_looked(error: &tokio_postgres::Error) -> OpenError {
    let failed = error::of(error, LOOKING);
    if failed.kind == StoreErrorKind::Misuse { OpenError::Outdated(0) } else { failed.into() }
}

fn row(message: SimpleQueryMessage) -> Option<SimpleQueryRow> {
    if let SimpleQueryMessage::Row(row) = message { Some(row) } else { None }
}

fn read(row: &SimpleQueryRow) -> Option<State> {
    Some(State {
        version: row.get(0)?.parse().ok()?,
        oldest: row.get(1)?.parse().ok()?,
        unfinished: row.get(2)?.parse().ok()?,
    })
}

fn check(state: State, schema: Schema) -> Result<(), OpenError> {
    let State { version, oldest, .. } = state;
    if version < schema.needed() {
        return Err(OpenError::Outdated(version));
    }
    if version > schema.version() && oldest > schema.version() {
        return Err(too_new(version, schema).into());
    }
    Ok(())
}

/// What a program is told that knows too little.
pub fn too_new(present: usize, schema: Schema) -> StoreError {
    let knows = schema.version();
    let context = format!("the store has schema {present}, this program knows up to {knows}");
    StoreError::new(StoreErrorKind::TooNew, context)
}

/// Refuses a role that row-level security does not hold.
pub async fn check_role(client: &Client) -> Result<(), OpenError> {
    const SEES_ALL: &str = "SELECT r.rolsuper OR r.rolbypassrls OR \
        pg_has_role(r.oid, (SELECT relowner FROM pg_class \
        WHERE oid = 'cartola.movement'::regclass), 'MEMBER') \
        FROM pg_roles r WHERE r.rolname = current_user";
    let sees_all: bool = client.query_one(SEES_ALL, &[]).await.doing(LOOKING)?.get(0);
    if sees_all { Err(OpenError::Role) } else { Ok(()) }
}

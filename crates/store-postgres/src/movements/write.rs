//! Writing movements, sources, aliases and the feed.
//!
//! Many rows go as arrays, a chunk of them in one statement: tables with row-level security take no
//! `COPY`, and an array for each column costs about the same.

use std::collections::HashSet;

use cartola_model::MergeReason;
use cartola_primitives::id::{MovementId, SourceId};
use cartola_store::StoreErrorKind;
use cartola_store::encoding::codes;
use cartola_store::encoding::movement::encode_movement;
use cartola_store::encoding::{day_number, encode_observation};
use cartola_store::movements::{AliasRow, FeedChange, MovementRow, SourceRow};
use cartola_store::work::MovementChange;

use crate::retention::expect_kept;
use crate::unit::Unit;
use crate::value::{Value, values};

const ADD_KEYS: &str = "INSERT INTO movement_key (tenant, account, booked_on, id, version) \
    SELECT $1, * FROM unnest($2::uuid[], $3::integer[], $4::uuid[], $5::bigint[])";
const ADD_MOVEMENTS: &str = "INSERT INTO movement (tenant, account, booked_on, id, body) \
    SELECT $1, * FROM unnest($2::uuid[], $3::integer[], $4::uuid[], $5::bytea[])";
// Planned before a table holds anything, a join of what is changed with what is there may walk all that
// a tenant has, once for each change. So what is there is looked up for each change by itself, and rows
// are replaced by their key, which no plan can do otherwise.
/// Those that are in the version on which their change was decided, held to the end.
const EXPECT: &str = "SELECT k.id FROM unnest($2::uuid[], $3::bigint[]) AS c (id, version) \
    CROSS JOIN LATERAL (SELECT o.id FROM movement_key o WHERE o.tenant = $1 AND o.id = c.id \
    AND o.version = c.version LIMIT 1 FOR UPDATE) k";
const OF_ACCOUNT: &str = "SELECT k.id FROM unnest($2::uuid[], $3::uuid[]) AS c (account, id) \
    CROSS JOIN LATERAL (SELECT o.id FROM movement_key o WHERE o.tenant = $1 AND o.id = c.id \
    AND o.account = c.account LIMIT 1) k";
/// Removes those whose day changes from the day on which they were.
const LEAVE_DAYS: &str = "SELECT leave_days($1, $2, $3)";
const REPLACE_MOVEMENTS: &str = "INSERT INTO movement (tenant, account, booked_on, id, body) \
    SELECT $1, * FROM unnest($2::uuid[], $3::integer[], $4::uuid[], $5::bytea[]) \
    ON CONFLICT (tenant, account, booked_on, id) DO UPDATE SET body = excluded.body";
const REPLACE_KEYS: &str = "INSERT INTO movement_key AS k (tenant, account, booked_on, id, version) \
    SELECT $1, * FROM unnest($2::uuid[], $3::integer[], $4::uuid[], $5::bigint[]) \
    ON CONFLICT (tenant, id) DO UPDATE \
    SET booked_on = excluded.booked_on, version = excluded.version \
    WHERE (k.booked_on, k.version) IS DISTINCT FROM (excluded.booked_on, excluded.version)";
const ADD_SOURCES: &str = "INSERT INTO source (tenant, movement, id, import, consent, place, \
    source, as_of, received_at, reason, says) SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], \
    $4::uuid[], $5::uuid[], $6::text[], $7::smallint[], $8::integer[], $9::bigint[], \
    $10::smallint[], $11::bytea[])";
const MOVE_SOURCE: &str = "UPDATE source SET movement = $4, reason = $5 \
    WHERE tenant = $1 AND movement = $2 AND id = $3";
const ADD_FEED: &str = "INSERT INTO feed (tenant, position, change, movement) \
    SELECT $1, * FROM unnest($2::bigint[], $3::smallint[], $4::uuid[])";
const ADD_ALIAS: &str =
    "INSERT INTO alias (tenant, alias, movement, at, undone) VALUES ($1, $2, $3, $4, $5)";

/// Rows in one statement. PostgreSQL begins with one while the next is on its way.
const CHUNK: usize = 5_000;

/// Adds movements, each with its place in the feed.
pub fn add_movements(unit: &mut Unit, rows: &[MovementRow]) {
    const ADDING: &str = "adding movements";
    expect_kept(unit, rows.iter().map(|row| row.movement.booked_on));
    for rows in rows.chunks(CHUNK) {
        let key = Columns::of(rows.iter());
        let versions = list(rows, |row| row.movement.version.into());
        let bodies = list(rows, |row| encode_movement(row).into());
        let Columns { accounts, days, ids } = key.clone();
        unit.execute(ADDING, ADD_KEYS, values![&unit.tenant, accounts, days, ids, versions]);
        let Columns { accounts, days, ids } = key;
        unit.execute(ADDING, ADD_MOVEMENTS, values![&unit.tenant, accounts, days, ids, bodies]);
        tell(unit, rows.iter().map(|row| (FeedChange::Added, row.movement.id)));
    }
}

/// Changes movements, with a place in the feed for those that a client sees.
pub fn change_movements(unit: &mut Unit, changes: &[MovementChange]) {
    const CHANGING: &str = "changing movements";
    const TO_ANOTHER_ACCOUNT: &str = "a movement cannot go to another account";
    expect_kept(unit, changes.iter().map(|it| it.row.movement.booked_on));
    for changes in without_repetitions(changes) {
        let count = changes.len() as u64;
        let versions = list(changes, |change| change.row.movement.version.into());
        let expected = list(changes, |change| change.expected.into());
        let bodies = list(changes, |change| encode_movement(&change.row).into());
        let key = Columns::of(changes.iter().map(|it| &it.row));
        let Columns { accounts, days, ids } = key.clone();
        let expect = values![&unit.tenant, ids.clone(), expected];
        unit.expect(CHANGING, EXPECT, expect, count, StoreErrorKind::Conflict);
        let same = values![&unit.tenant, accounts, ids.clone()];
        unit.expect(TO_ANOTHER_ACCOUNT, OF_ACCOUNT, same, count, StoreErrorKind::Misuse);
        unit.execute(CHANGING, LEAVE_DAYS, values![&unit.tenant, days, ids]);
        let Columns { accounts, days, ids } = key.clone();
        let rows = values![&unit.tenant, accounts, days, ids, bodies];
        unit.execute(CHANGING, REPLACE_MOVEMENTS, rows);
        let Columns { accounts, days, ids } = key;
        unit.execute(CHANGING, REPLACE_KEYS, values![&unit.tenant, accounts, days, ids, versions]);
        let told = changes.iter().filter_map(|it| Some((it.feed?, it.row.movement.id)));
        tell(unit, told);
    }
}

/// Chunks in none of which a movement changes twice: one statement changes a row once.
fn without_repetitions(mut changes: &[MovementChange]) -> Vec<&[MovementChange]> {
    let mut chunks = Vec::new();
    while !changes.is_empty() {
        let mut seen = HashSet::new();
        let length = changes
            .iter()
            .take(CHUNK)
            .take_while(|change| seen.insert(change.row.movement.id))
            .count();
        let (chunk, rest) = changes.split_at(length);
        chunks.push(chunk);
        changes = rest;
    }
    chunks
}

/// The columns by which movements are found.
#[derive(Clone)]
struct Columns {
    accounts: Value,
    days: Value,
    ids: Value,
}

impl Columns {
    fn of<'a>(rows: impl Iterator<Item = &'a MovementRow> + Clone) -> Self {
        let ids = Value::ids(rows.clone().map(|row| &row.movement.id));
        let accounts = Value::ids(rows.clone().map(|row| &row.movement.account));
        let days = rows.map(|row| day_number(row.movement.booked_on).into()).collect();
        Self { accounts, days: Value::List(days), ids }
    }
}

fn list<T>(rows: &[T], value: impl Fn(&T) -> Value) -> Value {
    Value::List(rows.iter().map(value).collect())
}

/// Gives out the next positions of the feed.
fn tell(unit: &mut Unit, changes: impl Iterator<Item = (FeedChange, MovementId)>) {
    let (mut positions, mut words, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for (change, movement) in changes {
        unit.feed += 1;
        positions.push(unit.feed.into());
        words.push(change.code().into());
        ids.push(Value::id(&movement));
    }
    if positions.is_empty() {
        return;
    }
    let (positions, words) = (Value::List(positions), Value::List(words));
    let values = values![&unit.tenant, positions, words, Value::List(ids)];
    unit.execute("giving out feed positions", ADD_FEED, values);
}

/// Adds source records.
pub fn add_sources(unit: &mut Unit, rows: &[SourceRow]) {
    for rows in rows.chunks(CHUNK) {
        let values = values![
            &unit.tenant,
            list(rows, |row| Value::id(&row.movement)),
            list(rows, |row| Value::id(&row.id)),
            list(rows, |row| Value::id(&row.import)),
            list(rows, |row| Value::id(&row.consent)),
            list(rows, |row| Value::text(&row.place)),
            list(rows, |row| codes::source_kind(row.source).into()),
            list(rows, |row| day_number(row.as_of).into()),
            list(rows, |row| row.received_at.into()),
            list(rows, |row| codes::reason(row.reason).into()),
            list(rows, |row| row.says.as_deref().map(encode_observation).into()),
        ];
        unit.execute("adding sources", ADD_SOURCES, values);
    }
}

/// Puts a source record under another movement.
pub fn move_source(unit: &mut Unit, id: SourceId, from: MovementId, to: MovementId) {
    let reason = codes::reason(MergeReason::Split);
    let values = values![&unit.tenant, &from, &id, &to, reason];
    unit.change("moving a source", MOVE_SOURCE, values);
}

/// Adds an alias.
pub fn add_alias(unit: &mut Unit, row: &AliasRow) {
    let values = values![&unit.tenant, &row.alias, &row.movement, row.at, row.undone];
    unit.execute("adding an alias", ADD_ALIAS, values);
}

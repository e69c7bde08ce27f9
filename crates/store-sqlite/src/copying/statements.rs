//! The SQL of a table of the catalogue. Where ours differs from it, it is said here and nowhere else.

use cartola_store::copying::{Cell, Column, Kind, Table};
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};

/// Whether a table is the folder of sealed files.
pub fn is_archive(table: &Table) -> bool {
    table.name == "archive"
}

/// Gives all rows in the order of the key.
pub fn select(table: &Table) -> String {
    let order = names(table.columns[..table.key].iter());
    match table.name {
        "tenant" => "SELECT id, name, created_at FROM tenant ORDER BY id".to_owned(),
        "tenant_head" => "SELECT t.id, coalesce(f.position, 0), coalesce(a.sequence, 0), a.hash \
            FROM tenant t LEFT JOIN tenant_feed f ON f.tenant = t.id \
            LEFT JOIN tenant_audit a ON a.tenant = t.id ORDER BY t.id"
            .to_owned(),
        "feed" => "SELECT tenant, position, change, movement FROM feed_entry \
            ORDER BY tenant, run, place"
            .to_owned(),
        "job_turn" => format!(
            "SELECT {} FROM job_turn WHERE turn <> 0 OR open <> 0 ORDER BY {order}",
            names(table.columns.iter())
        ),
        name => {
            format!("SELECT {} FROM \"{name}\" ORDER BY {order}", names(table.columns.iter()))
        }
    }
}

/// Counts what [`select`] gives.
pub fn count(table: &Table) -> String {
    match table.name {
        "tenant_head" => "SELECT count(*) FROM tenant".to_owned(),
        "feed" => "SELECT count(*) FROM feed_entry".to_owned(),
        "job_turn" => "SELECT count(*) FROM job_turn WHERE turn <> 0 OR open <> 0".to_owned(),
        name => format!("SELECT count(*) FROM \"{name}\""),
    }
}

/// Adds a row; several statements where it goes to several tables. Each takes all columns.
pub fn inserts(table: &Table) -> Vec<String> {
    match table.name {
        "tenant" => {
            vec!["INSERT INTO tenant (id, name, created_at) VALUES (?1, ?2, ?3)".to_owned()]
        }
        "tenant_head" => vec![
            "WITH head (tenant, position, sequence, hash) AS (SELECT ?1, ?2, ?3, ?4) \
             INSERT INTO tenant_feed SELECT tenant, position FROM head WHERE position > 0"
                .to_owned(),
            "WITH head (tenant, position, sequence, hash) AS (SELECT ?1, ?2, ?3, ?4) \
             INSERT INTO tenant_audit SELECT tenant, sequence, hash FROM head WHERE sequence > 0"
                .to_owned(),
        ],
        "movement" => vec![
            "INSERT INTO movement (tenant, account, booked_on, id, body) \
             VALUES (?1, ?2, ?3, ?4, ?5)"
                .to_owned(),
            "WITH movement (tenant, account, booked_on, id, body) AS (SELECT ?1, ?2, ?3, ?4, ?5) \
             INSERT INTO movement_day (tenant, booked_on, id, account) \
             SELECT tenant, booked_on, id, account FROM movement"
                .to_owned(),
        ],
        // Whose a movement is stands with it, which was added before.
        "feed" => vec![
            "INSERT INTO feed (tenant, position, change, account, movements) \
             SELECT ?1, ?2, ?3, account, ?4 FROM movement INDEXED BY movement_by_id \
             WHERE tenant = ?1 AND id = ?4"
                .to_owned(),
        ],
        name => {
            let places: Vec<String> =
                (1..=table.columns.len()).map(|place| format!("?{place}")).collect();
            let columns = names(table.columns.iter());
            vec![format!("INSERT INTO \"{name}\" ({columns}) VALUES ({})", places.join(", "))]
        }
    }
}

fn names<'a>(columns: impl Iterator<Item = &'a Column>) -> String {
    columns.map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
}

/// A value as it was read; nothing where the column holds what no column of ours does.
pub fn cell(column: &Column, value: ValueRef<'_>) -> Option<Cell> {
    Some(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Blob([]) if column.kind == Kind::IdOrNone => Cell::Null,
        ValueRef::Integer(integer) => Cell::Integer(integer),
        ValueRef::Text(text) => Cell::Text(std::str::from_utf8(text).ok()?.to_owned()),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => return None,
    })
}

/// A value on its way into its column.
pub struct Bound<'row>(pub &'row Column, pub &'row Cell);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.1 {
            Cell::Null if self.0.kind == Kind::IdOrNone => {
                ToSqlOutput::Borrowed(ValueRef::Blob(&[]))
            }
            Cell::Null => ToSqlOutput::Owned(Value::Null),
            Cell::Integer(integer) => ToSqlOutput::Owned(Value::Integer(*integer)),
            Cell::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

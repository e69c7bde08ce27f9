//! The SQL of a table of the catalogue. Where ours differs from it, it is said here and nowhere else.

use cartola_primitives::id::ID_BYTES;
use cartola_store::StoreError;
use cartola_store::copying::{Cell, Column, Kind, Table};

use crate::columns::damaged;
use crate::value::Value;

const NIL: [u8; ID_BYTES] = [0; ID_BYTES];

/// Gives all rows in the order of the key. Texts count by byte, whatever the database's language.
pub fn select(table: &Table) -> String {
    let columns = names(table.columns);
    let order = table.columns[..table.key].iter().map(|column| match column.kind {
        Kind::Text => format!("\"{}\" COLLATE \"C\"", column.name),
        _ => format!("\"{}\"", column.name),
    });
    let order = order.collect::<Vec<_>>().join(", ");
    format!("SELECT {columns} FROM {} ORDER BY {order}", rows_of(table))
}

/// Counts what [`select`] gives.
pub fn count(table: &Table) -> String {
    format!("SELECT count(*) FROM {}", rows_of(table))
}

fn rows_of(table: &Table) -> String {
    match table.name {
        "job_turn" => "(SELECT o.tenant, o.queue, coalesce(t.turn, 0) AS turn, o.open \
            FROM (SELECT tenant, queue, sum(open)::bigint AS open FROM job_open \
            GROUP BY tenant, queue) o LEFT JOIN job_turn t ON t.tenant = o.tenant AND t.queue = o.queue \
            WHERE t.turn <> 0 OR o.open <> 0) j"
            .to_owned(),
        name => format!("\"{name}\""),
    }
}

/// Where the rows of a table go, each with the columns that it takes.
pub fn targets(table: &'static Table) -> Vec<(&'static str, Vec<usize>)> {
    match table.name {
        "job_turn" => {
            let [tenant, queue, turn, open] =
                ["tenant", "queue", "turn", "open"].map(|name| table.place(name));
            vec![("job_open", vec![tenant, queue, open]), ("job_turn", vec![tenant, queue, turn])]
        }
        name => vec![(name, (0..table.columns.len()).collect())],
    }
}

/// Columns as SQL names them.
pub fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
}

/// A value as it was read.
pub fn cell(column: &Column, cell: Cell) -> Cell {
    match &cell {
        Cell::Bytes(bytes) if column.kind == Kind::IdOrNone && *bytes == NIL => Cell::Null,
        _ => cell,
    }
}

/// A value on its way into its column.
pub fn value(column: &Column, cell: Cell) -> Result<Value, StoreError> {
    Ok(match (column.kind, cell) {
        (Kind::IdOrNone, Cell::Null) => Value::Id(NIL),
        (_, Cell::Null) => Value::Null,
        (Kind::Id | Kind::IdOrNone, Cell::Bytes(bytes)) => {
            Value::Id(bytes.try_into().map_err(|_| damaged())?)
        }
        (Kind::Bytes, Cell::Bytes(bytes)) => Value::Bytes(bytes),
        (Kind::Text, Cell::Text(text)) => Value::Text(text),
        (Kind::Integer, Cell::Integer(integer)) => Value::Integer(integer),
        (Kind::Flag, Cell::Integer(flag)) => Value::Flag(flag != 0),
        _ => return Err(damaged()),
    })
}

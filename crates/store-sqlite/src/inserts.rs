//! Inserting many rows of one tenant.
//!
//! Each run of a statement opens its trees, and finds the place of its row from the root of each: that
//! takes longer than writing the row. A statement of several rows opens them once, and a row that comes
//! behind the last of a tree is put there without a search; ids rise, so most do.

use std::iter;
use std::sync::OnceLock;

use cartola_primitives::id::TenantId;
use rusqlite::{CachedStatement, Connection, ToSql};

/// Rows that one run inserts. Twice as many gain little, and what is left over is inserted one by one.
const AT_ONCE: usize = 16;

/// The first value of each row is the tenant.
const TENANT: usize = 1;

/// How rows are inserted into one table.
pub struct Insert {
    /// The table with its columns, of which the tenant is the first.
    into: &'static str,
    /// Columns beside the tenant.
    columns: usize,
    of_many: OnceLock<String>,
    of_one: OnceLock<String>,
}

impl Insert {
    /// Into `table (tenant, …)`, with so many columns beside the tenant.
    pub const fn into(into: &'static str, columns: usize) -> Self {
        Self { into, columns, of_many: OnceLock::new(), of_one: OnceLock::new() }
    }

    /// Inserts the rows in their order. `bind` hands over what stands beside the tenant, column by
    /// column.
    ///
    /// A row that is there already ends it where it is, and those before it stay: whoever is told of
    /// that undoes its unit as a whole.
    pub fn run<Row>(
        &self,
        connection: &Connection,
        tenant: TenantId,
        rows: &[Row],
        mut bind: impl FnMut(&mut Values<'_, '_>, &Row) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let (many, few) = rows.split_at(rows.len() - rows.len() % AT_ONCE);
        for (rows, at_once) in [(many, AT_ONCE), (few, 1)] {
            if rows.is_empty() {
                continue;
            }
            let mut statement = connection.prepare_cached(self.statement(at_once))?;
            statement.raw_bind_parameter(TENANT, tenant.as_bytes())?;
            for rows in rows.chunks(at_once) {
                let mut values = Values { statement: &mut statement, last: TENANT };
                rows.iter().try_for_each(|row| bind(&mut values, row))?;
                debug_assert_eq!(values.last, TENANT + at_once * self.columns, "{}", self.into);
                statement.raw_execute()?;
            }
        }
        Ok(())
    }

    fn statement(&self, rows: usize) -> &str {
        let text = if rows == 1 { &self.of_one } else { &self.of_many };
        text.get_or_init(|| {
            let values = |row: usize| {
                let others = (1..=self.columns).map(|column| TENANT + row * self.columns + column);
                let numbers = iter::once(TENANT).chain(others);
                let values: Vec<String> = numbers.map(|number| format!("?{number}")).collect();
                format!("({})", values.join(", "))
            };
            let rows: Vec<String> = (0..rows).map(values).collect();
            // What a failing statement of several rows has written is undone with its unit. To undo the
            // statement alone, SQLite would keep each page as it was before it.
            format!("INSERT OR FAIL INTO {} VALUES {}", self.into, rows.join(", "))
        })
    }
}

/// The values of some rows, as far as they are handed over.
pub struct Values<'statement, 'connection> {
    statement: &'statement mut CachedStatement<'connection>,
    last: usize,
}

impl Values<'_, '_> {
    /// The value of the next column.
    pub fn put(&mut self, value: impl ToSql) -> rusqlite::Result<()> {
        self.last += 1;
        self.statement.raw_bind_parameter(self.last, value)
    }
}

#[cfg(test)]
mod tests {
    use cartola_store::StoreErrorKind;

    use super::*;
    use crate::error::Doing;

    static NUMBERS: Insert = Insert::into("number (tenant, number, square)", 2);

    fn table() -> Connection {
        let connection = Connection::open_in_memory().expect("a database");
        let table = "CREATE TABLE number (tenant BLOB NOT NULL, number INTEGER NOT NULL, \
            square INTEGER NOT NULL, PRIMARY KEY (tenant, number)) WITHOUT ROWID, STRICT";
        connection.execute_batch(table).expect("a table");
        connection
    }

    fn insert(connection: &Connection, tenant: u8, numbers: &[i64]) -> rusqlite::Result<()> {
        let tenant = TenantId::from_bytes([tenant; 16]);
        NUMBERS.run(connection, tenant, numbers, |values, number| {
            values.put(number)?;
            values.put(number * number)
        })
    }

    fn numbers(connection: &Connection, tenant: u8) -> Vec<(i64, i64)> {
        let select = "SELECT number, square FROM number WHERE tenant = ?1 ORDER BY number";
        let mut select = connection.prepare(select).expect("a statement");
        let rows = select.query_map([[tenant; 16]], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.expect("rows").collect::<Result<_, _>>().expect("numbers")
    }

    #[test]
    fn rows_are_all_inserted_however_many_there_are() {
        for count in [0, 1, 15, 16, 17, 31, 32, 40] {
            let connection = table();
            let all: Vec<i64> = (1..=count).collect();
            for tenant in [1, 2] {
                insert(&connection, tenant, &all).expect("they are new");
            }
            let expected: Vec<(i64, i64)> = all.iter().map(|one| (*one, one * one)).collect();
            for tenant in [1, 2] {
                assert_eq!(numbers(&connection, tenant), expected, "{count} of tenant {tenant}");
            }
        }
    }

    #[test]
    fn a_row_that_is_there_already_is_a_conflict_wherever_it_stands() {
        for known in [1, 8, 16, 17, 20] {
            let connection = table();
            insert(&connection, 1, &[known]).expect("it is new");
            let all: Vec<i64> = (1..=20).collect();
            connection.execute_batch("SAVEPOINT unit").expect("a savepoint");
            let error = insert(&connection, 1, &all).doing("inserting").expect_err("one is known");
            assert_eq!(error.kind, StoreErrorKind::Conflict, "{known}");
            assert!(!connection.is_autocommit(), "the transaction is still there");
            connection.execute_batch("ROLLBACK TO unit; RELEASE unit").expect("it is undone");
            assert_eq!(numbers(&connection, 1), [(known, known * known)]);
            insert(&connection, 2, &all).expect("another tenant has none of them");
        }
    }
}

//! Loading a store from rows, by `COPY`.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Mutex;

use async_trait::async_trait;
use cartola_store::copying::{Cell, Column, Dump, Kind, Load, Row, Rows, TABLES, Table};
use cartola_store::encoding::codes;
use cartola_store::encoding::date_of_day;
use cartola_store::encoding::movement::StoredMovement;
use cartola_store::jobs::Queue;
use cartola_store::{StoreError, StoreErrorKind};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

use super::Owner;
use super::dump::{count_rows, read_rows};
use super::statements::{names, targets, value};
use crate::columns::damaged;
use crate::error::Doing;
use crate::months::{ADD as ADD_MONTHS, month};
use crate::value::Value;
use crate::{OpenError, Options};

const BEGINNING: &str = "beginning a copy";
const LOADING: &str = "loading rows into the store";
const COMPLETING: &str = "completing a copy";

/// Tables that the catalogue does not name, whose rows follow from those of others.
const DERIVED: [&str; 2] = ["job_open", "movement_key"];

/// Where numbers go on. A tenant has all rows of each queue, whether it had jobs or not.
const SETTLE: &str = "SELECT setval(pg_get_serial_sequence('cartola.signing_key', 'sequence'), \
        greatest(max(sequence), 1), max(sequence) IS NOT NULL) FROM signing_key; \
    SELECT setval('job_turn_number', greatest(max(turn), 1), coalesce(max(turn), 0) > 0) \
        FROM job_turn; \
    INSERT INTO job_open (tenant, queue, part, open) SELECT t.tenant, q.queue, p.part, 0 \
        FROM tenant t, QUEUES q, generate_series(0, 15) p (part) ON CONFLICT DO NOTHING; \
    INSERT INTO job_turn (tenant, queue, turn) SELECT t.tenant, q.queue, 0 FROM tenant t, QUEUES q \
        ON CONFLICT DO NOTHING; \
    ANALYZE";

/// A store in a database that is loaded. Nobody uses it as long as this is there.
pub struct DatabaseLoad {
    owner: Owner,
    /// Months that have their partition, counted from the year 0.
    months: Mutex<BTreeSet<i32>>,
}

impl DatabaseLoad {
    /// Connects with the owner's URL. Refuses a database that processes use, and one that has
    /// tenants and is no unfinished copy. Changes nothing.
    pub async fn open(options: &Options) -> Result<Self, OpenError> {
        const TENANTS: &str = "SELECT EXISTS (SELECT 1 FROM tenant)";
        let owner = Owner::alone(options).await?;
        let has_tenants: bool = owner.client.query_one(TENANTS, &[]).await.doing(BEGINNING)?.get(0);
        if has_tenants && !owner.is_unfinished().await? {
            return Err(StoreError::conflict("the database holds tenants already").into());
        }
        Ok(Self { owner, months: Mutex::default() })
    }

    async fn copy_in(
        &self,
        table: &str,
        columns: &[Column],
        rows: Vec<Vec<Value>>,
    ) -> Result<(), StoreError> {
        let client = &self.owner.client;
        let names = names(columns);
        let query = format!("SELECT {names} FROM \"{table}\" LIMIT 0");
        let prepared = client.prepare(&query).await.doing(LOADING)?;
        let types: Vec<Type> = prepared.columns().iter().map(|it| it.type_().clone()).collect();
        let copy = format!("COPY \"{table}\" ({names}) FROM STDIN (FORMAT binary)");
        let sink = client.copy_in(&copy).await.doing(LOADING)?;
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
        for row in rows {
            let row: Vec<&(dyn ToSql + Sync)> =
                row.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
            writer.as_mut().write(&row).await.doing(LOADING)?;
        }
        writer.as_mut().finish().await.map(drop).doing(LOADING)
    }

    /// Where movements lie, and their months.
    async fn add_keys(&self, table: &'static Table, rows: &[Row]) -> Result<(), StoreError> {
        let places = ["tenant", "id", "account", "booked_on"].map(|name| table.place(name));
        let mut columns = places.map(|place| table.columns[place]).to_vec();
        columns.push(Column { name: "version", kind: Kind::Integer });
        let (mut keys, mut months) = (Vec::new(), BTreeSet::new());
        for row in rows {
            let mut key = Vec::with_capacity(columns.len());
            for (place, column) in places.iter().zip(&columns) {
                key.push(value(column, row.0[*place].clone())?);
            }
            let body = row.0[table.place("body")].bytes().ok_or_else(damaged)?;
            key.push(Value::from(StoredMovement::open(body)?.version));
            keys.push(key);
            months.extend(month(date_of_day(day(&row.0[places[3]])?)?));
        }
        self.make(months).await?;
        self.copy_in("movement_key", &columns, keys).await
    }

    async fn make(&self, mut wanted: BTreeSet<i32>) -> Result<(), StoreError> {
        let missing = {
            // A set is whole at every moment, so a panic elsewhere cannot have broken it.
            let known = self.months.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            wanted.retain(|month| !known.contains(month));
            wanted
        };
        if missing.is_empty() {
            return Ok(());
        }
        let list = Value::List(missing.iter().map(|month| Value::from(*month)).collect());
        self.owner.client.execute(ADD_MONTHS, &[&list]).await.doing(LOADING)?;
        self.months.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(missing);
        Ok(())
    }
}

fn day(cell: &Cell) -> Result<i32, StoreError> {
    cell.integer().and_then(|day| day.try_into().ok()).ok_or_else(damaged)
}

#[async_trait]
impl Dump for DatabaseLoad {
    async fn count(&self, table: &'static Table) -> Result<u64, StoreError> {
        count_rows(&self.owner.client, table).await
    }

    async fn rows(&self, table: &'static Table) -> Result<Rows, StoreError> {
        Ok(read_rows(&self.owner.client, table))
    }
}

#[async_trait]
impl Load for DatabaseLoad {
    async fn begin(&self) -> Result<(), StoreError> {
        let tables = TABLES.iter().map(|table| table.name).chain(DERIVED);
        let tables: Vec<String> = tables.map(|name| format!("\"{name}\"")).collect();
        let begin = format!(
            "BEGIN; UPDATE installation SET unfinished = true; TRUNCATE {}; COMMIT",
            tables.join(", ")
        );
        self.owner.client.batch_execute(&begin).await.doing(BEGINNING)
    }

    async fn add(&self, table: &'static Table, rows: Vec<Row>) -> Result<(), StoreError> {
        if table.name == "movement" {
            self.add_keys(table, &rows).await?;
        }
        for (target, places) in targets(table) {
            let columns: Vec<Column> = places.iter().map(|place| table.columns[*place]).collect();
            let mut values = Vec::with_capacity(rows.len());
            for row in &rows {
                let cells = places.iter().zip(&columns);
                let row = cells.map(|(place, column)| value(column, row.0[*place].clone()));
                values.push(row.collect::<Result<Vec<_>, _>>()?);
            }
            self.copy_in(target, &columns, values).await?;
        }
        Ok(())
    }

    async fn settle(&self) -> Result<(), StoreError> {
        let queues = Queue::ALL.map(|queue| format!("({}::smallint)", codes::queue(queue)));
        let queues = format!("(VALUES {})", queues.join(", "));
        let settle = SETTLE.replace("QUEUES q", &format!("{queues} AS q (queue)"));
        // `ANALYZE` of all tables must not be in a transaction with others.
        for statement in settle.split("; ") {
            self.owner.client.batch_execute(statement).await.doing(LOADING)?;
        }
        Ok(())
    }

    async fn complete(&self) -> Result<(), StoreError> {
        const WHOLE: &str = "UPDATE installation SET unfinished = false WHERE unfinished";
        match self.owner.client.execute(WHOLE, &[]).await.doing(COMPLETING)? {
            1 => Ok(()),
            _ => Err(StoreError::new(StoreErrorKind::Misuse, "a copy that was never begun")),
        }
    }
}

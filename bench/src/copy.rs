//! How fast PostgreSQL itself takes the rows that an import wrote: by `COPY`, in its own binary form.

use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use cartola_store_postgres::test_kit::Database;
use futures::{SinkExt, TryStreamExt};
use tokio_postgres::{Client, NoTls};

use crate::watch;

/// The tables in which an import writes a row for each line.
const TABLES: [&str; 4] = ["movement", "movement_key", "source", "feed"];

/// Makes the partitions of the months that the files are of.
const MONTHS: &str = "SELECT cartola.add_movement_months(array_agg(month)) \
    FROM generate_series(2024 * 12, 2025 * 12 + 11) AS month";

/// The rows of each table.
pub struct Copied(Vec<(&'static str, Vec<Bytes>)>);

impl Copied {
    /// Reads them out of a database.
    pub async fn out_of(database: &Database) -> anyhow::Result<Self> {
        let client = connect(database).await?;
        let mut tables = Vec::with_capacity(TABLES.len());
        for table in TABLES {
            let copy = format!("COPY (SELECT * FROM cartola.{table}) TO STDOUT (FORMAT binary)");
            let rows = client.copy_out(&copy).await?.try_collect().await?;
            tables.push((table, rows));
        }
        Ok(Self(tables))
    }

    /// Writes them into another one, in one transaction; gives how long that took.
    pub async fn into(self, database: &Database) -> anyhow::Result<Duration> {
        let client = connect(database).await?;
        client.batch_execute(MONTHS).await.context("the months of the files")?;
        let begun = watch::start();
        client.batch_execute("BEGIN").await?;
        for (table, rows) in self.0 {
            let copy = format!("COPY cartola.{table} FROM STDIN (FORMAT binary)");
            let sink = client.copy_in(&copy).await?;
            let mut sink = std::pin::pin!(sink);
            for rows in rows {
                sink.feed(rows).await?;
            }
            sink.finish().await?;
        }
        client.batch_execute("COMMIT").await?;
        Ok(begun.elapsed())
    }
}

/// A connection as the superuser: no row-level security is in its way.
pub async fn connect(database: &Database) -> anyhow::Result<Client> {
    let url = database.server.url("postgres", &database.name);
    let (client, connection) = tokio_postgres::connect(url.expose(), NoTls).await?;
    // It ends with its client; what it has to say, the client's calls say.
    tokio::spawn(connection);
    Ok(client)
}

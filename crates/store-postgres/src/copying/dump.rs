//! Reading all rows as they are.

use std::pin::pin;
use std::sync::Arc;

use async_trait::async_trait;
use cartola_store::StoreError;
use cartola_store::copying::stream::channel;
use cartola_store::copying::{Dump, Row, Rows, Sender, Table};
use futures::TryStreamExt;
use tokio_postgres::Client;

use super::statements::{cell, count, select};
use super::{Owner, unfinished};
use crate::columns::{Columns, damaged};
use crate::error::Doing;
use crate::{OpenError, Options};

const READING: &str = "reading all rows of the store";

/// A store that is read as it is. Nobody uses it as long as this is there.
pub struct DatabaseDump(Owner);

impl DatabaseDump {
    /// Connects with the owner's URL. Refuses a database that processes use, and one that is an
    /// unfinished copy.
    pub async fn open(options: &Options) -> Result<Self, OpenError> {
        let owner = Owner::alone(options).await?;
        if owner.is_unfinished().await? {
            return Err(unfinished().into());
        }
        Ok(Self(owner))
    }
}

#[async_trait]
impl Dump for DatabaseDump {
    async fn count(&self, table: &'static Table) -> Result<u64, StoreError> {
        count_rows(&self.0.client, table).await
    }

    async fn rows(&self, table: &'static Table) -> Result<Rows, StoreError> {
        Ok(read_rows(&self.0.client, table))
    }
}

/// A store that is read as it is at one instant, while processes go on using it.
pub struct DatabaseSnapshot(Owner);

impl DatabaseSnapshot {
    /// Connects with the owner's URL: row-level security shows no other role the rows of all tenants.
    pub async fn open(options: &Options) -> Result<Self, OpenError> {
        let owner = Owner::beside(options).await?;
        if owner.is_unfinished().await? {
            return Err(unfinished().into());
        }
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
        owner.client.batch_execute(begin).await.doing("fixing what is read to one instant")?;
        Ok(Self(owner))
    }
}

#[async_trait]
impl Dump for DatabaseSnapshot {
    async fn count(&self, table: &'static Table) -> Result<u64, StoreError> {
        count_rows(&self.0.client, table).await
    }

    async fn rows(&self, table: &'static Table) -> Result<Rows, StoreError> {
        Ok(read_rows(&self.0.client, table))
    }
}

/// The number of rows of a table.
pub async fn count_rows(client: &Client, table: &Table) -> Result<u64, StoreError> {
    let rows: i64 = client.query_one(&count(table), &[]).await.doing(READING)?.get(0);
    u64::try_from(rows).map_err(|_| damaged())
}

/// The rows of a table as PostgreSQL sends them, which waits where they are not taken.
pub fn read_rows(client: &Arc<Client>, table: &'static Table) -> Rows {
    let (mut sender, rows) = channel();
    let client = Arc::clone(client);
    tokio::spawn(async move {
        let outcome = send_rows(&client, table, &mut sender).await;
        sender.end(outcome).await;
    });
    rows
}

async fn send_rows(client: &Client, table: &Table, sender: &mut Sender) -> Result<(), StoreError> {
    let parameters: [&str; 0] = [];
    let mut rows = pin!(client.query_raw(&select(table), parameters).await.doing(READING)?);
    while let Some(row) = rows.try_next().await.doing(READING)? {
        let mut columns = Columns::of(&row);
        let mut cells = Vec::with_capacity(table.columns.len());
        for column in table.columns {
            cells.push(cell(column, columns.plain()?));
        }
        if !sender.send(Row(cells)).await {
            break;
        }
    }
    Ok(())
}

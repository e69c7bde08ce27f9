//! Reading all rows of a store as they are, and loading a store from such rows.
//!
//! Both run in the role that owns the tables, which row-level security does not hold, on one
//! connection that keeps everybody else out. A database that is loaded says so of itself until all of
//! it is there.

mod dump;
mod load;
mod statements;

use std::sync::Arc;

use cartola_store::{StoreError, StoreErrorKind};
use tokio::task::JoinHandle;
use tokio_postgres::Client;

use crate::admission::too_new;
use crate::connector::{Connector, Single};
use crate::error::Doing;
use crate::presence::{self, ANY};
use crate::{OpenError, Options, migrate};

pub use self::dump::{DatabaseDump, DatabaseSnapshot};
pub use self::load::DatabaseLoad;

/// The owner's connection, on which nothing is cut short.
struct Owner {
    client: Arc<Client>,
    connected: JoinHandle<Result<(), tokio_postgres::Error>>,
}

impl Owner {
    /// Connects, and keeps everybody else out for as long as it is there. The schema must be the one
    /// that this program writes.
    async fn alone(options: &Options) -> Result<Self, OpenError> {
        let role = Connector::new(&options.url, options)?;
        let role = role.role()?;
        let this = Self::beside(options).await?;
        let others = presence::keep_out(&this.client, role, ANY..ANY + 1, |_| true).await?;
        if others.is_empty() { Ok(this) } else { Err(OpenError::InUse(others)) }
    }

    /// The same while others go on.
    async fn beside(options: &Options) -> Result<Self, OpenError> {
        let owner = options.owner.as_ref().ok_or(OpenError::Owner)?;
        let Single { client, connection } = Connector::new(owner, options)?.connect().await?;
        let connected = tokio::spawn(connection);
        let this = Self { client: Arc::new(client), connected };
        let client = &this.client;
        let patient = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0";
        client.batch_execute(patient).await.doing("setting up a connection")?;
        let present = migrate::version(client).await?.unwrap_or(0);
        if present < options.schema.version() {
            return Err(OpenError::Outdated(present));
        }
        if present > options.schema.version() {
            return Err(too_new(present, options.schema).into());
        }
        Ok(this)
    }

    /// Whether a copy into this database was begun and not ended.
    async fn is_unfinished(&self) -> Result<bool, StoreError> {
        const LOOK: &str = "SELECT unfinished FROM installation";
        let row = self.client.query_one(LOOK, &[]).await;
        Ok(row.doing("looking whether the store is whole")?.get(0))
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.connected.abort();
    }
}

fn unfinished() -> StoreError {
    let context = "a copy into it was not brought to its end";
    StoreError::new(StoreErrorKind::Unfinished, context)
}

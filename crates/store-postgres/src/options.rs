//! What an operator may choose.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use cartola_primitives::Secret;

use crate::schema::Schema;

/// Connections of one process, unless said otherwise. PostgreSQL takes 100 of all processes unless
/// told more; a unit of work holds one for some milliseconds.
const CONNECTIONS: usize = 16;

/// How long a caller waits for a connection, unless said otherwise.
const CONNECTION_PATIENCE: Duration = Duration::from_secs(10);

/// How long PostgreSQL works on one statement, unless said otherwise. Inserting five thousand rows
/// takes a tenth of a second.
const STATEMENT_PATIENCE: Duration = Duration::from_mins(1);

/// How long a statement waits for a row that another unit holds, unless said otherwise. An import of
/// a million rows holds its tenant's feed for half a minute.
const LOCK_PATIENCE: Duration = Duration::from_secs(40);

/// How a store is reached, and how it is run.
pub struct Options {
    /// `postgres://user:password@host:port/database`. The role may neither be a superuser nor own
    /// the tables. With `?sslmode=disable`, nothing is encrypted; so it is to this machine unless
    /// `require` is said. To every other one TLS is required, and the host's name is checked.
    pub url: Secret<String>,
    /// The same with the role that owns the tables. Where it is given, the schema is brought up to
    /// date at the start.
    pub owner: Option<Secret<String>>,
    /// Certificates (PEM) of those who may vouch for the server; the system's when absent.
    pub authorities: Option<PathBuf>,
    /// Connections that are open at most; one more serves to listen.
    pub connections: usize,
    /// How long to wait for one of them, and for a new one, before the answer is
    /// [`cartola_store::StoreErrorKind::Busy`].
    pub connection_patience: Duration,
    /// How long one statement may take, likewise.
    pub statement_patience: Duration,
    /// How long one statement may wait for others, likewise.
    pub lock_patience: Duration,
    /// What this process calls itself where others ask who is alive: a word, such as `serve`, or
    /// nothing.
    pub process: &'static str,
    /// What this program knows. Only tests know anything else than ours.
    pub schema: Schema,
}

impl Options {
    /// As usual, for this URL.
    pub fn of(url: Secret<String>) -> Self {
        Self {
            url,
            owner: None,
            authorities: None,
            connections: CONNECTIONS,
            connection_patience: CONNECTION_PATIENCE,
            statement_patience: STATEMENT_PATIENCE,
            lock_patience: LOCK_PATIENCE,
            process: "",
            schema: Schema::OURS,
        }
    }

    /// Takes the owner's URL out, so that a store that is opened with the rest is left as it is; gives
    /// the same options with it.
    #[must_use]
    pub fn take_owner(&mut self) -> Self {
        Self {
            url: Secret::new(self.url.expose().clone()),
            owner: self.owner.take(),
            authorities: self.authorities.clone(),
            ..*self
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("authorities", &self.authorities)
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}

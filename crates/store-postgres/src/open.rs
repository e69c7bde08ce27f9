//! Why a store cannot be opened.

use cartola_store::StoreError;

use crate::presence::{Process, told};
use crate::schema::Schema;

/// Why a store cannot be opened, or its schema not be brought up to date. Never shows a part of a URL.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is none.
    #[error(
        "the URL of the database cannot be read: it is `postgres://user:password@host:port/database`, \
         with special characters of the password percent-encoded"
    )]
    Url,
    /// The file of authorities is not there, or has no certificate that can be used.
    #[error("the certificates of the database's authorities cannot be used: {0}")]
    Authorities(String),
    /// The schema is older than what this program writes, and the owner's URL was not given.
    #[error(
        "the database has schema {0}, this program needs {needed}: start it once with the URL of the \
         owning role", needed = Schema::OURS.needed()
    )]
    Outdated(usize),
    /// Row-level security would not hold the role that serves.
    #[error(
        "the role that serves must neither own the tables, nor be a superuser, nor bypass row-level \
         security: that is the second wall between tenants"
    )]
    Role,
    /// There is no URL of an owning role.
    #[error("the schema is brought up to date with the URL of the owning role, which is not given")]
    Owner,
    /// A migration takes away what processes that are alive still use.
    #[error(
        "schema {number} ({name}) takes away what programs before schema {oldest} use, and these are \
         alive: {}", told(.processes)
    )]
    Alive {
        /// The schema that it leads to.
        number: usize,
        /// What the migration is called.
        name: &'static str,
        /// The earliest schema whose programs go on.
        oldest: usize,
        /// Who must end first.
        processes: Vec<Process>,
    },
    /// Others use a database that must not be in use.
    #[error("the database is in use by {}", told(.0))]
    InUse(Vec<Process>),
    /// The database does not answer, refuses, or was written by a newer version.
    #[error(transparent)]
    Store(#[from] StoreError),
}

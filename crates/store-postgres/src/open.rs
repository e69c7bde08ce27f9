//! Why a store cannot be opened.

use cartola_store::StoreError;

use crate::migrate::SCHEMA;

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
        "the database has schema {0}, this program needs {SCHEMA}: start it once with the URL of the \
         owning role"
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
    /// The database does not answer, refuses, or was written by a newer version.
    #[error(transparent)]
    Store(#[from] StoreError),
}

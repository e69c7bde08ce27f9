//! What PostgreSQL and the way to it say, in the store's words.
//!
//! Nothing here repeats a value: PostgreSQL's details may quote one, and are left out. Only its class
//! of error (SQLSTATE), its message's first line where it names no value, and the names of tables
//! and constraints go along.

use std::fmt;

use cartola_store::{StoreError, StoreErrorKind};
use deadpool_postgres::PoolError;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

/// Turns a backend's result into the store's, saying what was being done.
pub trait Doing<T> {
    /// `context` names the step, without personal data.
    fn doing(self, context: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, Error> {
    fn doing(self, context: &'static str) -> Result<T, StoreError> {
        self.map_err(|error| StoreError::new(kind_of(&error), context).caused_by(Said::of(&error)))
    }
}

impl<T> Doing<T> for Result<T, PoolError> {
    fn doing(self, context: &'static str) -> Result<T, StoreError> {
        self.map_err(|error| match error {
            PoolError::Backend(error) => {
                StoreError::new(kind_of(&error), context).caused_by(Said::of(&error))
            }
            PoolError::Timeout(_) => StoreError::new(StoreErrorKind::Busy, context)
                .caused_by(Said("no connection became free in time".to_owned())),
            _ => StoreError::new(StoreErrorKind::Busy, context)
                .caused_by(Said("the pool of connections gave none".to_owned())),
        })
    }
}

/// What may be repeated of an error.
#[derive(Debug)]
struct Said(String);

impl Said {
    fn of(error: &Error) -> Self {
        Self(error.as_db_error().map_or_else(|| of_connection(error), of_database))
    }
}

fn of_database(error: &DbError) -> String {
    let part = |name: &str, value: Option<&str>| {
        value.map(|value| format!(", {name} {value}")).unwrap_or_default()
    };
    format!(
        "PostgreSQL answers {}{}{}{}",
        error.code().code(),
        part("table", error.table()),
        part("constraint", error.constraint()),
        part("routine", error.routine()),
    )
}

fn of_connection(error: &Error) -> String {
    let source = std::error::Error::source(error).map(|source| format!(": {source}"));
    format!("{error}{}", source.filter(|_| error.is_closed() || is_io(error)).unwrap_or_default())
}

fn is_io(error: &Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
}

impl fmt::Display for Said {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Said {}

/// The class of a failure. Before a commit was asked for, a lost connection has written nothing, so
/// that the same can be asked again later.
fn kind_of(error: &Error) -> StoreErrorKind {
    let Some(code) = error.code() else {
        return if is_conversion(error) { StoreErrorKind::Misuse } else { StoreErrorKind::Busy };
    };
    match code.code() {
        "23505" | "40001" | "40P01" => StoreErrorKind::Conflict,
        "53100" | "53400" => StoreErrorKind::Full,
        // Damaged data or indexes.
        "XX001" | "XX002" => StoreErrorKind::Corrupt,
        // Locks that were not had in time, and statements that took too long or were cancelled.
        "55P03" | "57014" | "25P03" => StoreErrorKind::Busy,
        // Wrong name or password, or a database that is not there: nothing that passes.
        "28000" | "28P01" | "3D000" => StoreErrorKind::Unavailable,
        other => match &other[..2] {
            "08" | "53" | "57" => StoreErrorKind::Busy,
            "58" => StoreErrorKind::Unavailable,
            _ => StoreErrorKind::Misuse,
        },
    }
}

fn is_conversion(error: &Error) -> bool {
    let text = error.to_string();
    text.starts_with("error serializing") || text.starts_with("error deserializing")
}

/// Whether the whole transaction can be tried again at once: it lost against another one.
pub fn is_contended(error: &Error) -> bool {
    let code = error.code();
    code == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
        || code == Some(&SqlState::T_R_DEADLOCK_DETECTED)
}

/// Whether a movement has no partition to go to.
pub fn is_without_month(error: &Error) -> bool {
    error.as_db_error().is_some_and(|error| {
        error.code() == &SqlState::CHECK_VIOLATION && error.constraint().is_none()
    })
}

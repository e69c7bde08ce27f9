//! What PostgreSQL and the way to it say, in the store's words.
//!
//! Nothing here repeats a value. What PostgreSQL says of a row that it refuses may quote the row: of
//! such errors only the class (SQLSTATE) and the names of table and constraint go along.

use std::error::Error as _;
use std::fmt;

use cartola_store::{StoreError, StoreErrorKind};
use deadpool::managed::{HookError, PoolError};
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

/// Turns a backend's result into the store's, saying what was being done.
pub trait Doing<T> {
    /// `context` names the step, without personal data.
    fn doing(self, context: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, Error> {
    fn doing(self, context: &'static str) -> Result<T, StoreError> {
        self.map_err(|error| of(&error, context))
    }
}

impl<T> Doing<T> for Result<T, PoolError<Error>> {
    fn doing(self, context: &'static str) -> Result<T, StoreError> {
        let busy = |why: &str| StoreError::new(StoreErrorKind::Busy, context).caused_by(why);
        self.map_err(|error| match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                of(&error, context)
            }
            PoolError::PostCreateHook(HookError::Message(why)) => busy(&why),
            PoolError::Timeout(_) => busy("no connection became free, or was made, in time"),
            _ => busy("the pool of connections gave none"),
        })
    }
}

/// A failure in the store's words.
pub fn of(error: &Error, context: &'static str) -> StoreError {
    StoreError::new(kind_of(error), context).caused_by(Said::of(error))
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
    let code = error.code().code();
    // Of connections, roles, names in our own statements, and resources: nothing of a row.
    let message = matches!(&code[..2], "08" | "28" | "3D" | "42" | "53" | "55" | "57" | "58")
        .then(|| error.message());
    format!(
        "PostgreSQL answers {code}{}{}{}",
        message.map(|message| format!(" ({message})")).unwrap_or_default(),
        part("table", error.table()),
        part("constraint", error.constraint()),
    )
}

fn of_connection(error: &Error) -> String {
    match error.source() {
        Some(source) if source.is::<std::io::Error>() => format!("{error}: {source}"),
        _ => error.to_string(),
    }
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
        "53100" => StoreErrorKind::Full,
        // Damaged data or indexes.
        "XX001" | "XX002" => StoreErrorKind::Corrupt,
        // Locks that were not had in time, transactions that stood still for too long, and writes
        // while a copy takes over.
        "55P03" | "25P03" | "25006" => StoreErrorKind::Busy,
        other => match &other[..2] {
            // Connections, resources, and whoever shut down, restarted or cancelled.
            "08" | "53" | "57" => StoreErrorKind::Busy,
            // Wrong name or password, a database that is not there, a disk that fails: nothing that
            // passes.
            "28" | "3D" | "58" => StoreErrorKind::Unavailable,
            _ => StoreErrorKind::Misuse,
        },
    }
}

fn is_conversion(error: &Error) -> bool {
    let text = error.to_string();
    text.starts_with("error serializing") || text.starts_with("error deserializing")
}

/// Whether the connection broke off, or was ended by the server: what it was asked last may have been
/// done.
pub fn is_lost(error: &Error) -> bool {
    error.code().map_or(!is_conversion(error), |code| {
        matches!(&code.code()[..2], "08" | "57" | "58" | "XX")
    })
}

/// Whether the way to the database or the database is gone, whatever was asked of it: the server ends
/// connections for reasons of its own, but a statement that took too long is a matter of that one.
pub fn is_gone(error: &Error) -> bool {
    is_lost(error)
        && error
            .code()
            .is_none_or(|code| code != &SqlState::QUERY_CANCELED && !code.code().starts_with("XX"))
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

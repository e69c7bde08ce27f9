//! What SQLite and the file system say, in the store's words.
//!
//! Nothing here repeats a value: SQLite names columns and tables, and values are always bound.

use std::io;

use cartola_store::{StoreError, StoreErrorKind};
use rusqlite::ErrorCode;
use rusqlite::ffi::{
    SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID, SQLITE_CONSTRAINT_UNIQUE,
};

/// Turns a backend's result into the store's, saying what was being done.
pub trait Doing<T> {
    /// `context` names the step, without personal data.
    fn doing(self, context: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for rusqlite::Result<T> {
    fn doing(self, context: &'static str) -> Result<T, StoreError> {
        self.map_err(|error| StoreError::new(kind_of(&error), context).caused_by(error))
    }
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, context: &'static str) -> Result<T, StoreError> {
        self.map_err(|error| StoreError::new(kind_of_io(&error), context).caused_by(error))
    }
}

fn kind_of(error: &rusqlite::Error) -> StoreErrorKind {
    use rusqlite::Error;
    match error {
        Error::SqliteFailure(failure, _) => kind_of_failure(*failure),
        Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..)
        | Error::QueryReturnedNoRows
        | Error::Utf8Error(..) => StoreErrorKind::Corrupt,
        Error::ToSqlConversionFailure(_) => StoreErrorKind::Misuse,
        _ => StoreErrorKind::Unavailable,
    }
}

fn kind_of_failure(failure: rusqlite::ffi::Error) -> StoreErrorKind {
    match failure.code {
        ErrorCode::ConstraintViolation => match failure.extended_code {
            SQLITE_CONSTRAINT_PRIMARYKEY | SQLITE_CONSTRAINT_ROWID | SQLITE_CONSTRAINT_UNIQUE => {
                StoreErrorKind::Conflict
            }
            _ => StoreErrorKind::Misuse,
        },
        ErrorCode::TooBig | ErrorCode::TypeMismatch => StoreErrorKind::Misuse,
        ErrorCode::DiskFull => StoreErrorKind::Full,
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreErrorKind::Busy,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreErrorKind::Corrupt,
        _ => StoreErrorKind::Unavailable,
    }
}

fn kind_of_io(error: &io::Error) -> StoreErrorKind {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreErrorKind::Full,
        io::ErrorKind::AlreadyExists => StoreErrorKind::Conflict,
        _ => StoreErrorKind::Unavailable,
    }
}

/// Whether nothing may be written after this failure until the process has been restarted.
pub fn poisons(error: &StoreError) -> bool {
    let source = error.source.as_ref().and_then(|source| source.downcast_ref::<rusqlite::Error>());
    matches!(
        source.and_then(rusqlite::Error::sqlite_error_code),
        Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}

/// The same failure once more, for another unit of the same transaction.
pub fn copy_of(error: &StoreError) -> StoreError {
    let copy = StoreError::new(error.kind, error.context.clone());
    match &error.source {
        Some(source) => copy.caused_by(source.to_string()),
        None => copy,
    }
}

//! How a failure is told: one sentence that says what to do, on stderr.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Error;
use cartola_engine::EngineError;
use cartola_engine::imports::ImportError;
use cartola_engine::links::LinkError;
use cartola_engine::tenants::TenantError;
use cartola_store::{StoreError, StoreErrorKind};

/// Something could not be done.
pub const FAILED: u8 = 1;

/// The command was used in a wrong way, as clap's own exit code says too.
const WRONG_USE: u8 = 2;

/// The caller asked for something that cannot be meant.
#[derive(Debug)]
pub struct WrongUse(pub String);

impl std::fmt::Display for WrongUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongUse {}

/// A wrong use.
pub fn wrong_use(sentence: impl Into<String>) -> Error {
    Error::new(WrongUse(sentence.into()))
}

/// Says what went wrong, and with which code to end. Whoever reads the output of a command that does
/// nothing but print may stop reading: that is no failure.
pub fn report(error: &Error, only_prints: bool) -> ExitCode {
    if only_prints && is_broken_pipe(error) {
        return ExitCode::SUCCESS;
    }
    // Nothing is left to be told to where stderr is closed too.
    let _ = writeln!(io::stderr().lock(), "cartola: {}", sentence(error));
    ExitCode::from(if error.is::<WrongUse>() { WRONG_USE } else { FAILED })
}

/// The whole chain in one sentence. A cause that repeats what stands before it is left out.
pub fn sentence(error: &Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if text.ends_with(&cause) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause);
    }
    if let Some(advice) = advice(error) {
        text.push_str("; ");
        text.push_str(advice);
    }
    text
}

fn is_broken_pipe(error: &Error) -> bool {
    error.chain().any(|cause| io_kind(cause) == Some(io::ErrorKind::BrokenPipe))
}

/// What went wrong with a file or pipe. The writers of CSV and JSON do not name it as their source.
fn io_kind(error: &(dyn std::error::Error + 'static)) -> Option<io::ErrorKind> {
    if let Some(error) = error.downcast_ref::<csv::Error>() {
        return match error.kind() {
            csv::ErrorKind::Io(error) => Some(error.kind()),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref::<serde_json::Error>() {
        return error.io_error_kind();
    }
    error.downcast_ref::<io::Error>().map(io::Error::kind)
}

fn advice(error: &Error) -> Option<&'static str> {
    error.chain().find_map(store_kind).map(|kind| match kind {
        StoreErrorKind::Full => "make room on the disk of the store and try again",
        StoreErrorKind::Unavailable => {
            "it may have been done: look after the disk of the data folder, or after the database, \
             and look what is there before trying again"
        }
        StoreErrorKind::Busy | StoreErrorKind::Conflict => {
            "the store is busy or does not answer; try again"
        }
        StoreErrorKind::Corrupt => {
            "`cartola doctor` says what is wrong, `cartola restore` brings back a backup"
        }
        StoreErrorKind::TooNew => "use the version of cartola that wrote it, or a later one",
        StoreErrorKind::Unfinished => "run `cartola copy` again, which begins anew",
        StoreErrorKind::Misuse => "this is a defect of cartola; please report it",
    })
}

fn store_kind(error: &(dyn std::error::Error + 'static)) -> Option<StoreErrorKind> {
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return Some(error.kind);
    }
    match error.downcast_ref::<EngineError>().or_else(|| engine_error(error)) {
        Some(EngineError::Store(error)) => Some(error.kind),
        _ => None,
    }
}

/// What the errors of use cases pass on as their own does not show among the causes.
fn engine_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a EngineError> {
    if let Some(ImportError::Engine(engine)) = error.downcast_ref() {
        return Some(engine);
    }
    if let Some(TenantError::Engine(engine)) = error.downcast_ref() {
        return Some(engine);
    }
    match error.downcast_ref()? {
        LinkError::Engine(engine) | LinkError::Answer(ImportError::Engine(engine)) => Some(engine),
        _ => None,
    }
}

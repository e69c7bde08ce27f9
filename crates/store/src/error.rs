//! Why the store did not do as asked.

use std::error::Error;

/// The class of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoreErrorKind {
    /// An expected version is no longer the present one, or a row that must be new exists.
    Conflict,
    /// The disk is full, or a quota is reached. Nothing was written.
    Full,
    /// Storage failed in a way after which nobody can say what was written. The embedded store writes
    /// nothing more until the process has been restarted. A shared one lost the connection at one
    /// commit, and takes the next: whoever has made sure that twice has one effect may ask again.
    Unavailable,
    /// Too many units of work wait already, or a shared store does not answer just now. Nothing was
    /// written.
    Busy,
    /// What was read cannot be what was written.
    Corrupt,
    /// The store was written by a newer version of this program.
    TooNew,
    /// The store is a copy that was not brought to its end, and nothing may be made of it.
    Unfinished,
    /// A command that cannot be applied to any state: a defect of ours.
    Misuse,
}

/// Whether asking again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Retry {
    /// Read again, decide again, and commit again at once.
    AfterReread,
    /// Later, without change.
    Later,
    /// Not without a person.
    Never,
}

/// A failure of the store, with what was being done.
#[derive(Debug, thiserror::Error)]
#[error("{context}")]
pub struct StoreError {
    /// The class.
    pub kind: StoreErrorKind,
    /// What was being done, without personal data.
    pub context: String,
    /// What the backend said.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// A failure without an underlying one.
    pub fn new(kind: StoreErrorKind, context: impl Into<String>) -> Self {
        Self { kind, context: context.into(), source: None }
    }

    /// Adds what the backend said.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Another writer was first.
    pub fn conflict(context: impl Into<String>) -> Self {
        Self::new(StoreErrorKind::Conflict, context)
    }

    /// What was read cannot be what was written.
    pub fn corrupt(context: impl Into<String>) -> Self {
        Self::new(StoreErrorKind::Corrupt, context)
    }

    /// Whether asking again can help.
    pub const fn retry(&self) -> Retry {
        match self.kind {
            StoreErrorKind::Conflict => Retry::AfterReread,
            StoreErrorKind::Busy | StoreErrorKind::Full => Retry::Later,
            StoreErrorKind::Unavailable
            | StoreErrorKind::Corrupt
            | StoreErrorKind::TooNew
            | StoreErrorKind::Unfinished
            | StoreErrorKind::Misuse => Retry::Never,
        }
    }
}

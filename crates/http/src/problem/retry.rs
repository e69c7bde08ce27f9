//! What a caller that was refused should do.

use serde::Serialize;
use utoipa::ToSchema;

/// Whether asking again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "advice", rename_all = "snake_case")]
#[schema(as = Retry)]
pub enum Retry {
    /// Asking again changes nothing; somebody has to look at it.
    Never,
    /// After the request, the file or the key has been changed.
    AfterChange,
    /// The same request later.
    Later {
        /// How long to wait at least, in seconds; the `Retry-After` header says the same.
        after_seconds: u32,
    },
}

impl Retry {
    /// The stable name of the advice.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::AfterChange => "after_change",
            Self::Later { .. } => "later",
        }
    }

    /// How long to wait, if waiting helps.
    pub const fn after_seconds(self) -> Option<u32> {
        match self {
            Self::Later { after_seconds } => Some(after_seconds),
            Self::Never | Self::AfterChange => None,
        }
    }
}

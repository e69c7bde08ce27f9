//! What a batch covers and where its balances do not follow from one another.

use cartola_primitives::Date;
use serde::{Deserialize, Serialize};

use crate::SourceKind;

/// The days of an account that a batch speaks for. Only within them can it amend or remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// First day.
    pub from: Date,
    /// Last day, included.
    pub to: Date,
    /// Whether every movement of those days is in the batch, so that one which is absent no
    /// longer exists at the bank. See [`Self::proves_absence`] for the first and the last day.
    pub complete: bool,
}

impl Coverage {
    /// Whether the day lies within.
    pub fn contains(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// Whether the absence of a movement on that day means that the bank no longer has it. A
    /// statement may be cut in the middle of its first and of its last day; an institution that was
    /// asked for some days has told of them whole.
    pub fn proves_absence(&self, source: SourceKind, day: Date) -> bool {
        let inner = self.from < day && day < self.to;
        let whole = source == SourceKind::Institution && self.contains(day);
        self.complete && (inner || whole)
    }
}

/// A place where the balance printed is not the balance before plus the amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceGap {
    /// The day of the line whose balance does not follow.
    pub on: Date,
    /// Where in the file that line stands; absent when the gap lies between two files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The balance that would follow, in minor units.
    pub expected: i64,
    /// The balance that is printed, in minor units.
    pub found: i64,
}

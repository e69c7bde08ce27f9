//! Why a source's line counts as a movement that is already known.

use serde::{Deserialize, Serialize};

/// The reason of one source record's place under its movement, from the strongest evidence to the
/// weakest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeReason {
    /// The first source that told of it.
    First,
    /// The bank's own reference is the same.
    SameReference,
    /// Day, amount, balance after, text and document are the same.
    IdenticalLine,
    /// Day, amount and balance after are the same; the text differs.
    SameBalance,
    /// Day, amount, text and document are the same, and one of the two has no balance; the n-th
    /// equal line of one file is the n-th of the other.
    SameLine,
    /// As [`Self::SameLine`], but one text is the other cut short, and no other line could be meant.
    TruncatedText,
    /// Day and amount are the same, a complete statement of that day has no other line that could
    /// be this movement, and there is no other movement that the line could be.
    OnlyCandidate,
    /// A complete statement of that day does not have it.
    Absent,
    /// Somebody decided that this line is a movement of its own.
    Split,
}

impl MergeReason {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::First,
        Self::SameReference,
        Self::IdenticalLine,
        Self::SameBalance,
        Self::SameLine,
        Self::TruncatedText,
        Self::OnlyCandidate,
        Self::Absent,
        Self::Split,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::SameReference => "same_reference",
            Self::IdenticalLine => "identical_line",
            Self::SameBalance => "same_balance",
            Self::SameLine => "same_line",
            Self::TruncatedText => "truncated_text",
            Self::OnlyCandidate => "only_candidate",
            Self::Absent => "absent",
            Self::Split => "split",
        }
    }

    /// The reason of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

//! The states of an instruction by name, and which may follow which.

/// A state without its data, for lists and tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InstructionStanding {
    /// [`super::InstructionState::Requested`].
    Requested,
    /// [`super::InstructionState::Submitting`].
    Submitting,
    /// [`super::InstructionState::Challenged`].
    Challenged,
    /// [`super::InstructionState::Settling`].
    Settling,
    /// [`super::InstructionState::Available`].
    Available,
    /// [`super::InstructionState::InDoubt`].
    InDoubt,
    /// [`super::InstructionState::Cancelling`].
    Cancelling,
    /// [`super::InstructionState::Completed`].
    Completed,
    /// [`super::InstructionState::Claimed`].
    Claimed,
    /// [`super::InstructionState::Expired`].
    Expired,
    /// [`super::InstructionState::Cancelled`].
    Cancelled,
    /// [`super::InstructionState::Failed`].
    Failed,
}

use InstructionStanding::{
    Available, Cancelled, Cancelling, Challenged, Claimed, Completed, Expired, Failed, InDoubt,
    Requested, Settling, Submitting,
};

/// Every step that there is.
const STEPS: [(InstructionStanding, &[InstructionStanding]); 12] = [
    (Requested, &[Submitting, Cancelled, Failed]),
    (
        Submitting,
        &[Challenged, Settling, Available, InDoubt, Completed, Claimed, Expired, Cancelled, Failed],
    ),
    (
        Challenged,
        &[
            Challenged, Settling, Available, Cancelling, Completed, Claimed, Expired, Cancelled,
            Failed,
        ],
    ),
    (Settling, &[Settling, Available, Completed, Claimed, Expired, Cancelled, Failed]),
    (Available, &[Available, Cancelling, Claimed, Expired, Cancelled]),
    (InDoubt, &[Challenged, Settling, Available, Cancelling, Completed, Claimed, Expired, Failed]),
    (Cancelling, &[Settling, Completed, Claimed, Expired, Cancelled, Failed]),
    (Completed, &[]),
    (Claimed, &[]),
    (Expired, &[]),
    (Cancelled, &[]),
    (Failed, &[]),
];

impl InstructionStanding {
    /// Every one.
    pub const ALL: [Self; 12] = [
        Requested, Submitting, Challenged, Settling, Available, InDoubt, Cancelling, Completed,
        Claimed, Expired, Cancelled, Failed,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Requested => "requested",
            Submitting => "submitting",
            Challenged => "challenged",
            Settling => "settling",
            Available => "available",
            InDoubt => "in_doubt",
            Cancelling => "cancelling",
            Completed => "completed",
            Claimed => "claimed",
            Expired => "expired",
            Cancelled => "cancelled",
            Failed => "failed",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.name() == name)
    }

    /// Whether nothing follows.
    pub const fn is_final(self) -> bool {
        matches!(self, Completed | Claimed | Expired | Cancelled | Failed)
    }

    /// Whether the bank is being asked, so that the next state follows by itself and soon.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Requested | Submitting | Cancelling)
    }

    /// Whether that may follow.
    pub fn may_become(self, next: Self) -> bool {
        STEPS.iter().any(|(from, to)| *from == self && to.contains(&next))
    }
}

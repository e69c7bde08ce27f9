//! The states of a payment by name, and which may follow which.

/// A state without its data, for lists and tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PaymentStanding {
    /// [`super::PaymentState::Requested`].
    Requested,
    /// [`super::PaymentState::Submitting`].
    Submitting,
    /// [`super::PaymentState::Challenged`].
    Challenged,
    /// [`super::PaymentState::Answered`].
    Answered,
    /// [`super::PaymentState::Answering`].
    Answering,
    /// [`super::PaymentState::Settling`].
    Settling,
    /// [`super::PaymentState::InDoubt`].
    InDoubt,
    /// [`super::PaymentState::Withdrawing`].
    Withdrawing,
    /// [`super::PaymentState::Completed`].
    Completed,
    /// [`super::PaymentState::Failed`].
    Failed,
}

use PaymentStanding::{
    Answered, Answering, Challenged, Completed, Failed, InDoubt, Requested, Settling, Submitting,
    Withdrawing,
};

/// Every step that there is.
const STEPS: [(PaymentStanding, &[PaymentStanding]); 10] = [
    (Requested, &[Submitting, Failed]),
    (Submitting, &[Requested, Challenged, Settling, InDoubt, Completed, Failed]),
    (Challenged, &[Challenged, Answered, Settling, Withdrawing, Completed, Failed]),
    (Answered, &[Challenged, Answering, Withdrawing]),
    (Answering, &[Challenged, Settling, InDoubt, Completed, Failed]),
    // Some say that they are at it before they have asked.
    (Settling, &[Challenged, Settling, Completed, Failed]),
    (InDoubt, &[Challenged, Settling, Withdrawing, Completed, Failed]),
    (Withdrawing, &[Settling, Completed, Failed]),
    (Completed, &[]),
    (Failed, &[]),
];

impl PaymentStanding {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Requested,
        Submitting,
        Challenged,
        Answered,
        Answering,
        Settling,
        InDoubt,
        Withdrawing,
        Completed,
        Failed,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Requested => "requested",
            Submitting => "submitting",
            Challenged => "challenged",
            Answered => "answered",
            Answering => "answering",
            Settling => "settling",
            InDoubt => "in_doubt",
            Withdrawing => "withdrawing",
            Completed => "completed",
            Failed => "failed",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.name() == name)
    }

    /// Whether nothing follows.
    pub const fn is_final(self) -> bool {
        matches!(self, Completed | Failed)
    }

    /// Whether the bank is being asked, so that the next state follows by itself and soon.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Requested | Submitting | Answered | Answering | Withdrawing)
    }

    /// Whether that may follow.
    pub fn may_become(self, next: Self) -> bool {
        STEPS.iter().any(|(from, to)| *from == self && to.contains(&next))
    }
}

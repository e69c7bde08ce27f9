//! The states of an authorization by name, and which may follow which.

/// A state without its data, for lists and tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AuthorizationStanding {
    /// [`super::AuthorizationState::Pending`].
    Pending,
    /// [`super::AuthorizationState::Approved`].
    Approved,
    /// [`super::AuthorizationState::Used`].
    Used,
    /// [`super::AuthorizationState::Denied`].
    Denied,
    /// [`super::AuthorizationState::Expired`].
    Expired,
    /// [`super::AuthorizationState::Cancelled`].
    Cancelled,
}

use AuthorizationStanding::{Approved, Cancelled, Denied, Expired, Pending, Used};

/// Every step that there is.
const STEPS: [(AuthorizationStanding, &[AuthorizationStanding]); 6] = [
    (Pending, &[Approved, Denied, Expired, Cancelled]),
    (Approved, &[Used, Expired, Cancelled]),
    (Used, &[]),
    (Denied, &[]),
    (Expired, &[]),
    (Cancelled, &[]),
];

impl AuthorizationStanding {
    /// Every one.
    pub const ALL: [Self; 6] = [Pending, Approved, Used, Denied, Expired, Cancelled];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Pending => "pending",
            Approved => "approved",
            Used => "used",
            Denied => "denied",
            Expired => "expired",
            Cancelled => "cancelled",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.name() == name)
    }

    /// Whether nothing follows.
    pub const fn is_final(self) -> bool {
        matches!(self, Used | Denied | Expired | Cancelled)
    }

    /// Whether that may follow.
    pub fn may_become(self, next: Self) -> bool {
        STEPS.iter().any(|(from, to)| *from == self && to.contains(&next))
    }
}

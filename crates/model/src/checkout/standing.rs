//! The states of a checkout by name.

/// A state without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CheckoutStanding {
    /// [`super::CheckoutState::Open`].
    Open,
    /// [`super::CheckoutState::Paying`].
    Paying,
    /// [`super::CheckoutState::Paid`].
    Paid,
    /// [`super::CheckoutState::Failed`].
    Failed,
    /// [`super::CheckoutState::Expired`].
    Expired,
}

impl CheckoutStanding {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Open, Self::Paying, Self::Paid, Self::Failed, Self::Expired];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paying => "paying",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.name() == name)
    }

    /// Whether nothing follows.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Paid | Self::Failed | Self::Expired)
    }
}

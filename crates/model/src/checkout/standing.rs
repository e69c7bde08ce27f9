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

    /// Whether nothing follows.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Paid | Self::Failed | Self::Expired)
    }
}

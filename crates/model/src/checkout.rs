//! A checkout: one amount that a payer is asked for on a page, from their choice of a bank to its end.
//!
//! It is paid by one payment at a time. Where a payment fails for a reason that the payer can mend, or
//! another bank can, the checkout is open again; the payments before have failed for good, so that
//! money moves once at most.

mod standing;

use cartola_primitives::id::PaymentId;
use serde::{Deserialize, Serialize};

use crate::{Failure, InvalidTransition, PaymentFailure, PaymentState, TransferFailure};

pub use standing::CheckoutStanding;

/// Payments that one checkout begins at most: a bank locks who tries more wrong passwords, and a page
/// is no place to try other people's.
pub const MAX_PAYMENTS: u32 = 5;

/// Where a checkout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CheckoutState {
    /// The payer is to choose a bank.
    Open {
        /// Payments that were begun.
        begun: u32,
        /// The last of them, which failed.
        failed: Option<FailedPayment>,
    },
    /// A payment is under way.
    Paying {
        /// Payments that were begun, this one too.
        begun: u32,
        /// Which.
        payment: PaymentId,
    },
    /// The money has moved, once. Final.
    Paid {
        /// By which payment.
        payment: PaymentId,
    },
    /// No money has moved and none will. Final.
    Failed {
        /// The last payment; absent where the payer left before there was one.
        payment: Option<PaymentId>,
        /// Why.
        reason: PaymentFailure,
    },
    /// Nobody paid in time. Final.
    Expired {
        /// The last payment, which failed.
        failed: Option<FailedPayment>,
    },
}

/// A payment that failed, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedPayment {
    /// Which.
    pub payment: PaymentId,
    /// Why.
    pub reason: PaymentFailure,
}

impl CheckoutState {
    /// As it begins.
    pub const fn opened() -> Self {
        Self::Open { begun: 0, failed: None }
    }

    /// Its name without its data.
    pub const fn standing(&self) -> CheckoutStanding {
        match self {
            Self::Open { .. } => CheckoutStanding::Open,
            Self::Paying { .. } => CheckoutStanding::Paying,
            Self::Paid { .. } => CheckoutStanding::Paid,
            Self::Failed { .. } => CheckoutStanding::Failed,
            Self::Expired { .. } => CheckoutStanding::Expired,
        }
    }

    /// Whether it stays so whatever anybody does.
    pub const fn is_final(&self) -> bool {
        self.standing().is_final()
    }

    /// The payment that was begun last.
    pub const fn payment(&self) -> Option<PaymentId> {
        match self {
            Self::Paying { payment, .. } | Self::Paid { payment } => Some(*payment),
            Self::Failed { payment, .. } => *payment,
            Self::Open { failed, .. } | Self::Expired { failed } => match failed {
                Some(failed) => Some(failed.payment),
                None => None,
            },
        }
    }

    /// A payment is begun.
    pub const fn pay(self, payment: PaymentId) -> Result<Self, InvalidTransition> {
        match self {
            Self::Open { begun, .. } if begun < MAX_PAYMENTS => {
                Ok(Self::Paying { begun: begun + 1, payment })
            }
            other => Err(other.refused(CheckoutStanding::Paying)),
        }
    }

    /// Its payment has ended. `is_over` says that no other may be begun, since its time has passed.
    pub fn told(
        self,
        of: PaymentId,
        payment: &PaymentState,
        is_over: bool,
    ) -> Result<Self, InvalidTransition> {
        match (self, payment) {
            (Self::Paying { payment, .. }, PaymentState::Completed { .. }) if payment == of => {
                Ok(Self::Paid { payment })
            }
            (Self::Paying { begun, payment }, PaymentState::Failed { reason, .. })
                if payment == of =>
            {
                let reason = *reason;
                let goes_on = !is_over && begun < MAX_PAYMENTS && can_be_mended(reason);
                Ok(if goes_on {
                    Self::Open { begun, failed: Some(FailedPayment { payment, reason }) }
                } else {
                    Self::Failed { payment: Some(payment), reason }
                })
            }
            (other, _) => Err(other.refused(CheckoutStanding::Open)),
        }
    }

    /// The payer does not want to pay.
    pub fn leave(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::Open { .. } => {
                let reason = PaymentFailure::Refused(TransferFailure::Withdrawn);
                Ok(Self::Failed { payment: self.payment(), reason })
            }
            other => Err(other.refused(CheckoutStanding::Failed)),
        }
    }

    /// Its time has passed. What is being paid comes to its end first.
    pub const fn expire(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::Open { failed, .. } => Ok(Self::Expired { failed }),
            other => Err(other.refused(CheckoutStanding::Expired)),
        }
    }

    const fn refused(&self, to: CheckoutStanding) -> InvalidTransition {
        InvalidTransition { subject: "checkout", from: self.standing().name(), to: to.name() }
    }
}

/// Whether the payer can do something about it: type again what was wrong, or take another bank, also
/// where they gave up at this one. Who has said no at their bank is not asked again.
const fn can_be_mended(reason: PaymentFailure) -> bool {
    match reason {
        PaymentFailure::Refused(
            TransferFailure::Denied | TransferFailure::UnknownPayee | TransferFailure::WrongAmount,
        ) => false,
        PaymentFailure::Refused(_) => true,
        PaymentFailure::NotMade(failure) => !matches!(
            failure,
            Failure::GatewayAuth
                | Failure::RequestInvalid
                | Failure::ConsentMissing
                | Failure::ConsentExpired
                | Failure::ConsentRevoked
        ),
    }
}

#[cfg(test)]
mod tests;

//! Giving up a payment that is not wanted any more.

use cartola_model::{PaymentFailure, PaymentState, Principal, TransferFailure};
use cartola_primitives::id::PaymentId;
use cartola_store::{Command, UnitOfWork};

use super::Payment;
use super::moving::Move;
use crate::retry::{MaybeConflict, until_settled};
use crate::{Engine, EngineError};

/// Why a payment is not given up.
#[derive(Debug, thiserror::Error)]
pub enum CancelPaymentError {
    /// There is none.
    #[error("there is no such payment")]
    Unknown,
    /// The bank is being told something at this moment, has all it wants, or it has ended.
    #[error("the payment cannot be given up as it stands")]
    NotNow,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl MaybeConflict for CancelPaymentError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

impl Engine {
    /// Gives up a payment. What its bank has not heard of has failed when this answers; about
    /// anything else the bank is asked by a job, and what it says stands: it may have settled. One
    /// that is given up already is left as it is.
    pub async fn cancel_payment(
        &self,
        who: &Principal,
        id: PaymentId,
    ) -> Result<Payment, CancelPaymentError> {
        until_settled(|| self.cancel_payment_with(who, id, &[])).await
    }

    /// The same in one unit with what else changes where it is given up now. Where that is a
    /// conflict, the caller decides again.
    pub(crate) async fn cancel_payment_with(
        &self,
        who: &Principal,
        id: PaymentId,
        also: &[Command],
    ) -> Result<Payment, CancelPaymentError> {
        let row = self.store().payment(who.tenant, id).await.map_err(EngineError::from)?;
        let row = row.ok_or(CancelPaymentError::Unknown)?;
        if is_given_up(&row.standing.state) {
            return Ok(self.shown(who, row));
        }
        let state = row.standing.state.clone().withdraw(self.now());
        let next = Move::to(state.map_err(|_| CancelPaymentError::NotNow)?);
        let (commands, row) = self.moving(who, &row, &next, None).await?;
        let mut work = UnitOfWork::new(who.tenant, self.now());
        work.commands = also.to_vec();
        work.commands.extend(commands);
        self.store().commit(work).await.map_err(EngineError::from)?;
        self.inner.moves.tell(row.id);
        Ok(self.shown(who, row))
    }
}

/// Whether it was given up, or is being.
pub(super) const fn is_given_up(state: &PaymentState) -> bool {
    matches!(
        state,
        PaymentState::Withdrawing
            | PaymentState::Failed {
                reason: PaymentFailure::Refused(TransferFailure::Withdrawn),
                ..
            }
    )
}

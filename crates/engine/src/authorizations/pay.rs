//! Payments that their payer approved.

use cartola_model::authorization::Transfer;
use cartola_model::{Operation, Principal};
use cartola_primitives::id::PaymentId;

use super::errors::UseError;
use super::used::Use;
use crate::payments::{Payment, PaymentError, PaymentOrder};
use crate::retry::{MaybeConflict, until_settled};
use crate::{Engine, EngineError};

/// Why a payment is not begun on an approval.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizedPaymentError {
    /// The approval.
    #[error(transparent)]
    Approval(UseError),
    /// The payment.
    #[error(transparent)]
    Payment(PaymentError),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<UseError> for AuthorizedPaymentError {
    fn from(error: UseError) -> Self {
        match error {
            UseError::Engine(error) => Self::Engine(error),
            error => Self::Approval(error),
        }
    }
}

impl From<PaymentError> for AuthorizedPaymentError {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::Engine(error) => Self::Engine(error),
            error => Self::Payment(error),
        }
    }
}

impl MaybeConflict for AuthorizedPaymentError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

impl Engine {
    /// The operation that a payment is, as its payer approves it; nothing where nobody is paid.
    pub fn operation_of_payment(&self, order: &PaymentOrder<'_>) -> Option<Operation> {
        let to = order.payee.as_ref().or(self.merchant())?.clone();
        Some(Operation::Transfer(Transfer {
            institution: order.institution.clone(),
            from: order.from.clone(),
            to,
            amount: order.amount,
            comment: order.comment.clone(),
        }))
    }

    /// Begins a payment that its payer approved, in the unit that uses the approval up: what is paid is
    /// what was shown, and it is paid once. The same case with the same request is the payment that it
    /// was the first time, whatever became of its approval.
    pub async fn begin_authorized_payment(
        &self,
        who: &Principal,
        order: &PaymentOrder<'_>,
        token: &str,
    ) -> Result<Payment, AuthorizedPaymentError> {
        let id: PaymentId = self.minter().mint();
        until_settled(|| async {
            if self.is_begun(who, order).await? {
                return Ok(self.begin_payment_with(who, order, id, &[]).await?);
            }
            let operation = self.operation_of_payment(order).ok_or(PaymentError::NoMerchant)?;
            let wanted = Use { token, rut: order.rut, operation: &operation };
            let (_, commands) = self.using(who, &wanted).await?;
            Ok(self.begin_payment_with(who, order, id, &commands).await?)
        })
        .await
    }

    /// Whether there is a payment of that case, be it the same or another.
    async fn is_begun(
        &self,
        who: &Principal,
        order: &PaymentOrder<'_>,
    ) -> Result<bool, EngineError> {
        let key = self.case_key(who.tenant, order.case);
        Ok(self.store().payment_of_case(who.tenant, &key).await?.is_some())
    }
}

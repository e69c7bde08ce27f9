//! Paying.

use cartola_primitives::Secret;
use cartola_primitives::id::PaymentId;

use super::jobs::{Arguments, settling};
use super::{Checkout, CheckoutError, CheckoutState, Choice};
use crate::Engine;
use crate::payments::{PaymentError, PaymentOrder};
use crate::readings::{Next, evidence};
use crate::retry::until_settled;

impl Engine {
    /// Begins the payment of a checkout that waits for one. Of several at once one is begun; the
    /// others are told [`CheckoutError::NotOpen`].
    pub async fn pay_checkout(
        &self,
        token: &str,
        choice: &Choice<'_>,
    ) -> Result<(), CheckoutError> {
        until_settled(|| self.pay_checkout_once(token, choice)).await
    }

    async fn pay_checkout_once(
        &self,
        token: &str,
        choice: &Choice<'_>,
    ) -> Result<(), CheckoutError> {
        let checkout = self.checkout(token).await?.ok_or(CheckoutError::Unknown)?;
        if checkout.is_over {
            return Err(CheckoutError::NotOpen);
        }
        let Checkout { who, row, terms, .. } = &checkout;
        let id: PaymentId = self.minter().mint();
        let state = row.standing.state.pay(id)?;
        let CheckoutState::Paying { begun, .. } = state else { return Err(CheckoutError::NotOpen) };
        let also = self.moving_checkout(who, row, state);
        let now = self.now();
        let evidence = evidence("checkout", &row.id.hex(), &choice.institution, choice.rut, now);
        let order = PaymentOrder {
            institution: choice.institution.clone(),
            rut: choice.rut,
            fields: choice.fields,
            amount: row.amount,
            from: None,
            payee: None,
            comment: terms.comment.clone(),
            case: &format!("checkout/{}/{begun}", row.id),
            // Another payment under this case is another page's, which was first.
            request: id.as_bytes(),
            evidence: &evidence,
            approval: None,
            next: Some(next(&checkout, id)),
        };
        match self.begin_payment_with(who, &order, id, &also).await {
            Ok(_) => Ok(()),
            Err(PaymentError::OtherRequest) => Err(CheckoutError::NotOpen),
            Err(error) => Err(error.into()),
        }
    }
}

/// What follows once the payment has ended.
fn next(checkout: &Checkout, payment: PaymentId) -> Next {
    let arguments = Arguments::of(&checkout.who, checkout.row.id, payment);
    let arguments = serde_json::to_vec(&arguments).expect("ids are JSON");
    Next { kind: settling(), arguments: Secret::new(arguments) }
}

//! Giving up the payment of a checkout, to try another or to leave.

use cartola_model::CheckoutState;
use cartola_model::audit::AuditEvent;
use cartola_primitives::id::PaymentId;
use cartola_store::Command;

use crate::Engine;
use crate::payments::CancelPaymentError;
use crate::retry::until_settled;

impl Engine {
    /// Gives up the payment under way, as its payer wishes. It is named, so that a page that is old
    /// gives up none that was begun since. The checkout hears how it ended, as of any other.
    pub async fn cancel_payment_of_checkout(
        &self,
        token: &str,
        payment: PaymentId,
    ) -> Result<(), CancelPaymentError> {
        let checkout = self.checkout(token).await?.ok_or(CancelPaymentError::Unknown)?;
        let (who, row) = (&checkout.who, &checkout.row);
        match row.standing.state {
            CheckoutState::Paying { payment: current, .. } if current == payment => {}
            _ => return Err(CancelPaymentError::Unknown),
        }
        let wish = AuditEvent::once("checkout.cancel", who.actor, row.id);
        let wish = [Command::Audit(wish.with("payment", payment))];
        until_settled(|| self.cancel_payment_with(who, payment, &wish)).await.map(drop)
    }
}

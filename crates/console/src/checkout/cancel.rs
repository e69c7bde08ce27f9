//! Giving up the payment under way.

use axum::response::Response;
use cartola_engine::payments::CancelPaymentError;
use cartola_primitives::id::PaymentId;

use super::asked::Asked;
use super::form::Filled;
use super::refused::Refused;
use super::send::back;

pub async fn cancel(asked: &Asked, form: &Filled) -> Result<Response, Refused> {
    let payment: PaymentId = form.text("payment").parse().map_err(|_| Refused::Form)?;
    let token = asked.checkout.token.expose();
    match asked.engine.cancel_payment_of_checkout(token, payment).await {
        Err(CancelPaymentError::Engine(error)) => Err(error.into()),
        // Where it cannot be given up, or has ended, the page says how things stand.
        Ok(()) | Err(_) => Ok(back(asked)),
    }
}

//! Leaving without having paid.

use axum::response::Response;
use cartola_engine::checkouts::CheckoutError;

use super::asked::Asked;
use super::refused::Refused;
use super::send::back;

pub async fn leave(asked: &Asked) -> Result<Response, Refused> {
    match asked.engine.leave_checkout(asked.checkout.token.expose()).await {
        Err(CheckoutError::Engine(error)) => Err(error.into()),
        // Where it is being paid, the page says so.
        Ok(()) | Err(_) => Ok(back(asked)),
    }
}

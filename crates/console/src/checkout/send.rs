//! `POST …?transactionId=TOKEN`: every form of the page. Each says in `step` what it is.

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};

use super::asked::Asked;
use super::form::Filled;
use super::refused::Refused;
use super::{answer, cancel, leave, pay};
use crate::guard::{Framed, guarded};

pub async fn send(asked: Asked, form: Filled) -> Result<Response, Refused> {
    match form.text("step") {
        "pay" => pay::pay(&asked, &form).await,
        "answer" => answer::answer(&asked, &form).await,
        "cancel" => cancel::cancel(&asked, &form).await,
        "leave" => leave::leave(&asked).await,
        _ => Err(Refused::Form),
    }
}

/// Back to the page, which shows what became of it.
pub fn back(asked: &Asked) -> Response {
    let place = format!("iframe?transactionId={}", asked.checkout.token.expose());
    let response = (StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response();
    guarded(response, &Framed::By(&asked.checkout.terms.frames))
}

//! Approving and denying.

use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::{DecideError, Verdict};
use cartola_model::Pin;
use cartola_primitives::id::AuthorizationId;

use super::holder::Asked;
use super::refused::Refused;
use super::screen::Page;
use super::send::{Sent, back};
use super::show::{name, waiting};
use super::words;

pub async fn approve(asked: &Asked, sent: &Sent) -> Result<Response, Refused> {
    match Pin::parse(sent.pin()) {
        Ok(pin) => decide(asked, sent, Verdict::Approve(pin), "approved").await,
        Err(error) => Ok(again(asked, sent, words::of_pin(error).to_owned())),
    }
}

pub async fn deny(asked: &Asked, sent: &Sent) -> Result<Response, Refused> {
    decide(asked, sent, Verdict::Deny, "denied").await
}

async fn decide(
    asked: &Asked,
    sent: &Sent,
    verdict: Verdict,
    done: &str,
) -> Result<Response, Refused> {
    let Some((_, secret)) = &asked.phone else { return Ok(back("")) };
    let id: AuthorizationId = sent.id.parse().map_err(|_| Refused::Form)?;
    let shown = sent.digest.parse().map_err(|_| Refused::Form)?;
    match asked.engine.decide_on_phone(secret.expose(), id, (verdict, shown)).await {
        Ok(_) => Ok(back(done)),
        Err(DecideError::WrongPin { left }) => Ok(again(asked, sent, words::wrong_pin(left))),
        Err(DecideError::OtherContent) => Ok(back("other")),
        Err(DecideError::Unknown | DecideError::OtherPhone | DecideError::NotPending(_)) => {
            Ok(back("gone"))
        }
        // The page says what became of the phone.
        Err(DecideError::Blocked | DecideError::PhoneEnded(_)) => Ok(back("")),
        Err(DecideError::Engine(error)) => Err(error.into()),
    }
}

/// The same page with what is wrong. Nothing was decided.
fn again(asked: &Asked, sent: &Sent, why: String) -> Response {
    let Some((phone, _)) = &asked.phone else { return back("") };
    let screen = waiting(phone, Some((sent.id.clone(), why)));
    if screen.problems().is_empty() {
        return back("gone");
    }
    Page { phone: Some(name(phone)), notice: None, screen }.answer(StatusCode::UNPROCESSABLE_ENTITY)
}

//! Opening and ending sessions.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use cartola_primitives::Secret;
use cartola_provider_mibanco::wire::{ACCESS_TOKEN_SECONDS, ErrorCode};
use cartola_provider_portal::wire::{SessionRequest, SessionResponse, TOKEN_SECONDS};

use super::caller::{DEVICE, Place};
use crate::door::{self, Refusal, bearer, json, parse};
use crate::sandbox::Sandbox;
use crate::world::Customer;

// Sessions of both protocols are kept in one place and end after the same time.
const _: () = assert!(TOKEN_SECONDS == ACCESS_TOKEN_SECONDS);

/// `POST session`
pub(crate) async fn open(
    State(sandbox): State<Sandbox>,
    place: Place,
    body: Bytes,
) -> Result<Response, Refusal> {
    let SessionRequest { user, password } = parse(&body)?;
    let customer = Customer { rut: user, institution: place.0.to_owned() };
    let proof = move |known: &crate::Credentials| known.accepts_password(password.expose());
    let tokens = door::open(&sandbox, customer, DEVICE.to_owned(), proof).await?;
    let answer = SessionResponse { token: Secret::new(tokens.access), expires_in: TOKEN_SECONDS };
    Ok(json(StatusCode::OK, &answer))
}

/// `DELETE session`
pub(crate) async fn end(
    State(sandbox): State<Sandbox>,
    _place: Place,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let token = bearer(&headers).ok_or(Refusal::new(ErrorCode::InvalidToken))?;
    sandbox.sessions().end(token);
    Ok(StatusCode::NO_CONTENT.into_response())
}

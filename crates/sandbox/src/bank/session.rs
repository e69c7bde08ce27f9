//! Opening, renewing and ending sessions.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use cartola_primitives::{Clock, Rut, Secret};
use cartola_provider_mibanco::wire::{
    ACCESS_TOKEN_SECONDS, CustomerSegment, ErrorCode, RefreshRequest, SessionCredential,
    SessionRequest, SessionResponse,
};

use super::caller::Visitor;
use crate::credentials::Credentials;
use crate::door::{self, Refusal, TokenError, Tokens, bearer, json, misbehave, parse};
use crate::sandbox::Sandbox;
use crate::world::Customer;

/// `POST session`
pub(crate) async fn open(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    body: Bytes,
) -> Result<Response, Refusal> {
    let SessionRequest { rut, credential, .. } = parse(&body)?;
    let customer = Customer { rut, institution: visitor.institution };
    let proof = move |known: &Credentials| match &credential {
        SessionCredential::Password(password) => known.accepts_password(password.expose()),
        SessionCredential::MiPin(pin) => known.accepts_pin(pin.expose()),
    };
    let tokens = door::open(&sandbox, customer, visitor.device, proof).await?;
    Ok(opened(&sandbox, rut, tokens))
}

/// `POST session/refresh`
pub(crate) async fn refresh(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    body: Bytes,
) -> Result<Response, Refusal> {
    let request: RefreshRequest = parse(&body)?;
    let now = sandbox.world().now();
    let (refresh, device) = (request.refresh_token.expose(), &visitor.device);
    let renewed = sandbox.sessions().renew(refresh, device, now, sandbox.randomness());
    let (customer, tokens) = renewed.map_err(|error| match error {
        TokenError::Unknown => Refusal::new(ErrorCode::InvalidRefreshToken),
        TokenError::OtherDevice => Refusal::new(ErrorCode::DeviceMismatch),
    })?;
    misbehave::as_customer(&sandbox, customer.rut).await?;
    Ok(opened(&sandbox, customer.rut, tokens))
}

/// `DELETE session`
pub(crate) async fn end(
    State(sandbox): State<Sandbox>,
    _visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let access = bearer(&headers).ok_or(Refusal::new(ErrorCode::InvalidToken))?;
    sandbox.sessions().end(access);
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn opened(sandbox: &Sandbox, rut: Rut, tokens: Tokens) -> Response {
    let answer = SessionResponse {
        access_token: Secret::new(tokens.access),
        refresh_token: Secret::new(tokens.refresh),
        expires_in: ACCESS_TOKEN_SECONDS,
        mi_pass_required: false,
        customer_segment: segment(sandbox, rut),
    };
    json(StatusCode::OK, &answer)
}

pub(crate) fn segment(sandbox: &Sandbox, rut: Rut) -> CustomerSegment {
    let identity = sandbox.world().population().identity(rut);
    if identity.is_some_and(|identity| identity.is_company) {
        CustomerSegment::Empresas
    } else {
        CustomerSegment::Personas
    }
}

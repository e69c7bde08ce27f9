//! Requests. Pure: values in, bytes out.

use cartola_connector::{ConnectorError, Credential, ErrorKind, Method, Request};
use cartola_primitives::{Rut, Secret};

use super::offer::Call;
use crate::wire::{SESSION_PATH, SessionRequest};

/// Names of the calls, for logs and errors.
pub const OPEN: &str = "portal.session.open";
/// Ending a session.
pub const CLOSE: &str = "portal.session.close";

/// Opens a session. Never sent twice once it may have arrived: each counts as an attempt.
pub fn open(credential: &Credential) -> Result<Request, ConnectorError> {
    let body = SessionRequest { user: user(credential)?, password: password(credential)? };
    let bytes = serde_json::to_vec(&body).map_err(|_| {
        let reason = "the request cannot be written as JSON";
        ConnectorError::new(ErrorKind::Internal, OPEN, reason).before_sending()
    })?;
    Ok(Request::new(OPEN, Method::POST, SESSION_PATH).with_json(bytes).only_once())
}

/// Ends a session.
pub fn close(token: &Secret<String>) -> Result<Request, ConnectorError> {
    Request::new(CLOSE, Method::DELETE, SESSION_PATH).with_bearer(token)
}

/// Asks for a product.
pub fn product(call: &Call, token: &Secret<String>) -> Result<Request, ConnectorError> {
    Request::new(call.operation, Method::GET, call.path).with_bearer(token)
}

fn user(credential: &Credential) -> Result<Rut, ConnectorError> {
    credential
        .field("rut")
        .and_then(|written| Rut::parse(written.expose()).ok())
        .ok_or_else(|| incomplete("the credentials have no valid RUT"))
}

fn password(credential: &Credential) -> Result<Secret<String>, ConnectorError> {
    let given = credential.field("password");
    given
        .map(|password| Secret::new(password.expose().clone()))
        .ok_or_else(|| incomplete("the credentials have no password"))
}

fn incomplete(reason: &'static str) -> ConnectorError {
    ConnectorError::new(ErrorKind::RequestInvalid, OPEN, reason).before_sending()
}

//! Requests. Pure: values in, bytes out.

use cartola_connector::session::{DayRange, StatementQuery};
use cartola_connector::{
    ConnectorError, Credential, DeviceId, ErrorKind, HeaderName, Method, Request,
};
use cartola_primitives::{Rut, Secret};
use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::offer::Call;
use crate::wire::{
    ACCOUNTS_PATH, BALANCES_PATH, DEVICE_ID_HEADER, MAX_PAGE_SIZE, RefreshRequest, SESSION_PATH,
    SESSION_REFRESH_PATH, STATEMENT_PATH, SessionCredential, SessionRequest, StatementRequest,
    TRANSFERS_PATH,
};

/// Names of the calls, for logs and errors.
pub const OPEN: &str = "mibanco.session.open";
/// Renewing a session.
pub const REFRESH: &str = "mibanco.session.refresh";
/// Ending a session.
pub const CLOSE: &str = "mibanco.session.close";
/// Listing accounts.
pub const ACCOUNTS: &str = "mibanco.accounts";
/// Reading balances.
pub const BALANCES: &str = "mibanco.balances";
/// Reading a page of movements.
pub const STATEMENT: &str = "mibanco.statement";
/// Reading a page of transfers.
pub const TRANSFERS: &str = "mibanco.transfers";

/// Opens a session. Never sent twice once it may have arrived: each counts as an attempt.
pub fn open(credential: &Credential, device: &DeviceId) -> Result<Request, ConnectorError> {
    let body = SessionRequest {
        rut: rut(credential)?,
        credential: proof(credential)?,
        device_fingerprint: fingerprint(device),
    };
    let request = json(Request::new(OPEN, Method::POST, SESSION_PATH), &body)?;
    Ok(from_device(request, device).only_once())
}

/// Renews a session. Never sent twice once it may have arrived: a refresh token works once.
pub fn refresh(token: &Secret<String>, device: &DeviceId) -> Result<Request, ConnectorError> {
    let body = RefreshRequest { refresh_token: Secret::new(token.expose().clone()) };
    let request = json(Request::new(REFRESH, Method::POST, SESSION_REFRESH_PATH), &body)?;
    Ok(from_device(request, device).only_once())
}

/// Ends a session.
pub fn close() -> Request {
    Request::new(CLOSE, Method::DELETE, SESSION_PATH)
}

/// Asks for a product that is told in one answer.
pub fn product(call: &Call) -> Request {
    Request::new(call.operation, Method::GET, call.path)
}

/// Asks for a page of transfers, from 1, as large as the bank gives.
pub fn transfers(days: DayRange, page: u32) -> Request {
    let (from, to) = (days.from(), days.to());
    let query = format!("from={from}&to={to}&page={page}&page_size={MAX_PAGE_SIZE}");
    Request::new(TRANSFERS, Method::GET, format!("{TRANSFERS_PATH}?{query}"))
}

/// Asks for the accounts.
pub fn accounts() -> Request {
    Request::new(ACCOUNTS, Method::GET, ACCOUNTS_PATH)
}

/// Asks for the balances.
pub fn balances() -> Request {
    Request::new(BALANCES, Method::GET, BALANCES_PATH)
}

/// Asks for a page of movements, from 1, as large as the bank gives.
pub fn statement(query: &StatementQuery<'_>, page: u32) -> Result<Request, ConnectorError> {
    let body = StatementRequest {
        account_id: query.account.number.clone(),
        currency: query.account.currency,
        from_date: query.days.from(),
        to_date: query.days.to(),
        page,
        page_size: MAX_PAGE_SIZE,
    };
    json(Request::new(STATEMENT, Method::POST, STATEMENT_PATH), &body)
}

/// The request as the session's owner sends it.
pub fn authorised(
    request: Request,
    access_token: &Secret<String>,
    device: &DeviceId,
) -> Result<Request, ConnectorError> {
    from_device(request, device).with_bearer(access_token)
}

fn from_device(request: Request, device: &DeviceId) -> Request {
    request.with_header(HeaderName::from_static(DEVICE_ID_HEADER), device.header())
}

/// The bank keeps a hash of what identifies a device. Ours has nothing but its id.
fn fingerprint(device: &DeviceId) -> String {
    HEXLOWER.encode(&Sha256::digest(device.expose().as_bytes()))
}

fn rut(credential: &Credential) -> Result<Rut, ConnectorError> {
    credential
        .field("rut")
        .and_then(|written| Rut::parse(written.expose()).ok())
        .ok_or_else(|| incomplete("the credentials have no valid RUT"))
}

fn proof(credential: &Credential) -> Result<SessionCredential, ConnectorError> {
    let copy = |name| Some(Secret::new(credential.field(name)?.expose().clone()));
    copy("password")
        .map(SessionCredential::Password)
        .or_else(|| copy("mi_pin").map(SessionCredential::MiPin))
        .ok_or_else(|| incomplete("the credentials have neither password nor MI PIN"))
}

fn incomplete(reason: &'static str) -> ConnectorError {
    ConnectorError::new(ErrorKind::RequestInvalid, OPEN, reason).before_sending()
}

pub(super) fn json(request: Request, body: &impl Serialize) -> Result<Request, ConnectorError> {
    let operation = request.operation;
    let bytes = serde_json::to_vec(body).map_err(|_| {
        let reason = "the request cannot be written as JSON";
        ConnectorError::new(ErrorKind::Internal, operation, reason).before_sending()
    })?;
    Ok(request.with_json(bytes))
}

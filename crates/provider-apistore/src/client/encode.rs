//! Requests. Pure: values in, bytes out.

use cartola_connector::session::DayRange;
use cartola_connector::{ConnectorError, Credential, ErrorKind, Method, Request};
use cartola_model::AccountNumber;
use cartola_primitives::Secret;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

/// Names of the calls, for logs and errors.
pub const TOKEN: &str = "apistore.token";
/// Reading what is on an account.
pub const BALANCE: &str = "apistore.balance";
/// Reading movements of an account.
pub const STATEMENT: &str = "apistore.movements";

/// Where tokens are.
const TOKEN_PATH: &str = "/oauth/token";
/// Where movements and balances are.
const STATEMENT_PATH: &str = "/api/movimientos-saldos";

/// Movements of a page: as many as are given.
pub const PAGE: usize = 500;

/// Asks for a token. It may be sent again: no right secret is used up by it, and a wrong one is
/// answered.
pub fn token(credential: &Credential) -> Result<Request, ConnectorError> {
    let (id, secret) = (field(credential, "client_id")?, field(credential, "client_secret")?);
    let (id, secret) = (encoded(id), Secret::new(encoded(secret)));
    // Once and for all: a text that grows leaves copies of the secret behind.
    let parts =
        ["grant_type=client_credentials&client_id=", &id, "&client_secret=", secret.expose()];
    let mut form = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        form.extend_from_slice(part.as_bytes());
    }
    Ok(Request::new(TOKEN, Method::POST, TOKEN_PATH).with_form(form))
}

/// Asks what is on an account, which is told with its movements: of `days`, one movement at most.
pub fn balance(account: &AccountNumber, days: DayRange) -> Request {
    asked(BALANCE, account, days, 1, None)
}

/// Asks for movements of an account, from the beginning or from a cursor on.
pub fn statement(account: &AccountNumber, days: DayRange, cursor: Option<&str>) -> Request {
    asked(STATEMENT, account, days, PAGE, cursor)
}

fn asked(
    operation: &'static str,
    account: &AccountNumber,
    days: DayRange,
    limit: usize,
    cursor: Option<&str>,
) -> Request {
    let (from, to, id) = (days.from(), days.to(), encoded(account.written()));
    let mut path = format!("{STATEMENT_PATH}?account_id={id}&from={from}&to={to}&limit={limit}");
    if let Some(cursor) = cursor {
        path.push_str("&cursor=");
        path.push_str(&encoded(cursor));
    }
    Request::new(operation, Method::GET, path)
}

pub(super) fn json(request: Request, body: &impl Serialize) -> Result<Request, ConnectorError> {
    let operation = request.operation;
    let bytes = serde_json::to_vec(body).map_err(|_| {
        let reason = "the request cannot be written as JSON";
        ConnectorError::new(ErrorKind::Internal, operation, reason).before_sending()
    })?;
    Ok(request.with_json(bytes))
}

fn field<'a>(credential: &'a Credential, name: &str) -> Result<&'a str, ConnectorError> {
    let value = credential.field(name).map(|value| value.expose().as_str());
    value.ok_or_else(|| {
        let reason = "the credentials have no client_id, or no client_secret";
        ConnectorError::new(ErrorKind::RequestInvalid, TOKEN, reason).before_sending()
    })
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

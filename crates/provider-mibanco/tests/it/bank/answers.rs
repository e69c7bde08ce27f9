//! How the bank answers each call.

use bytes::Bytes;
use cartola_primitives::{Rut, Secret, Timestamp};
use cartola_provider_mibanco::wire::{
    ACCESS_TOKEN_SECONDS, ACCOUNTS_PATH, Account, AccountType, Accounts, BALANCES_PATH, Balance,
    Balances, Channel, CustomerSegment, DEVICE_ID_HEADER, ErrorBody, ErrorCode, RefreshRequest,
    SESSION_PATH, SESSION_REFRESH_PATH, STATEMENT_PATH, SessionCredential, SessionRequest,
    SessionResponse, StatementRequest, StatementResponse, TRANSFERS_PATH, Transaction,
    TransactionStatus,
};
use http_body_util::Full;
use hyper::Response;
use hyper::http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::data::{NAME, PASSWORD, PIN, RUT};
use super::{BankSession, State, products};

/// Wrong attempts after which a customer is locked out.
const ATTEMPTS: u32 = 3;

/// Seconds for which they are.
const LOCK_SECONDS: u32 = 1_800;

type Answered = Result<Response<Full<Bytes>>, ErrorBody>;

pub fn answer(state: &mut State, head: &Parts, body: &Bytes) -> Response<Full<Bytes>> {
    route(state, head, body).unwrap_or_else(|error| {
        let mut response = Response::builder().status(error.code.status());
        if let Some(seconds) = error.retry_after {
            response = response.header("retry-after", seconds);
        }
        response.body(Full::from(serde_json::to_vec(&error).unwrap())).unwrap()
    })
}

fn route(state: &mut State, head: &Parts, body: &Bytes) -> Answered {
    let device = device(head)?;
    state.secrets.push(device.clone());
    match (head.method.as_str(), head.uri.path()) {
        ("POST", SESSION_PATH) => return open(state, device, &read(body)?),
        ("POST", SESSION_REFRESH_PATH) => return refresh(state, &device, &read(body)?),
        _ => {}
    }
    let session = session_of(state, head, &device)?;
    match (head.method.as_str(), head.uri.path()) {
        ("DELETE", SESSION_PATH) => {
            state.sessions.remove(session);
            Ok(Response::builder().status(204).body(Full::default()).unwrap())
        }
        ("GET", ACCOUNTS_PATH) => Ok(ok(&accounts(state))),
        ("GET", BALANCES_PATH) => Ok(ok(&balances(state))),
        ("POST", STATEMENT_PATH) => statement(state, &read(body)?),
        ("GET", TRANSFERS_PATH) => transfers(state, head.uri.query().unwrap_or_default()),
        ("GET", path) => product(state, path),
        _ => Err(error(ErrorCode::InvalidRequest)),
    }
}

fn product(state: &State, path: &str) -> Answered {
    if state.has_no_products {
        return Err(error(ErrorCode::ProductNotFound));
    }
    let told = products::told(path).ok_or_else(|| error(ErrorCode::InvalidRequest))?;
    Ok(worded_answer(state, told.to_string()))
}

fn worded_answer(state: &State, told: String) -> Response<Full<Bytes>> {
    let words = if state.unknown_words { products::UNKNOWN_WORDS } else { &[] };
    let told = words.iter().fold(told, |told, (word, other)| told.replace(word, other));
    Response::new(Full::from(told))
}

/// Pages of the size that was asked for, of as many transfers as the state says.
fn transfers(state: &State, query: &str) -> Answered {
    if state.has_no_products {
        return Err(error(ErrorCode::ProductNotFound));
    }
    let number = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value.parse::<usize>().unwrap())
            .sum::<usize>()
    };
    let all: Vec<_> = (1..=state.transfers).map(products::transfer).collect();
    let pages: Vec<_> = all.chunks(number("page_size")).collect();
    let shown = pages.get(number("page") - 1).copied().unwrap_or_default();
    let (page, total_pages) = (number("page"), pages.len().max(1));
    let told = json!({"page": page, "total_pages": total_pages, "transfers": shown});
    Ok(worded_answer(state, told.to_string()))
}

fn open(state: &mut State, device: String, request: &SessionRequest) -> Answered {
    if state.wrong_attempts >= ATTEMPTS {
        let retry_after = Some(LOCK_SECONDS);
        return Err(ErrorBody { retry_after, ..error(ErrorCode::CredentialsLocked) });
    }
    let right = request.rut == Rut::parse(RUT).unwrap()
        && match &request.credential {
            SessionCredential::Password(password) => password.expose() == PASSWORD,
            SessionCredential::MiPin(pin) => pin.expose() == PIN,
        };
    if !right {
        state.wrong_attempts += 1;
        return Err(error(ErrorCode::InvalidCredentials));
    }
    state.wrong_attempts = 0;
    let session = new_session(state, device);
    Ok(give(state, session))
}

fn refresh(state: &mut State, device: &str, request: &RefreshRequest) -> Answered {
    let found = state
        .sessions
        .iter()
        .position(|session| session.refresh == *request.refresh_token.expose())
        .ok_or_else(|| error(ErrorCode::InvalidRefreshToken))?;
    let old = state.sessions.remove(found);
    if old.device != device {
        return Err(error(ErrorCode::DeviceMismatch));
    }
    let session = new_session(state, old.device);
    Ok(give(state, session))
}

fn new_session(state: &mut State, device: String) -> BankSession {
    let serial = state.secrets.len();
    let (access, refresh) = (format!("eyJ-{serial}-access"), format!("rt_{serial}-refresh"));
    state.secrets.extend([access.clone(), refresh.clone()]);
    BankSession { access, refresh, device, expired: false }
}

fn give(state: &mut State, session: BankSession) -> Response<Full<Bytes>> {
    let response = SessionResponse {
        access_token: Secret::new(session.access.clone()),
        refresh_token: Secret::new(session.refresh.clone()),
        expires_in: ACCESS_TOKEN_SECONDS,
        mi_pass_required: state.wants_mi_pass,
        customer_segment: segment(state),
    };
    state.sessions.push(session);
    ok(&response)
}

fn session_of(state: &State, head: &Parts, device: &str) -> Result<usize, ErrorBody> {
    let bearer = head.headers.get("authorization").and_then(|value| value.to_str().ok());
    let found = state
        .sessions
        .iter()
        .position(|session| bearer == Some(&format!("Bearer {}", session.access)))
        .filter(|index| !state.sessions[*index].expired)
        .ok_or_else(|| error(ErrorCode::InvalidToken))?;
    if state.sessions[found].device == device {
        Ok(found)
    } else {
        Err(error(ErrorCode::DeviceMismatch))
    }
}

fn device(head: &Parts) -> Result<String, ErrorBody> {
    let value = head.headers.get(DEVICE_ID_HEADER).and_then(|value| value.to_str().ok());
    value.map(str::to_owned).ok_or_else(|| error(ErrorCode::DeviceMismatch))
}

fn segment(state: &State) -> CustomerSegment {
    if state.unknown_words {
        CustomerSegment::Other("extraterrestres".to_owned())
    } else {
        CustomerSegment::Personas
    }
}

fn accounts(state: &State) -> Accounts {
    let account = |(account, _): &(Account, _)| {
        let mut account = account.clone();
        if state.unknown_words {
            account.account_type = AccountType::Other("CUENTA_LUNAR".to_owned());
        }
        account
    };
    Accounts { accounts: state.accounts.iter().map(account).collect() }
}

fn balances(state: &State) -> Balances {
    let as_of: Timestamp = "2026-11-20T14:59:00Z".parse().unwrap();
    let balance = |(account, lines): &(Account, Vec<Transaction>)| {
        let ledger = lines.iter().rev().find_map(|line| line.balance_after).unwrap_or(0);
        Balance {
            account_id: account.account_id.clone(),
            currency: account.currency,
            available: ledger,
            ledger,
            overdraft: 0,
            as_of,
        }
    };
    Balances { balances: state.accounts.iter().map(balance).collect() }
}

fn statement(state: &State, request: &StatementRequest) -> Answered {
    let wanted = |(account, _): &&(Account, _)| {
        account.account_id == request.account_id && account.currency == request.currency
    };
    let (_, all) =
        state.accounts.iter().find(wanted).ok_or_else(|| error(ErrorCode::AccountNotFound))?;
    let days = request.from_date..=request.to_date;
    let lines: Vec<&Transaction> = all.iter().filter(|line| days.contains(&line.date)).collect();
    let mut pages = lines.chunks(request.page_size as usize);
    let total_pages = u32::try_from(pages.len().max(1)).unwrap();
    if !(1..=total_pages).contains(&request.page) {
        return Err(error(ErrorCode::InvalidRequest));
    }
    let page = pages.nth(request.page as usize - 1).unwrap_or_default();
    Ok(ok(&StatementResponse {
        account_id: request.account_id.clone(),
        page: request.page,
        total_pages,
        transactions: page.iter().map(|line| worded(state, line)).collect(),
    }))
}

fn worded(state: &State, line: &Transaction) -> Transaction {
    let mut line = line.clone();
    if state.unknown_words {
        line.channel = Some(Channel::Other("PALOMA_MENSAJERA".to_owned()));
        line.status = Some(TransactionStatus::Other("EN_ORBITA".to_owned()));
    }
    line
}

fn ok(body: &impl Serialize) -> Response<Full<Bytes>> {
    Response::new(Full::from(serde_json::to_vec(body).unwrap()))
}

fn error(code: ErrorCode) -> ErrorBody {
    ErrorBody { code, message: format!("No se pudo atender a {NAME}."), retry_after: None }
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ErrorBody> {
    serde_json::from_slice(body).map_err(|_| error(ErrorCode::InvalidRequest))
}

//! Payments and deposits, and what is told of them. Pure: values in, values out.
//!
//! A transfer goes by its end-to-end id as its `Idempotency-Key`, by which it is looked at and taken
//! back. It is sent once: what became of a call whose answer is lost is found out by a look.

use cartola_connector::{
    Answer, ConnectorError, ErrorKind, HeaderName, HeaderValue, Method, Request,
};
use cartola_model::{
    Challenge, ChallengeKind, EndToEndId, TransferFailure, TransferOrder, TransferState,
    TransferTold,
};

use super::decode::{invalid, success};
use super::encode::json;
use super::refusal::{refusal, word};
use crate::mapping;
use crate::wire::{Amount, PaymentRequest, told};

/// Asking for a payment.
pub const BEGIN: &str = "apistore.payment.begin";
/// Asking where it stands.
pub const LOOK: &str = "apistore.payment.look";
/// Taking it back.
pub const WITHDRAW: &str = "apistore.payment.withdraw";

/// What names a call.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Longest name of a transfer that is kept, in characters.
const MAX_REFERENCE: usize = 64;

/// Which product makes transfers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PaysBy {
    /// *Pagos*.
    #[default]
    Payments,
    /// *Abono en línea*.
    Deposits,
}

impl PaysBy {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Payments, Self::Deposits];

    /// What a transfer that it has made is asked about by. It never changes: it is kept with payments.
    pub const fn route(self) -> &'static str {
        match self {
            Self::Payments => "apistore/pagos",
            Self::Deposits => "apistore/abono-en-linea",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Payments => "/api/pagos",
            Self::Deposits => "/api/abono-en-linea",
        }
    }
}

/// Whether what was asked had reached the institution before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// It had not.
    First,
    /// It had, or may have.
    Again,
}

/// Asks for a payment. Its key says that it is the same however often it is asked for; nobody knows of
/// every institution that it holds to that, so that it is sent once, and looked at where the answer is
/// lost.
pub fn begin(by: PaysBy, order: &TransferOrder) -> Result<Request, ConnectorError> {
    let id = order.end_to_end_id.to_string();
    let body = PaymentRequest {
        account_id: order.from.written(),
        amount: Amount::of(order.amount),
        currency: order.amount.currency().code(),
        counterparty: mapping::counterparty(&order.to),
        description: order.comment.as_deref(),
        reference: &id,
    };
    let key = HeaderValue::from_str(&id).expect("hexadecimal digits stand in every header");
    let request = Request::new(BEGIN, Method::POST, by.path()).with_header(IDEMPOTENCY_KEY, key);
    Ok(json(request, &body)?.only_once())
}

/// Asks where a payment stands.
pub fn look(by: PaysBy, transfer: &EndToEndId) -> Request {
    Request::new(LOOK, Method::GET, format!("{}/clave/{transfer}", by.path()))
}

/// Takes a payment back. However often it is sent, the effect is one.
pub fn withdraw(by: PaysBy, transfer: &EndToEndId) -> Request {
    Request::new(WITHDRAW, Method::POST, format!("{}/clave/{transfer}/anulacion", by.path()))
}

/// What is told of a payment that was asked for: for the first time, or again.
/// What it refuses in its own words the first time is a payment that failed, but for the word that says
/// that its id stands for another. A refusal of a repetition says nothing of what was asked before: only
/// a look does.
pub fn begun(
    transfer: &EndToEndId,
    answer: &Answer,
    asked: Asked,
) -> Result<TransferTold, ConnectorError> {
    if answer.status.is_success() {
        return told(BEGIN, transfer, answer);
    }
    let is_refused = matches!(
        word(answer).as_deref(),
        Some(
            "invalid_request"
                | "not_found"
                | "account_not_enabled"
                | "insufficient_scope"
                | "authorization_required"
        )
    );
    if asked == Asked::First && is_refused && answer.status.is_client_error() {
        let state = TransferState::Failed(TransferFailure::Other);
        return Ok(TransferTold { state, bank_reference: None });
    }
    Err(refusal(BEGIN, answer))
}

/// Where a payment stands, or none where the institution says that it never heard of it. Only its own
/// word for that is taken: a 404 of something that stands before it says nothing about money.
pub fn looked(
    transfer: &EndToEndId,
    answer: &Answer,
) -> Result<Option<TransferTold>, ConnectorError> {
    if answer.status.as_u16() == 404 && word(answer).as_deref() == Some("not_found") {
        return Ok(None);
    }
    told(LOOK, transfer, answer).map(Some)
}

/// Where a payment stands that was to be taken back, once that is its end. `PENDING` is said of one that
/// settles and of one that its bank was not told of yet: what has no end so far is no answer, and it is
/// asked again.
pub fn withdrawn(transfer: &EndToEndId, answer: &Answer) -> Result<TransferTold, ConnectorError> {
    if answer.status.as_u16() == 404 {
        let reason = "the institution has no call that takes a payment back by its key";
        return Err(ConnectorError::new(ErrorKind::Unsupported, WITHDRAW, reason));
    }
    let told = told(WITHDRAW, transfer, answer)?;
    if !told.state.is_final() {
        let reason = "the institution has neither taken the payment back so far nor made it";
        return Err(ConnectorError::new(ErrorKind::Timeout, WITHDRAW, reason));
    }
    Ok(told)
}

fn told(
    operation: &'static str,
    transfer: &EndToEndId,
    answer: &Answer,
) -> Result<TransferTold, ConnectorError> {
    let payment: told::Payment = success(operation, answer)?;
    let other = |reference: &String| *reference != transfer.to_string();
    if payment.reference.as_ref().is_some_and(other) {
        return Err(invalid(operation, "the answer is about another payment than was asked for"));
    }
    let state = state(&payment).map_err(|reason| invalid(operation, reason))?;
    let is_short = |code: &String| (1..=MAX_REFERENCE).contains(&code.chars().count());
    Ok(TransferTold { state, bank_reference: payment.bank_reference.filter(is_short) })
}

/// `IN_DOUBT` is the institution's own doubt, which it ends by itself: until then the money may be about
/// to move. So it may where somebody is to give codes, for which the protocol has no call.
fn state(payment: &told::Payment) -> Result<TransferState, &'static str> {
    Ok(match payment.status.as_str() {
        "PENDING" | "IN_DOUBT" => TransferState::Settling,
        "AUTHORIZATION_REQUIRED" => match &payment.authorization {
            Some(asked) if asked.kind == ChallengeKind::App.name() => {
                TransferState::Challenged(Challenge {
                    kind: ChallengeKind::App,
                    expires_at: asked.expires_at,
                    attempts_left: None,
                })
            }
            _ => TransferState::Settling,
        },
        "COMPLETED" => {
            let settled_at = payment.completed_at.ok_or("when it was paid is not told")?;
            TransferState::Completed { settled_at }
        }
        "FAILED" => TransferState::Failed(
            payment
                .reason
                .as_deref()
                .and_then(TransferFailure::parse)
                .unwrap_or(TransferFailure::Other),
        ),
        _ => return Err("the payment has a status that is not known"),
    })
}

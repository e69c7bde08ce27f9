//! Transfers: told to the bank, and what it tells of them. Pure: values in, values out.

use cartola_connector::session::ChallengeAnswer;
use cartola_connector::{Answer, ConnectorError, Method, Request};
use cartola_model::{
    Challenge, ChallengeKind, EndToEndId, TransferFailure, TransferOrder, TransferState,
    TransferTold,
};
use cartola_primitives::Secret;

use super::decode::{invalid, success};
use super::encode::json;
use crate::wire::{
    AuthorizationRequest, ChallengeType, ErrorBody, ErrorCode, PaymentFailure, PaymentStatus,
    TRANSFER_AUTHORIZATION_PATH, TRANSFER_LOOK_PATH, TRANSFER_PATH, TRANSFER_WITHDRAWAL_PATH,
    TransferChallenge, TransferRequest, TransferResponse, bank_word,
};

/// Telling the bank to make a transfer.
pub const BEGIN: &str = "mibanco.transfer.begin";
/// Answering what it asks.
pub const ANSWER: &str = "mibanco.transfer.answer";
/// Asking where it stands.
pub const LOOK: &str = "mibanco.transfer.look";
/// Taking it back.
pub const WITHDRAW: &str = "mibanco.transfer.withdraw";

/// Most codes of one challenge that are believed.
const MAX_LABELS: usize = 12;
/// Longest name of a transfer that is kept, in characters.
pub(super) const MAX_REFERENCE: usize = 64;

/// Tells the bank to make a transfer. Never sent twice once it may have arrived.
pub fn begin(order: &TransferOrder) -> Result<Request, ConnectorError> {
    let body = TransferRequest {
        from_account: order.from.clone(),
        to_account: order.to.account.clone(),
        to_bank: bank_word(&order.to.institution),
        amount: order.amount.minor(),
        currency: order.amount.currency(),
        comment: order.comment.clone(),
        end_to_end_id: Some(order.end_to_end_id),
        to_rut: Some(order.to.rut),
        to_name: Some(order.to.name.clone()),
    };
    Ok(json(Request::new(BEGIN, Method::POST, TRANSFER_PATH), &body)?.only_once())
}

/// Answers what the bank asked. Never sent twice once it may have arrived: each may cost an attempt.
pub fn answer(transfer: &EndToEndId, given: &ChallengeAnswer) -> Result<Request, ConnectorError> {
    let copy = |secret: &Secret<String>| Secret::new(secret.expose().clone());
    let body = AuthorizationRequest {
        sms: given.sms.as_ref().map(copy),
        codes: given.codes.as_ref().map(|codes| codes.iter().map(copy).collect()),
    };
    let path = path(TRANSFER_AUTHORIZATION_PATH, transfer);
    Ok(json(Request::new(ANSWER, Method::POST, path), &body)?.only_once())
}

/// Asks where a transfer stands.
pub fn look(transfer: &EndToEndId) -> Request {
    Request::new(LOOK, Method::GET, path(TRANSFER_LOOK_PATH, transfer))
}

/// Takes a transfer back. However often it is sent, the effect is one.
pub fn withdraw(transfer: &EndToEndId) -> Request {
    Request::new(WITHDRAW, Method::POST, path(TRANSFER_WITHDRAWAL_PATH, transfer))
}

fn path(template: &str, transfer: &EndToEndId) -> String {
    template.replace("{end_to_end_id}", &transfer.to_string())
}

/// Where a transfer stands, by the answer to a call about it.
pub fn told(
    operation: &'static str,
    transfer: &EndToEndId,
    answer: &Answer,
) -> Result<TransferTold, ConnectorError> {
    let response: TransferResponse = success(operation, answer)?;
    if response.end_to_end_id.is_some_and(|told| told != *transfer) {
        return Err(invalid(operation, "the answer is about another transfer than was asked for"));
    }
    let state = state(&response).map_err(|reason| invalid(operation, reason))?;
    let is_short = |code: &String| (1..=MAX_REFERENCE).contains(&code.chars().count());
    let bank_reference = Some(response.transfer_id).filter(is_short);
    Ok(TransferTold { state, bank_reference })
}

/// The same, or none where the bank says that it never heard of the transfer. Only its own word for
/// that is taken: a 404 of something that stands before it says nothing about money.
pub fn looked(
    transfer: &EndToEndId,
    answer: &Answer,
) -> Result<Option<TransferTold>, ConnectorError> {
    let refusal: Option<ErrorBody> = serde_json::from_slice(&answer.body).ok();
    if !answer.status.is_success()
        && refusal.is_some_and(|body| body.code == ErrorCode::TransferNotFound)
    {
        return Ok(None);
    }
    told(LOOK, transfer, answer).map(Some)
}

fn state(response: &TransferResponse) -> Result<TransferState, &'static str> {
    Ok(match &response.status {
        PaymentStatus::PendingAuthorization => {
            let asked = response.challenge.as_ref();
            TransferState::Challenged(challenge(asked.ok_or("no challenge is told")?)?)
        }
        PaymentStatus::Processing => TransferState::Settling,
        PaymentStatus::Completed => {
            let settled_at = response.settled_at.ok_or("when it settled is not told")?;
            TransferState::Completed { settled_at }
        }
        PaymentStatus::Failed => {
            TransferState::Failed(response.failure.as_ref().map_or(TransferFailure::Other, reason))
        }
        PaymentStatus::Other(_) => return Err("the transfer has a status that is not known"),
    })
}

pub(super) fn challenge(asked: &TransferChallenge) -> Result<Challenge, &'static str> {
    let TransferChallenge { kind, labels, expires_at, attempts_left } = asked.clone();
    if labels.len() > MAX_LABELS {
        return Err("more codes are asked for than any card has use for");
    }
    let kind = match kind {
        ChallengeType::App => ChallengeKind::App,
        ChallengeType::Sms => ChallengeKind::Sms,
        ChallengeType::Card => ChallengeKind::Card { labels },
        ChallengeType::Device => ChallengeKind::Device { fields: labels.len() },
        ChallengeType::SmsAndCard => ChallengeKind::SmsAndCard { labels },
        ChallengeType::Other(_) => return Err("the challenge is of a kind that is not known"),
    };
    let asks_codes = !matches!(kind, ChallengeKind::App | ChallengeKind::Sms);
    if asks_codes == asked.labels.is_empty() {
        return Err("the codes asked for do not go with the challenge");
    }
    Ok(Challenge { kind, expires_at, attempts_left })
}

pub(super) fn reason(failure: &PaymentFailure) -> TransferFailure {
    match failure {
        PaymentFailure::InsufficientFunds => TransferFailure::InsufficientFunds,
        PaymentFailure::LimitExceeded => TransferFailure::LimitExceeded,
        PaymentFailure::ChallengeRejected => TransferFailure::ChallengeRejected,
        PaymentFailure::ChallengeExpired => TransferFailure::ChallengeExpired,
        PaymentFailure::Denied => TransferFailure::Denied,
        PaymentFailure::UnknownPayee => TransferFailure::UnknownPayee,
        PaymentFailure::WrongAmount => TransferFailure::WrongAmount,
        PaymentFailure::Withdrawn => TransferFailure::Withdrawn,
        PaymentFailure::Other(_) => TransferFailure::Other,
    }
}

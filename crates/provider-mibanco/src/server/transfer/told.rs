//! Where a transfer stands, as the document prints it.

use cartola_engine::authorizations::{AuthorizationState, CancelCause};
use cartola_engine::payments::{Asked, Payment, PaymentState};
use cartola_model::transfer::ChallengeKind;
use cartola_model::{EndToEndId, Failure, PaymentFailure as Reason, TransferFailure};
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::told::seconds;
use super::Standing;
use crate::wire::{ChallengeType, PaymentFailure, PaymentStatus};

/// 200 of a transfer that has ended, 202 of any other.
#[derive(Serialize, ToSchema)]
#[schema(as = Transfer)]
pub struct Told {
    /// What the transfer is known by.
    #[schema(example = "tr_0198c1d2a3b4c5d6e7f8091a2b3c4d5e")]
    pub transfer_id: String,
    /// What its caller knows it by, where the call named it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    end_to_end_id: Option<EndToEndId>,
    /// `PENDING_AUTHORIZATION`, `PROCESSING`, `COMPLETED` or `FAILED`.
    #[schema(example = "PENDING_AUTHORIZATION")]
    pub status: String,
    /// Where the app approves it, while it waits for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "mibanco://authorize?req=…")]
    pub auth_url: Option<String>,
    /// What the customer's bank waits for, where that is no app.
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<Challenge>,
    /// When the money moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    settled_at: Option<Timestamp>,
    /// Why it was not made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "INSUFFICIENT_FUNDS")]
    failure: Option<String>,
}

/// What a customer is asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = TransferChallenge)]
pub struct Challenge {
    /// `SMS`, `CARD`, `DEVICE` or `SMS_AND_CARD`.
    #[serde(rename = "type")]
    kind: String,
    /// What each code of a card or device is called, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    /// From then on no answer is taken.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Wrong answers that are still borne.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts_left: Option<u32>,
}

/// How a transfer ended.
pub enum End {
    Completed(Timestamp),
    Failed(String),
}

impl Told {
    /// Whether it stays so.
    pub fn is_final(&self) -> bool {
        let ends = [PaymentStatus::Completed, PaymentStatus::Failed];
        ends.iter().any(|end| end.word() == self.status)
    }

    /// The same with the end-to-end id, where the call named it so.
    pub fn named(self, end_to_end_id: Option<EndToEndId>) -> Self {
        Self { end_to_end_id, ..self }
    }

    fn new(transfer_id: &str, status: &PaymentStatus) -> Self {
        Self {
            transfer_id: transfer_id.to_owned(),
            end_to_end_id: None,
            status: status.word().to_owned(),
            auth_url: None,
            challenge: None,
            settled_at: None,
            failure: None,
        }
    }

    /// Where it stands.
    pub fn of(transfer_id: &str, standing: &Standing) -> Self {
        match (&standing.payment, &standing.authorization) {
            (Some(payment), _) => Self::of_payment(transfer_id, payment),
            (None, Some(asked)) => {
                let request = asked.id().to_string();
                Self::of_authorization(transfer_id, asked.state(), &request)
            }
            (None, None) => Self::new(transfer_id, &PaymentStatus::Processing),
        }
    }

    fn of_payment(transfer_id: &str, payment: &Payment) -> Self {
        let pending = || Self::new(transfer_id, &PaymentStatus::PendingAuthorization);
        match payment.state() {
            PaymentState::Challenged(asked) if asked.challenge.kind == ChallengeKind::App => {
                let known = payment.row.standing.bank_reference.as_deref();
                let request = known.unwrap_or(transfer_id);
                Self { auth_url: Some(auth_url(request)), ..pending() }
            }
            PaymentState::Challenged(asked) => {
                Self { challenge: Some(challenge(asked)), ..pending() }
            }
            state => match end_of(state) {
                Some(end) => Self::ended(transfer_id, end),
                None => Self::new(transfer_id, &PaymentStatus::Processing),
            },
        }
    }

    fn of_authorization(transfer_id: &str, state: &AuthorizationState, request: &str) -> Self {
        match state {
            AuthorizationState::Pending { .. } => Self {
                auth_url: Some(auth_url(request)),
                ..Self::new(transfer_id, &PaymentStatus::PendingAuthorization)
            },
            AuthorizationState::Approved { .. } => {
                Self::new(transfer_id, &PaymentStatus::Processing)
            }
            ended => Self::ended(transfer_id, End::Failed(refusal_of(ended))),
        }
    }

    fn ended(transfer_id: &str, end: End) -> Self {
        match end {
            End::Completed(at) => {
                Self { settled_at: Some(at), ..Self::new(transfer_id, &PaymentStatus::Completed) }
            }
            End::Failed(reason) => {
                Self { failure: Some(reason), ..Self::new(transfer_id, &PaymentStatus::Failed) }
            }
        }
    }
}

/// How a payment ended; nothing of one that has not.
pub fn end_of(state: &PaymentState) -> Option<End> {
    match state {
        PaymentState::Completed { settled_at } => Some(End::Completed(seconds(*settled_at))),
        PaymentState::Failed { reason, .. } => Some(End::Failed(reason_word(*reason))),
        _ => None,
    }
}

/// Why nobody approved, or nothing came of it.
pub fn refusal_of(state: &AuthorizationState) -> String {
    let word = match state {
        AuthorizationState::Cancelled { cause: CancelCause::NotBegun(failure), .. } => {
            return not_begun(*failure);
        }
        AuthorizationState::Denied { .. } => PaymentFailure::Denied,
        AuthorizationState::Expired { .. } => PaymentFailure::ChallengeExpired,
        AuthorizationState::Cancelled {
            cause: CancelCause::PhoneBlocked | CancelCause::PhoneReplaced | CancelCause::WrongPin,
            ..
        } => PaymentFailure::ChallengeRejected,
        _ => PaymentFailure::Withdrawn,
    };
    word.word().to_owned()
}

/// Where the app on the phone approves.
pub fn auth_url(request: &str) -> String {
    format!("mibanco://authorize?req={request}")
}

fn challenge(asked: &Asked) -> Challenge {
    let (kind, labels) = match &asked.challenge.kind {
        ChallengeKind::App => (ChallengeType::App, Vec::new()),
        ChallengeKind::Sms => (ChallengeType::Sms, Vec::new()),
        ChallengeKind::Card { labels } => (ChallengeType::Card, labels.clone()),
        ChallengeKind::Device { fields } => (ChallengeType::Device, vec![String::new(); *fields]),
        ChallengeKind::SmsAndCard { labels } => (ChallengeType::SmsAndCard, labels.clone()),
    };
    Challenge {
        kind: kind.word().to_owned(),
        labels,
        expires_at: seconds(asked.challenge.expires_at),
        attempts_left: asked.challenge.attempts_left,
    }
}

/// The word for why a payment was not made.
pub fn reason_word(reason: Reason) -> String {
    let known = match reason {
        Reason::Refused(TransferFailure::InsufficientFunds) => PaymentFailure::InsufficientFunds,
        Reason::Refused(TransferFailure::LimitExceeded) => PaymentFailure::LimitExceeded,
        Reason::Refused(TransferFailure::ChallengeRejected) => PaymentFailure::ChallengeRejected,
        Reason::Refused(TransferFailure::ChallengeExpired) => PaymentFailure::ChallengeExpired,
        Reason::Refused(TransferFailure::Denied) => PaymentFailure::Denied,
        Reason::Refused(TransferFailure::UnknownPayee) => PaymentFailure::UnknownPayee,
        Reason::Refused(TransferFailure::WrongAmount) => PaymentFailure::WrongAmount,
        Reason::Refused(TransferFailure::Withdrawn) => PaymentFailure::Withdrawn,
        other => return other.name().to_ascii_uppercase(),
    };
    known.word().to_owned()
}

/// Why a transfer that was approved could not be begun.
pub fn not_begun(failure: Failure) -> String {
    failure.name().to_ascii_uppercase()
}

//! A payment as it is shown.

use cartola_engine::payments::{Payment, PaymentFailure, PaymentState};
use cartola_model::{ChallengeKind, Failure};
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{self, IdText};

/// A payment from a customer's account to the merchant's.
#[derive(Serialize, ToSchema)]
#[schema(as = Payment)]
pub struct PaymentView {
    #[schema(value_type = wire::PaymentId)]
    id: IdText,
    /// Where it stands.
    #[schema(value_type = wire::PaymentState)]
    state: &'static str,
    /// One more with each change of the state.
    version: u32,
    #[schema(value_type = wire::InstitutionId)]
    institution: String,
    /// In minor units, of which pesos have none.
    amount: i64,
    #[schema(value_type = wire::CurrencyCode)]
    currency: &'static str,
    /// What the bank knows the transfer by.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    end_to_end_id: String,
    /// What the bank calls it, once it has told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    bank_reference: Option<String>,
    /// What the customer is to prove themselves with, while the payment waits for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    challenge: Option<ChallengeView>,
    /// When the money moved, once it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Instant>, nullable = false)]
    settled_at: Option<Timestamp>,
    /// Why no money moved, where none will.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    failure: Option<FailureView>,
    #[schema(value_type = wire::Instant)]
    created_at: Timestamp,
    /// Since when it stands so.
    #[schema(value_type = wire::Instant)]
    changed_at: Timestamp,
}

/// What a customer is asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = PaymentChallenge)]
struct ChallengeView {
    /// The how manieth thing that they are asked for, from 1.
    step: u32,
    /// An approval in the bank's app, the code of an SMS, codes of the coordinate card or of a
    /// device, or SMS and card at once: `app`, `sms`, `card`, `device`, `sms_and_card`.
    kind: &'static str,
    /// The coordinates of the card, in the order in which they are answered; empty texts for codes
    /// of a device.
    labels: Vec<String>,
    /// Until when the bank takes an answer.
    #[schema(value_type = wire::Instant)]
    expires_at: Timestamp,
    /// Wrong answers that the bank still bears, where it tells; wrong PINs in its app.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    attempts_left: Option<u32>,
    /// By what one answer is taken, for five minutes; left out where there is nothing to answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    page: Option<String>,
}

/// Why no money moved.
#[derive(Serialize, ToSchema)]
#[schema(as = PaymentFailure)]
struct FailureView {
    /// In a word.
    #[schema(value_type = String, example = "insufficient_funds")]
    code: &'static str,
    /// Its class.
    #[schema(value_type = String, example = "insufficient_funds")]
    class: Failure,
}

impl From<PaymentFailure> for FailureView {
    fn from(reason: PaymentFailure) -> Self {
        Self { code: reason.name(), class: reason.class() }
    }
}

impl From<Payment> for PaymentView {
    fn from(payment: Payment) -> Self {
        let Payment { row, page } = payment;
        let (mut settled_at, mut failure) = (None, None);
        match &row.standing.state {
            PaymentState::Completed { settled_at: at } => settled_at = Some(*at),
            PaymentState::Failed { reason, .. } => failure = Some((*reason).into()),
            _ => {}
        }
        Self {
            id: row.id.into(),
            state: row.standing.state.standing().name(),
            version: row.version,
            institution: row.institution.to_string(),
            amount: row.amount.minor(),
            currency: row.amount.currency().code(),
            end_to_end_id: row.end_to_end.to_string(),
            challenge: challenge(&row.standing.state, page),
            bank_reference: row.standing.bank_reference,
            settled_at,
            failure,
            created_at: row.created_at,
            changed_at: row.standing.changed_at,
        }
    }
}

fn challenge(state: &PaymentState, page: Option<String>) -> Option<ChallengeView> {
    let PaymentState::Challenged(asked) = state else { return None };
    let challenge = &asked.challenge;
    let labels = match &challenge.kind {
        ChallengeKind::App | ChallengeKind::Sms => Vec::new(),
        ChallengeKind::Card { labels } | ChallengeKind::SmsAndCard { labels } => labels.clone(),
        ChallengeKind::Device { fields } => vec![String::new(); *fields],
    };
    Some(ChallengeView {
        step: asked.step,
        kind: challenge.kind.name(),
        labels,
        expires_at: challenge.expires_at,
        attempts_left: challenge.attempts_left,
        page,
    })
}

//! What a person's phone, card and device show, and what the person does with the phone.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use cartola_model::EndToEndId;
use cartola_primitives::Rut;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{Asked, Mistake, Refusal};
use crate::door::json;
use crate::phone::{self, Seen};
use crate::sandbox::Sandbox;
use crate::world::{Customer, PhoneError, Stage, TransferError, TransferKey, What};

/// Somebody's Mi Pass, and everything else that they answer a bank with.
#[derive(Serialize, ToSchema)]
pub(crate) struct PhoneView {
    /// The phone that is enrolled.
    device_id: String,
    /// Whether it was blocked.
    blocked: bool,
    /// What waits for an answer, oldest first.
    pending: Vec<PendingView>,
    /// The coordinate cards, by institution and coordinate.
    #[schema(example = json!({"banco-santander": {"A1": "07"}}))]
    cards: BTreeMap<String, BTreeMap<String, String>>,
}

/// A transfer that waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct PendingView {
    /// The bank's id, or its company portal's.
    #[schema(example = "banco-chile")]
    institution: String,
    #[schema(example = "0198c1d2a3b4c5d6e7f8091a2b3c4d5e")]
    end_to_end_id: String,
    /// What the bank calls it.
    transfer_id: String,
    /// Whole pesos.
    amount: i64,
    /// Who is to be paid, where the order says.
    #[serde(skip_serializing_if = "Option::is_none")]
    to_name: Option<String>,
    /// `transfer`, `withdrawal`, `bill_payment` or `beneficiary`.
    #[schema(example = "transfer")]
    operation: &'static str,
    /// Whom cash is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    to_rut: Option<String>,
    /// Empty where no account is paid.
    to_account: String,
    to_institution: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    /// `APP`, `SMS`, `CARD`, `DEVICE` or `SMS_AND_CARD`.
    #[schema(example = "SMS")]
    challenge: String,
    /// From then on no answer is taken.
    expires_at: String,
    /// The code of the SMS, where one was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    sms: Option<String>,
    /// The codes of the card or device that are asked for, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    codes: Vec<String>,
}

/// Which transfer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decided {
    /// The bank's id, or its company portal's.
    #[schema(example = "banco-chile")]
    institution: String,
    #[schema(example = "0198c1d2a3b4c5d6e7f8091a2b3c4d5e")]
    end_to_end_id: String,
}

/// Where a transfer stands after a decision.
#[derive(Serialize, ToSchema)]
pub(crate) struct DecidedView {
    /// `challenged`, `approved`, `settled` or `failed`.
    #[schema(example = "settled")]
    stage: &'static str,
}

/// A token that approves one transfer ahead.
#[derive(Serialize, ToSchema)]
pub(crate) struct PassView {
    /// For `X-MiPass-Token`, good for five minutes.
    token: String,
}

impl From<PhoneError> for Refusal {
    fn from(error: PhoneError) -> Self {
        match error {
            PhoneError::Log(error) => error.into(),
            PhoneError::Transfer(error) => error.into(),
            other => Self::wrong(other.to_string()),
        }
    }
}

impl From<TransferError> for Refusal {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Log(error) => error.into(),
            TransferError::Unknown => Self::unknown(error.to_string()),
            TransferError::Conflict | TransferError::NotAsked => Self::wrong(error.to_string()),
        }
    }
}

/// Look at a person's phone
///
/// And at their coordinate cards and devices: all codes that a bank may ask for.
#[utoipa::path(get, path = "/_sandbox/phones/{rut}", tag = "phones",
    params(("rut" = String, Path, description = "In any written form")),
    responses(
        (status = 200, description = "What it shows", body = PhoneView),
        (status = 404, description = "Nobody has that RUT", body = Mistake)))]
pub(crate) async fn read(
    State(sandbox): State<Sandbox>,
    Path(rut): Path<String>,
) -> Result<Response, Refusal> {
    let rut = resident(&sandbox, &rut)?;
    let seen = sandbox.acting(move |sandbox| phone::seen(sandbox.world(), rut)).await?;
    Ok(json(StatusCode::OK, &view(seen)))
}

/// Approve on a person's phone
///
/// As if they had typed the right PIN.
#[utoipa::path(post, path = "/_sandbox/phones/{rut}/approve", tag = "phones",
    params(("rut" = String, Path)), request_body = Decided,
    responses(
        (status = 200, description = "Approved; it may fail all the same", body = DecidedView),
        (status = 400, description = "It does not wait for an approval", body = Mistake),
        (status = 404, description = "No such transfer", body = Mistake)))]
pub(crate) async fn approve(
    State(sandbox): State<Sandbox>,
    Path(rut): Path<String>,
    Asked(decided): Asked<Decided>,
) -> Result<Response, Refusal> {
    decide(&sandbox, &rut, decided, true).await
}

/// Deny on a person's phone
#[utoipa::path(post, path = "/_sandbox/phones/{rut}/deny", tag = "phones",
    params(("rut" = String, Path)), request_body = Decided,
    responses(
        (status = 200, description = "Denied", body = DecidedView),
        (status = 400, description = "It does not wait for an approval", body = Mistake),
        (status = 404, description = "No such transfer", body = Mistake)))]
pub(crate) async fn deny(
    State(sandbox): State<Sandbox>,
    Path(rut): Path<String>,
    Asked(decided): Asked<Decided>,
) -> Result<Response, Refusal> {
    decide(&sandbox, &rut, decided, false).await
}

/// Approve a transfer ahead
///
/// Gives the token that Mi Pass gives for an approval: with it in `X-MiPass-Token`, one transfer from
/// Banco de Chile is authorised as it is begun.
#[utoipa::path(post, path = "/_sandbox/phones/{rut}/pass", tag = "phones",
    params(("rut" = String, Path)),
    responses(
        (status = 200, description = "The token", body = PassView),
        (status = 400, description = "The phone is blocked", body = Mistake)))]
pub(crate) async fn pass(
    State(sandbox): State<Sandbox>,
    Path(rut): Path<String>,
) -> Result<Response, Refusal> {
    let rut = resident(&sandbox, &rut)?;
    let issued = sandbox.blocking(move |sandbox| {
        let world = sandbox.world();
        let phone = world.phone(rut);
        world.issue_pass(rut, &phone.device, &phone.pin, sandbox.randomness())
    });
    Ok(json(StatusCode::OK, &PassView { token: issued.await? }))
}

async fn decide(
    sandbox: &Sandbox,
    rut: &str,
    decided: Decided,
    approves: bool,
) -> Result<Response, Refusal> {
    let customer = Customer { rut: resident(sandbox, rut)?, institution: decided.institution };
    let id = EndToEndId::parse(&decided.end_to_end_id);
    let id = id.map_err(|error| Refusal::wrong(error.to_string()))?;
    let key = TransferKey { customer, id };
    let done =
        sandbox.blocking(move |sandbox| sandbox.world().decide_on_phone(&key, Some(approves)));
    let stage = match done.await?.stage {
        Stage::Challenged { .. } => "challenged",
        Stage::Approved { .. } => "approved",
        Stage::Settled { .. } => "settled",
        Stage::Failed { .. } => "failed",
    };
    Ok(json(StatusCode::OK, &DecidedView { stage }))
}

fn resident(sandbox: &Sandbox, written: &str) -> Result<Rut, Refusal> {
    let rut = Rut::parse(written).map_err(|error| Refusal::wrong(error.to_string()))?;
    let lives_here = sandbox.world().population().contains(rut);
    lives_here.then_some(rut).ok_or_else(|| Refusal::unknown("nobody in the box has that RUT"))
}

fn view(seen: Seen) -> PhoneView {
    PhoneView {
        device_id: seen.phone.device,
        blocked: seen.phone.blocked,
        pending: seen.pending.into_iter().map(pending).collect(),
        cards: seen.cards,
    }
}

fn pending(waiting: phone::Waiting) -> PendingView {
    let phone::Waiting { key, order, challenge, sms, codes } = waiting;
    PendingView {
        transfer_id: key.code_of(&order.what),
        operation: match order.what {
            What::Transfer => "transfer",
            What::Withdrawal => "withdrawal",
            What::Bill { .. } => "bill_payment",
            What::Beneficiary { .. } => "beneficiary",
        },
        to_rut: order.to_rut.filter(|_| order.what == What::Withdrawal).map(|rut| rut.dotted()),
        institution: key.customer.institution,
        end_to_end_id: key.id.to_string(),
        amount: order.amount,
        to_name: order.to_name,
        to_account: order.to_account,
        to_institution: order.to_bank.to_string(),
        comment: order.comment,
        challenge: challenge.kind.word().to_owned(),
        expires_at: challenge.expires_at.to_string(),
        sms,
        codes,
    }
}

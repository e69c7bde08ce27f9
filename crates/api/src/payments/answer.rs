//! `POST /v1/payments/{id}/answer`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::payments::ChallengeAnswer;
use cartola_http::once::Fingerprint;
use cartola_http::{
    Authenticated, Gate, IdempotencyKey, Json, PathId, Problem, Query, Refusal, answer,
};
use cartola_model::Scope;
use cartola_primitives::Secret;
use cartola_primitives::id::PaymentId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::PaymentView;
use crate::wire;

/// What the customer answers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `page`, and `sms`, `codes` or both")]
#[schema(
    as = PaymentAnswer,
    example = json!({"page": "8c0f2b7d5e9a41360f4d2a7be1c35f6890ab12cd", "sms": "482913"})
)]
pub struct Asked {
    /// The challenge's `page`.
    page: String,
    /// The code of the SMS.
    sms: Option<String>,
    /// The codes of the card or device, in the order of `labels`.
    codes: Option<Vec<String>>,
}

/// Answer a challenge
///
/// On each page one answer is taken; the bank is told it in the background. A wrong code is asked for
/// again on a new page, until the bank has had enough.
#[utoipa::path(
    post, path = "/v1/payments/{id}/answer", operation_id = "answer_payment", tag = "payments",
    params(("id" = inline(wire::PaymentId), Path, description = "The payment.")),
    request_body = Asked,
    responses((status = 200, description = "The payment", body = PaymentView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!([
        "parameter_invalid", "not_found", "payment_page_ended", "payment_answer_invalid",
    ]))),
)]
pub async fn answer(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<PaymentId>,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Json(asked): Json<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let ticket = key.ticket(engine, who, "payments.answer", fingerprint(id, &asked)).await?;
    let sms = asked.sms.map(Secret::new);
    let codes: Option<Vec<_>> =
        asked.codes.map(|codes| codes.into_iter().map(Secret::new).collect());
    let codes = codes.as_ref().map(|codes| codes.iter().map(|code| code.expose().as_str()));
    let given = ChallengeAnswer::typed(sms.as_ref().map(|sms| sms.expose().as_str()), codes);
    let taken = engine.answer_payment_of(who, id, (&asked.page, &given)).await?;
    let payment = taken.ok_or_else(|| Problem::not_found("payment"))?;
    let recorded = answer::recorded(StatusCode::OK, &PaymentView::from(payment));
    if let Some(ticket) = &ticket {
        engine.record(ticket, &recorded).await?;
    }
    Ok(answer::fresh(recorded))
}

/// All that makes one answer another.
fn fingerprint(id: PaymentId, asked: &Asked) -> Fingerprint {
    let Asked { page, sms, codes } = asked;
    let codes = codes.iter().flatten().map(|code| Some(code.as_bytes()));
    let parts =
        [Some(&id.as_bytes()[..]), Some(page.as_bytes()), sms.as_deref().map(str::as_bytes)];
    parts.into_iter().chain(codes).fold(Fingerprint::default(), Fingerprint::with)
}

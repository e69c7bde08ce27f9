//! `POST /v1/authorizations`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::Ask;
use cartola_http::problem::{Code, Text};
use cartola_http::{
    Authenticated, Gate, IdempotencyKey, Json, Problem, Query, Refusal, answer, parse,
};
use cartola_model::{Operation, Scope};
use serde::Deserialize;
use utoipa::ToSchema;

use super::CHANNEL;
use super::view::AuthorizationView;

/// Who is asked, and what they are to approve.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `rut` and `operation`")]
#[schema(
    as = AuthorizationRequest,
    example = json!({"rut": "12.345.678-5", "operation": {
        "kind": "transfer", "institution": "banco-chile", "to": {
            "institution": "banco-estado", "account": "12345678", "rut": "76192083-9",
            "name": "Ferretería Ñuñoa"},
        "amount": {"minor": 250_000, "currency": "CLP"}, "comment": "Pedido 4711"}})
)]
pub struct Asked {
    /// The person.
    pub rut: String,
    /// What they are to approve, whole: nothing else is done by it.
    pub operation: Operation,
}

/// Ask for an authorization
///
/// The person decides on their phone within five minutes. `Idempotency-Key` is required, and kept with
/// the authorization: the same key with the same body is the same authorization, however it stands by
/// then.
#[utoipa::path(
    post, path = "/v1/authorizations", operation_id = "create_authorization",
    tag = "authorizations",
    request_body = Asked,
    responses((status = 201, description = "What the phone shows and signs", body = AuthorizationView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!([
        "parameter_invalid", "idempotency_key_missing", "operation_invalid", "phone_missing",
        "authorizations_too_many", "phone_new",
    ]))),
)]
pub async fn create(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Json(asked): Json<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let case = key.text().ok_or_else(|| Problem::new(Code::IdempotencyKeyMissing))?;
    let case = format!("{CHANNEL}/{case}");
    let wrong = |why: Text| Problem::new(Code::JsonInvalid).named("rut", why);
    let rut = parse::rut(&asked.rut).map_err(wrong)?;
    let ask = Ask { rut, operation: &asked.operation, channel: CHANNEL, case: &case, next: None };
    let authorization = gate.engine().ask_authorization(who, &ask).await?;
    Ok(answer::json(StatusCode::CREATED, &AuthorizationView::from(authorization)))
}

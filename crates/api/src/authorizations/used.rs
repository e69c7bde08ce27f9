//! `POST /v1/authorizations/use`

use axum::extract::State;
use axum::response::Response;
use cartola_engine::authorizations::Use;
use cartola_engine::once::Reply;
use cartola_http::once::Fingerprint;
use cartola_http::problem::{Code, Text};
use cartola_http::{
    Authenticated, Gate, IdempotencyKey, Json, Problem, Query, Refusal, answer, parse,
};
use cartola_model::{Operation, Scope};
use cartola_primitives::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{AuthorizationView, recorded};

/// An approval, and the operation that is done by it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `token`, `rut` and `operation`")]
#[schema(
    as = AuthorizationUse,
    example = json!({"token": "mp_AZjB0qO0…", "rut": "12.345.678-5", "operation": {
        "kind": "document", "title": "Contrato de cuenta",
        "sha256": "9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de"}})
)]
pub struct Asked {
    /// The token of the approval.
    #[schema(value_type = String)]
    token: Secret<String>,
    /// The person.
    rut: String,
    /// What is done: exactly what was approved.
    operation: Operation,
}

/// Use an approval
///
/// Once, within five minutes, by whoever is about to do exactly what was approved. Whoever is refused must
/// not do it.
#[utoipa::path(
    post, path = "/v1/authorizations/use", operation_id = "use_authorization",
    tag = "authorizations",
    request_body = Asked,
    responses((status = 200, description = "The authorization, used", body = AuthorizationView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!([
        "parameter_invalid", "not_found", "approval_other", "approval_ended",
    ]))),
)]
pub async fn use_up(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Json(asked): Json<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let wrong = |why: Text| Problem::new(Code::JsonInvalid).named("rut", why);
    let rut = parse::rut(&asked.rut).map_err(wrong)?;
    let operation = serde_json::to_vec(&asked.operation).expect("an operation is JSON");
    let request = Fingerprint::default()
        .with(Some(asked.token.expose().as_bytes()))
        .with(Some(rut.compact().as_bytes()))
        .with(Some(&operation));
    let ticket = key.ticket(engine, who, "authorizations.use", request).await?;
    let wanted = Use { token: asked.token.expose(), rut, operation: &asked.operation };
    let reply = Reply { ticket: ticket.as_ref(), render: &recorded };
    let authorization = engine.use_authorization_replying(who, &wanted, reply).await?;
    Ok(answer::fresh(recorded(&authorization)))
}

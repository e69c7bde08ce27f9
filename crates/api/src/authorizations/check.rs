//! `POST /v1/authorizations/check`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::Reason;
use cartola_http::problem::{Code, Text};
use cartola_http::{
    Authenticated, Gate, IdempotencyKey, Json, Problem, Query, Refusal, answer, parse,
};
use cartola_model::Scope;
use serde::Serialize;
use utoipa::ToSchema;

use super::create::Asked;

/// Whether somebody must be asked.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthorizationNeed)]
struct NeedView {
    /// Whether the operation must be approved.
    required: bool,
    /// Whether the gateway itself refuses to do it without an approval, as this installation is set.
    enforced: bool,
    /// Why: `beneficiary`, `first_time`, `amount`, `signature`.
    reasons: Vec<&'static str>,
}

/// Say whether an operation must be approved
///
/// Changes of beneficiaries, first payments to somebody and signatures always must; money beyond what
/// the installation lets pass must too. Nothing is kept of the question.
#[utoipa::path(
    post, path = "/v1/authorizations/check", operation_id = "check_authorization",
    tag = "authorizations",
    request_body = Asked,
    responses((status = 200, description = "Whether, and why", body = NeedView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "operation_invalid"]))),
)]
pub async fn check(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(()): Query<()>,
    _key: IdempotencyKey,
    Json(asked): Json<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let wrong = |why: Text| Problem::new(Code::JsonInvalid).named("rut", why);
    let rut = parse::rut(&asked.rut).map_err(wrong)?;
    let reasons = gate.engine().must_authorize(who, rut, &asked.operation).await?;
    let kind = asked.operation.kind();
    let enforced = !reasons.is_empty() && gate.engine().requires_approval(who.tenant, kind);
    let reasons: Vec<_> = reasons.into_iter().map(Reason::name).collect();
    Ok(answer::json(StatusCode::OK, &NeedView { required: !reasons.is_empty(), enforced, reasons }))
}

//! `POST /v1/links/{id}/account-link`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::body::Nothing;
use cartola_http::once::Fingerprint;
use cartola_http::{Authenticated, Gate, IdempotencyKey, PathId, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::LinkId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire;

/// A link as clients of `/khipu` name it.
#[derive(Serialize, ToSchema)]
struct AccountLink {
    /// What `/khipu` takes as `RequestData.AccountCredential.AccountLink`. It is good for this
    /// tenant alone, and no longer than the link.
    account_link: String,
}

/// Get a link as an `AccountLink`
///
/// For any link, one that is fed by statement files too. The same link has the same one each time.
/// The body is empty, or an empty object.
#[utoipa::path(
    post, path = "/v1/links/{id}/account-link", operation_id = "account_link", tag = "links",
    params(("id" = inline(wire::LinkId), Path, description = "The link.")),
    responses((status = 200, description = "The link as `/khipu` takes it", body = AccountLink)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn account_link(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<LinkId>,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Nothing: Nothing,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let request = Fingerprint::default().with(Some(id.as_bytes()));
    let ticket = key.ticket(engine, who, "links.account_link", request).await?;
    let link = engine.link(who, id).await?.ok_or_else(|| Problem::not_found("link"))?;
    let view = AccountLink { account_link: engine.account_link(who, link.id) };
    let recorded = answer::recorded(StatusCode::OK, &view);
    if let Some(ticket) = &ticket {
        engine.record(ticket, &recorded).await?;
    }
    Ok(answer::fresh(recorded))
}

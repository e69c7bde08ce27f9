//! `POST /v1/endpoints/{id}/enable`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::messages::Endpoint;
use cartola_engine::once::Reply;
use cartola_http::body::Nothing;
use cartola_http::once::Fingerprint;
use cartola_http::parameters::PathText;
use cartola_http::{
    Authenticated, Gate, IdempotencyKey, Problem, Query, Refusal, answer, of_write, parse,
};
use cartola_model::Scope;

use super::view::{EndpointView, receiver};
use crate::wire;

/// Enable an endpoint
///
/// Lets messages go there again after the receiver has answered 410. Those that were given up
/// meanwhile wait to be replayed. One that is enabled stays so. The body is empty, or an empty object.
#[utoipa::path(
    post, path = "/v1/endpoints/{id}/enable", operation_id = "enable_endpoint", tag = "messages",
    params(("id" = inline(wire::EndpointId), Path, description = "The endpoint.")),
    responses((status = 200, description = "The endpoint as it now stands", body = EndpointView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn enable(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathText(id): PathText,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Nothing: Nothing,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let id = parse::endpoint(&id).map_err(|why| Problem::parameter("id", why))?;
    let request = Fingerprint::default().with(Some(id.to_string().as_bytes()));
    let ticket = key.ticket(engine, who, "endpoints.enable", request).await?;
    let not_found = || Problem::not_found("endpoint");
    let known = engine.endpoint(who, id).await?.ok_or_else(not_found)?;
    let receiver = receiver(engine, who, &known).await;
    let render = |endpoint: &Endpoint| {
        let view = EndpointView::new(id, receiver.clone(), endpoint.disabled_at);
        answer::recorded(StatusCode::OK, &view)
    };
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let enabled = engine.enable_endpoint(who, id, reply).await.map_err(of_write)?;
    Ok(answer::fresh(render(&enabled.ok_or_else(not_found)?)))
}

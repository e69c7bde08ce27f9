//! `POST /v1/movements/{id}/split`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::movements::Split;
use cartola_engine::once::Reply;
use cartola_http::once::Fingerprint;
use cartola_http::{
    Authenticated, Gate, IdempotencyKey, Json, PathId, Problem, Query, Refusal, answer,
};
use cartola_model::{Counterparty, Scope};
use cartola_primitives::id::{MovementId, SourceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::MovementView;
use crate::wire;

/// Which source record becomes a movement of its own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `source_id`")]
#[schema(
    as = SplitRequest,
    example = json!({"source_id": "src_0198c1d2a3b4c5d6e7f8091a2b3c4d5e"})
)]
pub struct Asked {
    /// One of the sources that `why` lists.
    #[schema(value_type = wire::SourceId)]
    source_id: SourceId,
}

/// Both movements after a split.
#[derive(Serialize, ToSchema)]
#[schema(as = Split)]
pub struct SplitView<'a> {
    /// What remains of the movement.
    remaining: MovementView<'a>,
    /// What was split off, under an id of its own.
    split: MovementView<'a>,
}

impl<'a> SplitView<'a> {
    fn of(split: &'a Split, counterparty: Option<&'a Counterparty>) -> Self {
        Self {
            remaining: MovementView::of(&split.remaining, counterparty),
            split: MovementView::of(&split.split, None),
        }
    }
}

/// Undo a merge
///
/// Makes one source record of a movement a movement of its own. Later imports leave both alone.
#[utoipa::path(
    post, path = "/v1/movements/{id}/split", operation_id = "split_movement", tag = "movements",
    params(("id" = inline(wire::MovementId), Path, description = "The movement.")),
    request_body = Asked,
    responses((status = 200, description = "Both movements", body = SplitView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found", "split_only_source"]))),
)]
pub async fn split(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<MovementId>,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Json(asked): Json<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let request =
        Fingerprint::default().with(Some(id.as_bytes())).with(Some(asked.source_id.as_bytes()));
    let ticket = key.ticket(engine, who, "movements.split", request).await?;
    let known = engine.explain(who, id).await?.ok_or_else(|| Problem::not_found("movement"))?;
    let counterparty = engine.counterparty(who, &known.attested.row).await?;
    let render = |split: &Split| {
        answer::recorded(StatusCode::OK, &SplitView::of(split, counterparty.as_ref()))
    };
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let split = engine.split_movement(who, id, asked.source_id, reply).await?;
    Ok(answer::fresh(render(&split)))
}

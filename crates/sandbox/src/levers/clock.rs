//! `GET /_sandbox/clock`, `POST /_sandbox/clock`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_primitives::{Clock, SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{Asked, Mistake, Refusal};
use crate::door::json;
use crate::sandbox::Sandbox;

/// What the box's clock shows.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClockView {
    /// The instant, in UTC.
    #[schema(value_type = String, example = "2026-11-20T15:00:00Z")]
    now: Timestamp,
    /// The day in Santiago.
    #[schema(example = "2026-11-20")]
    today: String,
}

/// How far the clock is to go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Advance {
    /// An ISO 8601 duration, or one such as `5 minutes`; never backwards.
    #[schema(value_type = String, example = "PT5M")]
    advance: SignedDuration,
}

/// Read the clock
#[utoipa::path(get, path = "/_sandbox/clock", tag = "clock",
    responses((status = 200, description = "What it shows", body = ClockView)))]
pub(crate) async fn read(State(sandbox): State<Sandbox>) -> Response {
    shown(&sandbox)
}

/// Move the clock forward
///
/// For good: the offset from the real date is kept. What falls due in between has happened.
#[utoipa::path(post, path = "/_sandbox/clock", tag = "clock", request_body = Advance,
    responses(
        (status = 200, description = "What it shows now", body = ClockView),
        (status = 400, description = "No such move", body = Mistake)))]
pub(crate) async fn advance(
    State(sandbox): State<Sandbox>,
    Asked(asked): Asked<Advance>,
) -> Result<Response, Refusal> {
    sandbox.blocking(move |sandbox| sandbox.world().advance(asked.advance)).await?;
    Ok(shown(&sandbox))
}

fn shown(sandbox: &Sandbox) -> Response {
    let world = sandbox.world();
    let today = world.local_now().date().to_string();
    json(StatusCode::OK, &ClockView { now: world.now(), today })
}

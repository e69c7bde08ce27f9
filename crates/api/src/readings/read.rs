//! `GET /v1/readings/{id}`

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::{Authenticated, Gate, PathId, Problem, Query, Refusal, answer, parse};
use cartola_model::Scope;
use cartola_primitives::id::JobId;
use utoipa::IntoParams;

use super::view::ReadingView;
use crate::wire;

/// Longest wait for news of a reading, in seconds; less where requests may not take as long.
pub const MAX_WAIT_SECONDS: usize = 55;

/// What is left of the time of a request that waits, to be answered in.
const ANSWERING: Duration = Duration::from_secs(2);

/// How long news are waited for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Seconds to wait until the reading gets on, or ends, after the request has come. Without it
    /// the answer comes at once.
    #[param(required = false, minimum = 0, maximum = 55, default = 0)]
    wait: usize,
}

const _: () = assert!(MAX_WAIT_SECONDS == 55, "the document says so");

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        let wait = parameters.optional("wait", parse::whole(0..=MAX_WAIT_SECONDS))?;
        Ok(Self { wait: wait.unwrap_or_default() })
    }
}

/// Look at a reading
///
/// Where it stands, how far it is, and what it came to or why it failed. Readings are forgotten 30
/// days after they have ended.
#[utoipa::path(
    get, path = "/v1/readings/{id}", operation_id = "read_reading", tag = "links",
    params(("id" = inline(wire::ReadingId), Path, description = "The reading."), Asked),
    responses((status = 200, description = "The reading", body = ReadingView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<JobId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let engine = gate.engine();
    let unknown = || Problem::not_found("reading");
    let longest = Duration::from_secs(asked.wait as u64)
        .min(gate.request_timeout().saturating_sub(ANSWERING));
    if !longest.is_zero() {
        let seen = engine.reading_progress(who, id).await?.ok_or_else(unknown)?;
        engine.next_progress(who, id, Some(&seen), longest).await?;
    }
    let standing = engine.reading_standing(who, id).await?.ok_or_else(unknown)?;
    Ok(answer::json(StatusCode::OK, &ReadingView::at(&standing, engine.now())))
}

//! `PUT /_sandbox/institutions/{id}/hold`, and `DELETE`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::answer::{Mistake, Refusal};
use crate::bank::bank_of;
use crate::sandbox::Sandbox;

/// Keep a bank from settling
///
/// Transfers that are approved stay `PROCESSING` until it is let go, also when the box is started
/// again.
#[utoipa::path(put, path = "/_sandbox/institutions/{id}/hold", tag = "transfers",
    params(("id" = String, Path, description = "A bank's, or its company portal's")),
    responses(
        (status = 204, description = "It settles nothing"),
        (status = 404, description = "No such bank", body = Mistake)))]
pub(crate) async fn hold(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    set(&sandbox, id, true).await
}

/// Let a bank settle again
///
/// What was approved meanwhile settles at once, or fails where the money is gone.
#[utoipa::path(delete, path = "/_sandbox/institutions/{id}/hold", tag = "transfers",
    params(("id" = String, Path)),
    responses(
        (status = 204, description = "It settles"),
        (status = 404, description = "No such bank", body = Mistake)))]
pub(crate) async fn release(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    set(&sandbox, id, false).await
}

async fn set(sandbox: &Sandbox, id: String, held: bool) -> Result<Response, Refusal> {
    bank_of(&id).ok_or_else(|| Refusal::unknown("the box has no bank of that id"))?;
    sandbox.blocking(move |sandbox| sandbox.world().hold_settlement(&id, held)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

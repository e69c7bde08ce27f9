//! `GET /mibanco/api/v1/mibanco/transfer/{transfer_id}`

use axum::extract::{Path, State};
use axum::response::Response;
use cartola_http::Gate;
use cartola_model::Scope;

use super::super::caller::Session;
use super::super::refused::{Told as Error, answered};
use super::create::shown;
use super::told::Told;
use super::{Standing, in_path};

/// Look at a transfer
#[utoipa::path(
    get, path = "/api/v1/mibanco/transfer/{transfer_id}", operation_id = "look_at_transfer",
    tag = "transfers",
    params(("transfer_id" = String, Path, description = "As the transfer was answered, or its `end_to_end_id`")),
    responses(
        (status = 200, description = "It has ended", body = Told),
        (status = 202, description = "It waits, or is under way", body = Told),
        (status = 404, description = "`TRANSFER_NOT_FOUND`", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn look(
    State(gate): State<Gate>,
    caller: Session,
    Path(transfer_id): Path<String>,
) -> Response {
    let told = async {
        let session = caller.may(Scope::Read)?;
        let named = in_path(&transfer_id)?;
        let standing = Standing::of(gate.engine(), session, &named.id).await?;
        Ok(shown(&Told::of(&named.id, &standing).named(named.end_to_end_id)))
    };
    answered(&gate, told.await)
}

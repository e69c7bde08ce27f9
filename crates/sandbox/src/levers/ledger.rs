//! `GET /_sandbox/ledger/check`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::door::json;
use crate::sandbox::Sandbox;
use crate::world::LedgerCheck;

/// Check the ledger
///
/// Proves for everything that was done on top of the base history that no money appeared or
/// vanished.
#[utoipa::path(get, path = "/_sandbox/ledger/check", tag = "ledger",
    responses(
        (status = 200, description = "It balances", body = LedgerCheck),
        (status = 409, description = "It does not, and by how much", body = LedgerCheck)))]
pub(crate) async fn check(State(sandbox): State<Sandbox>) -> Response {
    let check = sandbox.blocking(|sandbox| sandbox.world().check_ledger()).await;
    json(if check.balanced { StatusCode::OK } else { StatusCode::CONFLICT }, &check)
}

//! A bank's side of `ApiStore`, under `/banks/{institution}/apistore`. What its document leaves open is
//! in `docs/apistore.md`; who is a client here, in `docs/sandbox.md`.

mod caller;
mod paying;
mod refused;
mod statement;
mod token;

use axum::Router;
use axum::routing::{get, post};

use crate::sandbox::Sandbox;

/// The device that every client of it is.
pub(super) const DEVICE: &str = "apistore";

/// The service of one bank.
pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/apistore/oauth/token", post(token::grant))
        .route("/apistore/api/movimientos-saldos", get(statement::read))
        .route("/apistore/api/pagos", post(paying::begin))
        .route("/apistore/api/pagos/clave/{key}", get(paying::look))
        .route("/apistore/api/pagos/clave/{key}/anulacion", post(paying::take_back))
        .route("/apistore/api/abono-en-linea", post(paying::begin))
        .route("/apistore/api/abono-en-linea/clave/{key}", get(paying::look))
        .route("/apistore/api/abono-en-linea/clave/{key}/anulacion", post(paying::take_back))
}

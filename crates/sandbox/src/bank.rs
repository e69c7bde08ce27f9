//! A bank's side of the Mi Banco protocol, the same for every bank of the box. What its document
//! leaves open is in `docs/mibanco.md`; that a bare MI PIN is taken, in `docs/sandbox.md`.

mod accounts;
mod answer;
mod caller;
mod misbehave;
mod session;
mod sessions;
mod statement;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use cartola_provider_mibanco::wire::{
    ACCOUNTS_PATH, BALANCES_PATH, PROFILE_PATH, SESSION_PATH, SESSION_REFRESH_PATH, STATEMENT_PATH,
};

use crate::sandbox::Sandbox;

pub(crate) use answer::json;
pub(crate) use caller::bank_of;
pub(crate) use sessions::Sessions;

/// The service of one bank, to be nested under `/banks/{institution}`.
pub(crate) fn router(sandbox: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .route(SESSION_PATH, post(session::open).delete(session::end))
        .route(SESSION_REFRESH_PATH, post(session::refresh))
        .route(PROFILE_PATH, get(accounts::profile))
        .route(ACCOUNTS_PATH, get(accounts::list))
        .route(BALANCES_PATH, get(accounts::balances))
        .route(STATEMENT_PATH, post(statement::read))
        .layer(from_fn_with_state(sandbox.clone(), misbehave::as_ordered))
}

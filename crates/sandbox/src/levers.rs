//! Levers: what only a test may do to the box. Everything here is under `/_sandbox` and described
//! by `/_sandbox/openapi.json`.

mod accounts;
mod answer;
mod atm;
mod clock;
mod institutions;
mod ledger;
mod movements;
mod notifications;
mod openapi;
mod persons;
mod phones;
mod settlement;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::sandbox::Sandbox;

pub(crate) use answer::Refusal;
pub use openapi::openapi_json;

/// All levers.
pub(crate) fn router() -> Router<Sandbox> {
    documented().into()
}

/// All levers, with what they say of themselves.
fn documented() -> OpenApiRouter<Sandbox> {
    OpenApiRouter::new()
        .routes(routes!(openapi::serve))
        .routes(routes!(clock::read, clock::advance))
        .routes(routes!(persons::list))
        .routes(routes!(persons::unlock))
        .routes(routes!(accounts::read))
        .routes(routes!(movements::list))
        .routes(routes!(movements::add))
        .routes(routes!(movements::amend, movements::delete))
        .routes(routes!(notifications::post))
        .routes(routes!(institutions::order, institutions::clear))
        .routes(routes!(settlement::hold, settlement::release))
        .routes(routes!(phones::read))
        .routes(routes!(phones::approve))
        .routes(routes!(phones::deny))
        .routes(routes!(phones::pass))
        .routes(routes!(atm::claim))
        .routes(routes!(ledger::check))
}

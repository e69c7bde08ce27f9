//! The facade: `/apistore/…` over the engine.
//!
//! | module | answers |
//! |---|---|
//! | `token` | a client's id and secret for a bearer token |
//! | `statement` | movements and balance of an account |
//! | `polled` | transfers that became known, to who asks |
//! | `subscriptions` | who is told of them unasked |
//! | `paying` | payments and deposits, and what is posted of their end |
//! | `received` | what an institution that is reached through `ApiStore` posts here |
//! | `telling` | what is posted to those |
//! | `openapi` | what the facade says of itself |
//! | `caller` | who calls, and whether they may |
//! | `refused` | how anything that is refused is said |

mod account;
mod caller;
mod openapi;
mod paying;
mod polled;
mod received;
mod refused;
mod statement;
mod subscriptions;
mod telling;
mod token;

use std::sync::Arc;

use axum::{Extension, Router};
use cartola_engine::subscriptions::Follows;
use cartola_engine::tokens::Audience;
use cartola_engine::work::Handler;
use cartola_http::callbacks::Callbacks;
use cartola_http::{Gate, layer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use paying::outcomes::Outcomes;
use paying::{by_key, deposits, payments};

pub use openapi::openapi_json;
pub use paying::MAX_PAGE_ENTRIES;
pub use polled::MAX_CHANGES;
pub use received::{
    MAX_NOTIFICATION_BYTES, NOTIFICATIONS_AT_ONCE, NOTIFICATIONS_PER_SECOND, STRANGERS_PER_SECOND,
};
pub use statement::{DEFAULT_LIMIT, MAX_DAYS, MAX_LIMIT};
pub use telling::{MAX_AGE_DAYS, SIGNATURE};

/// Where the facade is mounted.
pub const PREFIX: &str = "/apistore";

/// Whom tokens of this facade are for.
pub const AUDIENCE: Audience = Audience::new("apistore");

/// The routes, ready to be mounted under [`PREFIX`].
pub fn router(gate: Gate, callbacks: Callbacks) -> Router {
    let (routes, _) = documented().split_for_parts();
    let routes = routes.layer(Extension(callbacks)).layer(Extension(received::Desk::new()));
    layer::around_speaking(routes, gate, refused::voice)
}

/// Who tells subscribers: of movements, and of payments that have ended.
pub fn handlers(callbacks: Callbacks) -> [Arc<dyn Handler>; 2] {
    let notices = telling::Notices::new(callbacks.clone());
    [Arc::new(Follows::new(Arc::new(notices))), Arc::new(Outcomes::new(callbacks))]
}

/// All routes, with what they say of themselves.
fn documented() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(token::token))
        .routes(routes!(statement::read))
        .routes(routes!(payments::create, payments::list))
        .routes(routes!(payments::read))
        .routes(routes!(deposits::create, deposits::list))
        .routes(routes!(deposits::read))
        .routes(routes!(by_key::payment))
        .routes(routes!(by_key::take_payment_back))
        .routes(routes!(by_key::deposit))
        .routes(routes!(by_key::take_deposit_back))
        .routes(routes!(polled::poll))
        .routes(routes!(subscriptions::create::create, subscriptions::list::list))
        .routes(routes!(subscriptions::end::end))
        .routes(routes!(subscriptions::rotate::rotate))
        .routes(routes!(received::receive))
        .routes(routes!(openapi::serve))
}

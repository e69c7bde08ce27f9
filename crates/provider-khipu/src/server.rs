//! The facade: `/khipu/…` over the engine.
//!
//! | module | answers |
//! |---|---|
//! | `banking` | the five operations |
//! | `oauth` | tokens for clients, and the keys that check them |
//! | `openapi` | what the facade says of itself |
//! | `question` | what is asked, once it is known to make sense |
//! | `desk` | one call, from its body to its answer |
//! | `source` | whose data, and how it is read |
//! | `records` | what the store then holds, in Khipu's words |
//! | `errand` | results that are posted later |
//! | `said` | how anything becomes an answer |

mod banking;
mod caller;
mod declined;
mod desk;
mod errand;
mod movements;
mod new_link;
mod oauth;
mod openapi;
mod question;
mod records;
mod said;
mod source;

use std::sync::Arc;
use std::time::Duration;

use axum::routing::post;
use axum::{Extension, Router};
use cartola_engine::tokens::Audience;
use cartola_engine::work::Handler;
use cartola_http::callbacks::Callbacks;
use cartola_http::{Gate, layer};
use cartola_primitives::SignedDuration;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use errand::Answers;

pub use openapi::openapi_json;

/// Where the facade is mounted.
pub const PREFIX: &str = "/khipu";

/// Whom tokens of this facade are for.
pub const AUDIENCE: Audience = Audience::new("khipu");

/// How long a synchronous call waits for the bank. Clients and proxies commonly give up after 60 s.
pub const SYNC_WAIT: Duration = Duration::from_secs(55);

/// How long the mandate of a call holds at most whose caller waits.
pub const SYNC_MANDATE_TERM: SignedDuration = SignedDuration::from_mins(2);

/// `LifeSpan` of an accepted call, seconds: twice what a reading may take, as it may have to wait
/// for another one of the same link.
pub const LIFE_SPAN_SECONDS: u32 = 600;

const _: () =
    assert!(LIFE_SPAN_SECONDS as u64 >= 2 * cartola_engine::readings::READING_TIMEOUT.as_secs());

/// Movements that one answer, or one statement of it, is made of at most.
pub const MAX_MOVEMENTS: usize = 10_000;

/// Longest body of an answer, bytes: what a callback can carry, so that both ways give the same.
pub const MAX_ANSWER_BYTES: usize = cartola_engine::outbox::MAX_MESSAGE_BYTES - (64 << 10);

/// The routes, ready to be mounted under [`PREFIX`].
pub fn router(gate: Gate, callbacks: Callbacks) -> Router {
    let (routes, _) = documented().split_for_parts();
    layer::around_speaking(routes.layer(Extension(callbacks)), gate, said::voice)
}

/// Who posts results later.
pub fn handler(callbacks: Callbacks) -> Arc<dyn Handler> {
    Arc::new(Answers::new(callbacks))
}

/// All routes, with what they say of themselves.
fn documented() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(banking::accounts))
        .routes(routes!(banking::balance))
        .routes(routes!(banking::statements))
        .routes(routes!(banking::transactions))
        .routes(routes!(banking::token))
        .route("/v1/cl/banking/{segment}/{bank}/{operation}", post(banking::none))
        .routes(routes!(openapi::serve))
        .routes(routes!(oauth::token))
        .routes(routes!(oauth::jwks))
}

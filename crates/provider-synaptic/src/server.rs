//! The facade: `/synaptic/api/v1/…` over the engine.
//!
//! | module | answers |
//! |---|---|
//! | `login` | an API key for a session, and whether a session holds |
//! | `entities` | what can be asked of whom |
//! | `create` | a task is begun |
//! | `look` | where a task stands, and its results |
//! | `standing` | whether a person is locked out of an entity |
//! | `results` | what was read, in the document's words |
//! | `refused` | how anything that is refused is said |

mod body;
mod caller;
mod create;
mod entities;
mod login;
mod look;
mod openapi;
mod refused;
mod results;
mod standing;

use std::sync::Arc;

use axum::Router;
use cartola_engine::tasks::TaskEnds;
use cartola_engine::tokens::Audience;
use cartola_engine::work::Handler;
use cartola_http::{Gate, layer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use results::Results;

pub use openapi::openapi_json;

/// Where the facade is mounted.
pub const PREFIX: &str = "/synaptic";

/// Whom sessions of this facade are for.
pub const AUDIENCE: Audience = Audience::new("synaptic");

/// What stands before our actions, where tasks of all facades are kept.
const ACTIONS: &str = "synaptic/";

/// Days of movements that `movements` tells, today included. The document names none.
pub const MOVEMENT_DAYS: i64 = 90;

/// Movements that one result is made of at most.
pub const MAX_MOVEMENTS: usize = 20_000;

/// The routes, ready to be mounted under [`PREFIX`].
pub fn router(gate: Gate) -> Router {
    let (routes, _) = documented().split_for_parts();
    layer::around_speaking(routes, gate, refused::voice)
}

/// Who renders the results of tasks.
pub fn handler() -> Arc<dyn Handler> {
    Arc::new(TaskEnds::new(Arc::new(Results)))
}

/// All routes, with what they say of themselves.
fn documented() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(login::login))
        .routes(routes!(login::is_token_valid))
        .routes(routes!(create::create))
        .routes(routes!(look::look))
        .routes(routes!(entities::list))
        .routes(routes!(standing::by_entity))
        .routes(routes!(openapi::serve))
}

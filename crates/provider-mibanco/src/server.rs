//! The facade: `/mibanco/…` over the engine.
//!
//! | module | answers |
//! |---|---|
//! | `session` | a session of a device: opened with RUT and MI PIN, renewed, ended |
//! | `pin` | what a MI PIN arrives in, and the keys that it is encrypted to |
//! | `reads` | what the customer's bank knows: accounts, movements, products |
//! | `told` | how that is said |
//! | `caller` | who calls, on which session and from which device |
//! | `desk` | how the bank is asked |
//! | `screens` | the screens of the app that calls stand for, as the audit trail names them |
//! | `refused` | how anything that is refused is said |
//! | `settings` | what an operator chooses |
//! | `openapi` | what the facade says of itself |

mod caller;
mod desk;
mod openapi;
mod pin;
mod reads;
mod refused;
mod screens;
mod session;
mod settings;
mod told;

use std::time::Duration;

use axum::{Extension, Router};
use cartola_engine::tokens::Audience;
use cartola_http::{Gate, layer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use desk::STATEMENT_HOLDS;
pub use openapi::openapi_json;
pub use pin::PIN_LASTS;
pub use reads::MAX_MOVEMENTS;
pub use settings::{Settings, SettingsError};

/// Where the facade is mounted.
pub const PREFIX: &str = "/mibanco";

/// Whom sessions of this facade are for.
pub const AUDIENCE: Audience = Audience::new("mibanco");

/// How long a call waits for the bank. Clients and proxies commonly give up after 60 s.
pub const SYNC_WAIT: Duration = Duration::from_secs(55);

/// The routes, ready to be mounted under [`PREFIX`].
pub fn router(gate: Gate, settings: Settings) -> Router {
    let (routes, _) = documented().split_for_parts();
    layer::around_speaking(routes.layer(Extension(settings)), gate, refused::voice)
}

/// All routes, with what they say of themselves.
fn documented() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(session::open::open, session::end::end))
        .routes(routes!(session::refresh::refresh))
        .routes(routes!(pin::keys))
        .routes(routes!(reads::profile::read))
        .routes(routes!(reads::accounts::read))
        .routes(routes!(reads::balances::read))
        .routes(routes!(reads::statement::read))
        .routes(routes!(reads::cards::read))
        .routes(routes!(reads::credit_lines::read))
        .routes(routes!(reads::bills::read))
        .routes(routes!(reads::beneficiaries::read))
        .routes(routes!(openapi::serve))
}

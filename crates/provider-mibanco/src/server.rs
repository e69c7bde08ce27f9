//! The facade: `/mibanco/…` over the engine.
//!
//! | module | answers |
//! |---|---|
//! | `session` | a session of a device: opened with RUT and MI PIN, renewed, ended |
//! | `pin` | what a MI PIN arrives in, and the keys that it is encrypted to |
//! | `reads` | what the customer's bank knows: accounts, movements, products |
//! | `told` | how that is said |
//! | `named` | what an order is known by |
//! | `mipass` | the customer's phone, what it is asked and what it decides |
//! | `transfer` | transfers, and what is posted of their end |
//! | `instructions` | cash at ATMs, bills that are paid, changes of beneficiaries |
//! | `caller` | who calls, on which session and from which device |
//! | `door` | how often sessions are opened without a key |
//! | `desk` | how the bank is asked |
//! | `screens` | the screens of the app that calls stand for, as the audit trail names them |
//! | `refused` | how anything that is refused is said |
//! | `settings` | what an operator chooses |
//! | `openapi` | what the facade says of itself |

mod caller;
mod desk;
mod door;
mod instructions;
mod mipass;
mod named;
mod openapi;
mod pin;
mod reads;
mod refused;
mod screens;
mod session;
mod settings;
mod told;
mod transfer;
mod unapproved;

use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use cartola_engine::tokens::Audience;
use cartola_engine::work::Handler;
use cartola_http::{Callbacks, Gate, layer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use desk::STATEMENT_HOLDS;
pub use openapi::openapi_json;
pub use pin::PIN_LASTS;
pub use reads::MAX_MOVEMENTS;
pub use settings::{Settings, SettingsError};
pub use transfer::create::BANK_WAIT;

/// Where the facade is mounted.
pub const PREFIX: &str = "/mibanco";

/// Whom sessions of this facade are for.
pub const AUDIENCE: Audience = Audience::new("mibanco");

/// How long a call waits for the bank. Clients and proxies commonly give up after 60 s.
pub const SYNC_WAIT: Duration = Duration::from_secs(55);

/// The routes, ready to be mounted under [`PREFIX`].
pub fn router(gate: Gate, callbacks: Callbacks, settings: Settings) -> Router {
    let (routes, _) = documented().split_for_parts();
    let door = Arc::new(door::Door::new());
    let routes = routes.layer(Extension(callbacks)).layer(Extension(settings));
    let routes = routes.layer(Extension(door));
    layer::around_speaking(routes, gate, refused::voice)
}

/// Who begins what was approved, and tells how it ended.
pub fn handlers(callbacks: Callbacks) -> [Arc<dyn Handler>; 4] {
    [
        Arc::new(transfer::approved::Approvals::new(callbacks.clone())),
        Arc::new(transfer::ended::Ends::new(callbacks.clone())),
        Arc::new(instructions::approved::Approvals::new(callbacks.clone())),
        Arc::new(instructions::ended::Ends::new(callbacks)),
    ]
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
        .routes(routes!(reads::beneficiaries::read, instructions::beneficiary::change))
        .routes(routes!(mipass::enrol::begin))
        .routes(routes!(mipass::phone::enrol))
        .routes(routes!(mipass::block::block))
        .routes(routes!(mipass::challenge::ask))
        .routes(routes!(mipass::challenge::look))
        .routes(routes!(mipass::decide::decide))
        .routes(routes!(mipass::log::read))
        .routes(routes!(transfer::create::create))
        .routes(routes!(transfer::look::look))
        .routes(routes!(transfer::answer::answer))
        .routes(routes!(transfer::withdraw::withdraw))
        .routes(routes!(instructions::list::read, instructions::cash::create))
        .routes(routes!(instructions::look::withdrawal))
        .routes(routes!(instructions::cancel::withdrawal))
        .routes(routes!(instructions::bill::pay))
        .routes(routes!(instructions::look::bill_payment))
        .routes(routes!(instructions::cancel::bill_payment))
        .routes(routes!(instructions::look::change))
        .routes(routes!(instructions::cancel::change))
        .routes(routes!(openapi::serve))
}

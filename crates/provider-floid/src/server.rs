//! The facade: `/floid/…` over the engine.
//!
//! | module | answers |
//! |---|---|
//! | `identity` | who somebody is: by their bank, by Clave Única, by what is known |
//! | `assets`, `debt` | what somebody has and owes |
//! | `queued` | income and history, which are posted later |
//! | `pis` | payments |
//! | `iframe`, `frames` | a page for payers: asked for, where it is, who may frame it |
//! | `last_word` | what is posted once a payment or a page has ended |
//! | `current` | the current dialect |
//! | `asked` | a call, once it is known who calls |
//! | `case` | a caller's case: the same twice has one effect. For payments too |
//! | `callback` | where something is posted, and with which key. For payments too |
//! | `desk` | institutions, asked with what came along |
//! | `errand` | results that are posted later |
//! | `telling` | what was read, in canonical terms and in the document's words |
//! | `refused` | how anything that is refused is said |

mod asked;
mod assets;
mod banks;
mod callback;
mod case;
mod current;
mod debt;
mod desk;
mod errand;
mod frames;
mod identity;
mod iframe;
mod last_word;
mod openapi;
mod pis;
mod queued;
mod refused;
mod telling;

use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use cartola_engine::work::Handler;
use cartola_http::callbacks::Callbacks;
use cartola_http::{Gate, layer};
use cartola_primitives::SignedDuration;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use errand::Answers;
use last_word::{LastWords, Subject};

pub use banks::{DefaultBankError, DefaultBanks};
pub use frames::{FrameError, Frames};
pub use iframe::words;
pub use openapi::openapi_json;

/// Where the facade is mounted.
pub const PREFIX: &str = "/floid";

/// Where payers find the page on which they pay, under [`PREFIX`], as in the document.
pub const PAGE: &str = "/money-transfer/iframe";

/// How long a synchronous call waits for an institution. Clients and proxies commonly give up after
/// 60 s.
pub const SYNC_WAIT: Duration = Duration::from_secs(55);

/// How long the mandate of a call holds at most whose caller waits.
pub const SYNC_MANDATE_TERM: SignedDuration = SignedDuration::from_mins(2);

/// Wrong passwords in a row that lock a user in the current dialect.
pub const CURRENT_THRESHOLD: u32 = 2;

/// Movements that one result is made of at most.
pub const MAX_MOVEMENTS: usize = 20_000;

/// Longest result, bytes: what a callback can carry, so that both ways give the same.
pub const MAX_ANSWER_BYTES: usize = cartola_engine::outbox::MAX_MESSAGE_BYTES - (64 << 10);

/// What the facade is told by whoever runs it.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The banks of whoever names none.
    pub banks: DefaultBanks,
    /// Where payers' pages are, and who may frame them.
    pub frames: Frames,
}

/// The routes, ready to be mounted under [`PREFIX`].
pub fn router(gate: Gate, callbacks: Callbacks, settings: Settings) -> Router {
    let Settings { banks, frames } = settings;
    let (routes, _) = documented().split_for_parts();
    let routes = routes.layer(Extension(callbacks)).layer(Extension(Arc::new(banks)));
    let routes = routes.layer(Extension(Arc::new(frames)));
    layer::around_speaking(routes, gate, refused::voice)
}

/// Who posts results later, and the last word on payments.
pub fn handlers(callbacks: Callbacks) -> [Arc<dyn Handler>; 3] {
    [
        Arc::new(Answers::new(callbacks.clone())),
        Arc::new(LastWords::new(Subject::Payment, callbacks.clone())),
        Arc::new(LastWords::new(Subject::Checkout, callbacks)),
    ]
}

/// All routes, with what they say of themselves.
fn documented() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(identity::bank_id))
        .routes(routes!(identity::clave_unica))
        .routes(routes!(identity::look_up))
        .routes(routes!(queued::income_check))
        .routes(routes!(assets::asset_report))
        .routes(routes!(queued::transaction_history))
        .routes(routes!(debt::full_debt))
        .routes(routes!(pis::transfer::transfer))
        .routes(routes!(pis::approval::approve))
        .routes(routes!(pis::approval::approve_optional))
        .routes(routes!(iframe::get_iframe))
        .routes(routes!(current::product))
        .routes(routes!(openapi::serve))
}

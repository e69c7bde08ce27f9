//! Mi Pass on a phone's own browser: enrolling it, what is asked on it, approving and denying, its log,
//! and blocking it.
//!
//! What the phone was given when it was enrolled is kept in a cookie, which no script can read and no
//! other site's form sends along. Every form says in `step` what it is and is answered by a redirect, so
//! that whoever loads the page again sends nothing twice. What is shown of an operation is the text that
//! is signed; its digest goes along with the decision, so that what was seen is what is approved.

mod assets;
mod cookie;
mod decide;
mod enrol;
mod holder;
mod refused;
mod screen;
mod send;
mod show;
mod words;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use axum::{Extension, Router};
use cartola_http::rate::RateLimit;
use cartola_http::{Gate, layer};
use cartola_primitives::id::EnrolmentId;

/// Where the page is.
pub const PATH: &str = "/mi-pass";

/// Largest form, bytes: a code, a name, a PIN and a digest take a few hundred.
pub const MAX_FORM_BYTES: usize = 4 << 10;

/// Requests a second that one phone makes in the long run.
pub const REQUESTS_PER_SECOND: u32 = 5;

/// The same at once.
pub const REQUESTS_AT_ONCE: u32 = 40;

/// Forms of no phone that are taken a second, all callers together; others are told to wait. Guessing
/// one of 2^192 codes is hopeless.
pub const UNKNOWN_PER_SECOND: u32 = 50;

/// Entries of a page of the log.
pub const LOG_ENTRIES: usize = 20;

/// What all requests share.
struct Desk {
    known: RateLimit<EnrolmentId>,
    unknown: RateLimit<()>,
}

/// The routes, ready to be mounted under [`PATH`].
pub fn router(gate: Gate) -> Router {
    let desk = Desk {
        known: RateLimit::new(REQUESTS_PER_SECOND, REQUESTS_AT_ONCE),
        unknown: RateLimit::new(UNKNOWN_PER_SECOND, UNKNOWN_PER_SECOND),
    };
    let routes = Router::new()
        .route("/", get(show::show).post(send::send))
        .route("/style.css", get(assets::style))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .layer(Extension(Arc::new(desk)));
    layer::around_speaking(routes, gate, refused::voice)
}

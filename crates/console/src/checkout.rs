//! The page on which a payer pays: bank, credentials, challenge, waiting, result.
//!
//! Its address holds the token of the checkout, and nothing else is needed: no cookie, which a browser
//! would keep from a frame of another site. Every form is sent to the page's own address and answered
//! by a redirect to it, so that whoever loads it again sends nothing twice; what the page shows is what
//! the store says at that moment.

mod answer;
mod asked;
mod assets;
mod cancel;
mod form;
mod leave;
mod pay;
mod refused;
mod screen;
mod send;
mod show;
mod status;
mod view;
mod words;

use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use axum::{Extension, Router};
use cartola_http::rate::RateLimit;
use cartola_http::{Gate, layer};
use cartola_model::CheckoutStanding;
use cartola_primitives::id::CheckoutId;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Largest form, bytes: a RUT, a password and a few codes take a few hundred.
pub const MAX_FORM_BYTES: usize = 16 << 10;

/// Requests a second that one checkout's page takes in the long run: two pages that look for news.
pub const REQUESTS_PER_SECOND: u32 = 5;

/// The same at once: a page that is loaded again several times. Its style and its script are the same
/// for all, are kept by browsers, and are not counted.
pub const REQUESTS_AT_ONCE: u32 = 40;

/// Addresses of no checkout that are answered as that a second, all callers together; others are told
/// to wait. Guessing one of 2^192 tokens is hopeless.
pub const UNKNOWN_PER_SECOND: u32 = 50;

/// Questions for news that are held at once, all pages together: a quarter of the connections that a
/// gateway takes unless told otherwise. Whoever comes beyond is answered at once, and asks again.
pub const MAX_HELD: usize = 256;

/// What others are told of a checkout: a word and a sentence. Without a standing there is none.
pub type Words = fn(Option<CheckoutStanding>) -> (&'static str, &'static str);

/// What all requests share.
struct Desk {
    words: Words,
    known: RateLimit<CheckoutId>,
    unknown: RateLimit<()>,
    held: Semaphore,
}

/// The routes, ready to be mounted under the path of the page.
pub fn router(gate: Gate, words: Words) -> Router {
    let desk = Desk {
        words,
        known: RateLimit::new(REQUESTS_PER_SECOND, REQUESTS_AT_ONCE),
        unknown: RateLimit::new(UNKNOWN_PER_SECOND, UNKNOWN_PER_SECOND),
        held: Semaphore::new(MAX_HELD),
    };
    let routes = Router::new()
        .route("/", get(show::show).post(send::send))
        .route("/status", get(status::status))
        .route("/style.css", get(assets::style))
        .route("/script.js", get(assets::script))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .layer(Extension(Arc::new(desk)));
    layer::around_speaking(routes, gate, refused::voice)
}

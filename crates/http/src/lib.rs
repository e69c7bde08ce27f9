//! What every HTTP room shares: the principal of a request, limits, request ids, problems, callbacks.
//!
//! A room makes a `Router<Gate>` of its handlers and puts [`layer::around`] it. A handler takes
//! the caller as [`Authenticated`], what is asked through the strict extractors of this crate,
//! calls one use case, and answers; `?` turns every error into a [`problem::Problem`].

pub mod answer;
mod approval;
pub mod body;
pub mod callbacks;
mod context;
pub mod cursor;
pub mod document;
mod gate;
pub mod layer;
pub mod oauth;
pub mod once;
pub mod parameters;
pub mod parse;
mod principal;
pub mod problem;
pub mod rate;
mod refusal;

pub use approval::Approval;
pub use body::{Json, JsonOrNothing, JsonOrUntyped};
pub use callbacks::{Callback, Callbacks};
pub use context::{MAX_REQUEST_ID_BYTES, REQUEST_ID, RequestContext};
pub use cursor::Cursor;
pub use gate::{Gate, Limits, MAX_UPLOAD_BYTES, MAX_UPLOADS, UPLOAD_WAIT};
pub use once::IdempotencyKey;
pub use parameters::{Parameters, PathId, Query};
pub use principal::{Authenticated, admit, bearer};
pub use problem::Problem;
pub use rate::Peer;
pub use refusal::{Refusal, causes, of_write};

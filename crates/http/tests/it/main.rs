//! What the HTTP rooms share, without a server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod callbacks;
mod catalogue;
mod cursors;
mod json;
mod layer;
mod parameters;
mod rate;
mod world;

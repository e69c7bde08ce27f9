//! Layers, transport, addresses and credentials.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod addresses;
mod credentials;
mod layers;
mod scripted;
mod sessions;
mod transfers;
mod transport;

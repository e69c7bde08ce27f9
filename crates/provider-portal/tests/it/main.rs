//! The wire types to the letter, and the connector against a small server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod conformance;
mod failures;
mod products;
mod server;
mod wire;

//! The wire types against the document's examples, and the connector against a small bank.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bank;
mod client;
mod conformance;
mod failures;
mod instructions;
mod products;
mod properties;
mod records;
mod transfers;
mod wire;

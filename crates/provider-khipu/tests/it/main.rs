//! Khipu's protocol: requests, records, refusals.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod balances;
mod envelope;
mod moments;
mod paths;
mod refusals;
mod requests;
mod schema;
mod statements;
mod support;
mod transactions;

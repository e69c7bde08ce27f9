//! Tests of the statement files, through the connector alone.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod cards;
mod conformance;
mod hostile;
mod mapped;
mod never_panics;
mod ofx;
mod recognition;
mod refusals;
mod support;

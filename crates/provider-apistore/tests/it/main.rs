//! Records in the document's words, without a server; and the connector against a small bank.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]
#![allow(clippy::needless_pass_by_value, reason = "`check` takes its expectation as it is written")]

mod amounts;
mod bank;
mod both_ways;
mod client;
mod conformance;
mod failures;
mod gateway;
mod notifications;
mod payments;
mod records;
mod signatures;
mod statements;
mod transfers;

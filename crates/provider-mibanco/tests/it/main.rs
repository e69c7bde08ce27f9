//! The wire types against the document's examples, and the connector against a small bank.

mod bank;
mod client;
mod conformance;
mod failures;
mod properties;
mod wire;

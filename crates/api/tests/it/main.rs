//! The API in process: every test its own store in memory, and a clock that stands still.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod accounts;
mod authorizations;
mod bank;
mod bodies;
mod categories;
mod consents;
mod contract;
mod errors;
mod files;
mod imports;
mod isolation;
mod leaks;
mod links;
mod matters;
mod messages;
mod movements;
mod once;
mod operations;
mod queries;
mod readings;
mod split;
mod statement;
mod sync;
mod uploads;
mod webhook_secrets;
mod world;

//! Delivering the outbox: addresses, URLs, schedule, the client against real receivers, the worker.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod destination;
mod outage;
mod reach;
mod receiver;
mod schedule;
mod url;
mod worker;
mod world;

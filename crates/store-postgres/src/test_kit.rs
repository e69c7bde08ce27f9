//! A PostgreSQL server and databases for tests: of this crate, and of what runs on its store.

#![allow(clippy::missing_panics_doc, reason = "a test ends where something is not as it must be")]

mod database;
pub mod programs;
mod server;

pub use database::Database;
pub use server::{Durability, Ending, Server, TEMPLATE};

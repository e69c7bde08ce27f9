//! A PostgreSQL server and databases for tests: of this crate, and of what runs on its store.

#![allow(clippy::missing_panics_doc, reason = "a test ends where something is not as it must be")]

mod database;
mod later;
pub mod programs;
mod server;

pub use database::Database;
pub use later::later;
pub use server::{Durability, Ending, Server, TEMPLATE};

//! What needs the inside: vectors for bare signatures, and forgeries signed with the right key.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod forged;
mod vectors;

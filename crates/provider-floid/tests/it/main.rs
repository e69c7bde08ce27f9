//! What the protocol says on the wire, without a server.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod names;

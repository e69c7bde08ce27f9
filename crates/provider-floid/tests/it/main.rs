//! What the protocol says on the wire, without a server.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]
#![allow(clippy::needless_pass_by_value, reason = "`check` takes its expectation as it is written")]

mod answers;
mod banks;
mod failures;
mod members;
mod names;
mod payments;

//! Records in the document's words, without a server.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]
#![allow(clippy::needless_pass_by_value, reason = "`check` takes its expectation as it is written")]

mod amounts;
mod notifications;
mod payments;
mod records;
mod statements;

//! What canonical records come to.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::needless_pass_by_value, reason = "`check` takes its expectation as it is written")]

mod assets;
mod categories;
mod corpus;
mod debt;
mod entry;
mod income;
mod people;
mod sandbox_income;
mod spending;

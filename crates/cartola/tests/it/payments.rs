//! `/v1/payments` against the banks of the sandbox.

mod cancelling;
mod challenges;
mod doubts;
mod faults;
mod payee;
mod payer;
mod refusals;
mod sessions;

pub use payer::{Payer, answer_pending, ended};

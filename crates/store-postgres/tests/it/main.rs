//! The shared store: the contract of all backends, and what only this one promises.

mod contract;
mod programs;
mod server;
mod support;

//! The shared store: the contract of all backends, and what only this one promises.

mod check;
mod contract;
mod crash;
mod leftovers;
mod migration;
mod months;
mod processes;
mod programs;
mod secrecy;
mod server;
mod support;
mod tls;
mod walls;

//! The shared store: the contract of all backends, and what only this one promises.

mod check;
mod contract;
mod copying;
mod crash;
mod groups;
mod leftovers;
mod migration;
mod months;
mod pacing;
mod plans;
mod processes;
mod retention;
mod rolling;
mod secrecy;
mod support;
mod tls;
mod walls;

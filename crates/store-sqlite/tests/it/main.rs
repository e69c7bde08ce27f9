//! The embedded store: the contract of all backends, and what only this one promises.

mod backup;
mod check;
mod contract;
mod copying;
mod days;
mod erasing;
mod files;
mod leftovers;
mod migration;
mod processes;
mod queue;
mod retention;
mod support;
mod trail;
mod writer;

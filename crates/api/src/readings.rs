//! Readings of links: begun, looked at, and stopped.

pub mod cancel;
pub mod create;
mod failure;
pub mod read;
mod view;

//! Synaptic's extraction protocol (`/api/v1/…`): its models, how our records are said in them, and
//! the facade that serves it.
//!
//! | module | holds |
//! |---|---|
//! | [`wire`] | the models, member by member |
//! | [`mapping`] | canonical records as those models |
//! | [`action`] | what can be asked of whom, and what that takes |
//! | `server` | the routes under `/synaptic`, over the engine (feature `server`) |
//!
//! `docs/synaptic.md` says which decisions are ours.

pub mod action;
pub mod mapping;
#[cfg(feature = "server")]
pub mod server;
pub mod wire;

pub use action::{Action, Entity, OfAccounts, Product};

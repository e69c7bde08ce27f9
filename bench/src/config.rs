//! The binary's own settings.

#[path = "../../crates/cartola/src/config/settings.rs"]
#[allow(dead_code, reason = "the binary needs more of it")]
mod settings;

pub use settings::{Limits, Log, seconds};

//! `/v1/links`

pub mod account_link;
pub mod create;
pub mod list;
mod refusal;

pub use refusal::{refused, seconds};

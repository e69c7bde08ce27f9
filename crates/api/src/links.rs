//! `/v1/links`

pub mod account_link;
pub mod create;
pub mod list;
pub(crate) mod refusal;

pub use refusal::{refused, seconds};

//! `/v1/links`

pub mod account_link;
pub mod list;

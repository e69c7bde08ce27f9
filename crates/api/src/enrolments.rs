//! `/v1/enrolments`

pub mod block;
pub mod create;
pub mod list;
pub mod phone;
pub mod read;
mod view;

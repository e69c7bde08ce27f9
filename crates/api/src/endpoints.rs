//! `/v1/endpoints`

pub mod enable;
pub mod read;
pub mod view;

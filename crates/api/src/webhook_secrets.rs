//! `/v1/webhook-secrets`

pub mod list;
pub mod rotate;

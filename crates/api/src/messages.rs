//! `/v1/messages`

pub mod list;
pub mod read;
pub mod replay;
pub mod replay_all;
pub mod view;

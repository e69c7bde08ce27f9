//! `/v1/authorizations`

pub mod cancel;
pub mod check;
pub mod create;
pub mod decide;
pub mod list;
pub mod read;
pub mod used;
mod view;

/// Who asks through this API, as the log names it.
const CHANNEL: &str = "v1";

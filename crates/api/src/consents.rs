//! Consents.

pub mod change;
pub mod list;
pub mod read;
pub mod revoke;
pub mod view;

//! Imports of statement files.

pub mod create;
mod ended;
mod form;
pub mod list;
pub mod read;
pub mod view;

pub use form::MAX_FORM_BYTES;

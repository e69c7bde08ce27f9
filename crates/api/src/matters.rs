//! Matters: what people ask of whoever keeps their data, and breaches of it.

mod amendment;
pub mod create;
pub mod decide;
pub mod list;
pub mod read;
mod refusal;
mod said;
pub mod view;

//! Values every room speaks: RUT, money, ids, time, randomness, bank days, secrets.
//!
//! Each type here is parsed once at the edge and cannot hold a wrong value afterwards.
//! Nothing in this crate performs IO, except [`clock::SystemClock`],
//! [`monotonic::SystemMonotonic`] and [`randomness::OsRandomness`], which ask the operating system.

pub mod calendar;
pub mod clock;
mod decimal_text;
pub mod id;
pub mod money;
pub mod monotonic;
#[cfg(feature = "openapi")]
mod openapi;
pub mod quantity;
pub mod randomness;
pub mod rut;
pub mod santiago;
pub mod secret;
mod text_serde;

pub use clock::Clock;
pub use jiff::civil::{Date, date};
pub use jiff::{SignedDuration, Span, Timestamp};
pub use money::{Currency, Money};
pub use monotonic::{Moment, Monotonic};
pub use quantity::Quantity;
pub use randomness::Randomness;
pub use rut::Rut;
pub use secret::Secret;

//! Behaviour of the primitives, one module per primitive.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod rut;

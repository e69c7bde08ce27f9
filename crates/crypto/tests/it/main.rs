//! Behaviour of sealing, the key ring, look-ups, tokens and the hash chain.
//!
//! The known answers were computed by an independent program (Python's hashlib, hmac and the
//! cryptography package) from the formats as they are documented: a format that changes by
//! accident would lose stored data, and fails here first.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod chain;
mod device;
mod error;
mod fingerprint;
mod jwe;
mod jws;
mod lookup;
mod pin;
mod ring;
mod seal;
mod support;
mod webhook;

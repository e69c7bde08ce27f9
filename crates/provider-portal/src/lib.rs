//! The one protocol that the sandbox's institutions speak that are no banks: Servipag, Registro Civil,
//! Clave Única, SII, CMF, AFC, `CryptoMarket`.
//!
//! [`wire`] has its shapes, for whoever speaks either side of it. The feature `client` adds a connector.
//! What the protocol says and why is in `docs/portal.md`.

#[cfg(feature = "client")]
pub mod client;
pub mod wire;

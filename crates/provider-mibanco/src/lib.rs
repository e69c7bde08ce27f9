//! Mi Banco, the mobile channel of Banco de Chile.
//!
//! [`wire`] has the shapes of its protocol, to the letter, for whoever speaks either side of it. The
//! feature `client` adds a connector, the feature `server` the facade under `/mibanco`.
//! What the bank's document leaves open, and how it is settled here, is in `docs/mibanco.md`.

#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "server")]
pub mod server;
pub mod wire;

//! Banco de Chile's `ApiStore`: what it says on the wire, how our records are said in it, and the
//! facade that says it; and a connector that asks whoever speaks it.
//!
//! | module | holds |
//! |---|---|
//! | [`wire`] | answers, member by member |
//! | [`mapping`] | canonical records as those answers |
//! | `signature` | who has sent a notification (either feature) |
//! | `client` | a connector for institutions that are reached through it (feature `client`) |
//! | `server` | the routes under `/apistore`, over the engine (feature `server`) |
//!
//! The bank's own documents are behind a login. What is built on is a public page of shapes that
//! calls itself pseudo-code; `docs/apistore.md` says which decisions are ours.

#[cfg(feature = "client")]
pub mod client;
pub mod mapping;
#[cfg(feature = "server")]
pub mod server;
#[cfg(any(feature = "client", feature = "server"))]
pub mod signature;
pub mod wire;

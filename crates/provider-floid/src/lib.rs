//! Floid's protocol, in both dialects: `/api/…`, one endpoint for each product, and
//! `/cl/{institution}_{personas|empresas}/{product}`, one for each bank and product.
//!
//! | module | holds |
//! |---|---|
//! | [`bank`] | which institution a name or a path means |
//! | [`given`] | members of a body, read one by one so that a mistake can name its member |
//! | [`request`] | bodies, member by member |
//! | [`wire`] | answers and callbacks, member by member |
//! | [`mapping`] | canonical records and insights as those |
//! | [`failure`] | every failure in the words of both dialects |
//! | `server` | the routes under `/floid`, over the engine (feature `server`) |
//!
//! `docs/floid.md` says which decisions are ours, and what of the current dialect is unverified.

pub mod bank;
pub mod failure;
pub mod given;
pub mod mapping;
pub mod request;
#[cfg(feature = "server")]
pub mod server;
pub mod wire;

//! Khipu's banking protocol (`/v1/cl/banking/…`): what it says on the wire, how our records are
//! said in it, and how a refusal is.
//!
//! | module | holds |
//! |---|---|
//! | [`path`] | which bank, which of its sides and which operation a path means |
//! | [`request`] | bodies read strictly, each fault with its code |
//! | [`wire`] | answers, member by member |
//! | [`mapping`] | canonical records as those answers |
//! | [`refusal`] | every failure as `Code`, `Type`, `Description` and HTTP status |
//! | `server` | the routes under `/khipu`, over the engine (feature `server`) |
//!
//! The names and elided parts of the records are those of UK Open Banking 3.1.11, but where
//! Khipu's own document shows otherwise. `docs/khipu.md` says what each field holds and which
//! decisions are ours.

pub mod mapping;
mod month;
pub mod path;
pub mod refusal;
pub mod request;
#[cfg(feature = "server")]
pub mod server;
pub mod wire;

pub use month::Month;
pub use path::{Operation, Path, Segment};
pub use refusal::Refusal;
pub use request::{Request, RequestError, TokenRequest};

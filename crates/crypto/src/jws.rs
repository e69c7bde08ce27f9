//! Tokens that this gateway gives out and takes back: compact JWS (RFC 7515) holding a JWT (RFC
//! 7519), signed by `EdDSA` over Ed25519 (RFC 8037) or by ES256 (RFC 7518 §3.4).
//!
//! Only our own tokens are read here, so the form is narrower than the RFCs allow, and whatever
//! the form does not name is refused (RFC 8725 says why for most of it):
//!
//! | part | holds |
//! |---|---|
//! | header | `alg`, `kid`, `typ`, each a text and nothing else: no `crit`, `jwk`, `jku`, `x5c` |
//! | `kid` | the key's thumbprint (RFC 7638): it follows from the key, so two keys never share it |
//! | `typ` | what the token is for; one kind never passes as another |
//! | claims | `iss`, `sub`, `aud`, `jti` as texts, `iat`, `nbf`, `exp` as whole seconds, all required; others are the caller's |
//! | encoding | base64url without padding, and no other spelling of the same bytes |
//!
//! The algorithm is the key's. What the token says must agree with it, and never chooses it.
//!
//! The two curves come from `ed25519-dalek` and `p256`; the hundred lines of form around them are
//! ours. A general JWT crate takes more forms than these, would bring RSA and its own randomness
//! into every build, and tells fewer refusals apart.
//!
//! What is to be kept for years instead, such as the anchors of audit trails, is a *statement*: the same
//! header, and a payload without the registered claims.
//!
//! An ES256 signature can be altered into another one of the same message (Wycheproof calls such
//! a pair valid, and so does JWS): remember a token by its `jti`, never by its bytes.

mod claims;
mod compact;
mod error;
mod json;
mod jwk;
mod key;
mod key_set;
mod statement;

pub use claims::Claims;
pub use error::{Part, TokenError};
pub(crate) use json::object as json_object;
pub use jwk::{Jwk, Jwks};
pub(crate) use key::WRAP_PURPOSE;
pub use key::{Algorithm, SigningKey, VerifyingKey};
pub use key_set::{Expected, KeySet};

/// Longest token, bytes. A token travels in a header, and servers take 8 KiB of headers.
pub const MAX_TOKEN_BYTES: usize = 4096;

/// How far ahead of ours the clock of the machine may be that issued a token, seconds. An expired
/// token has no such grace.
pub const CLOCK_SKEW_SECONDS: i64 = 5;

#[cfg(test)]
mod tests;

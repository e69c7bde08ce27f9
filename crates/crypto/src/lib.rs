//! Sealing, key ring, keyed look-ups, signed tokens and the hash chain, without IO.
//!
//! | module | answers | built on |
//! |---|---|---|
//! | [`seal`] | who may read this column of this row | AES-256-GCM, NIST SP 800-38D |
//! | [`ring`] | which master key opens which data key | HKDF-SHA-256 (RFC 5869), AES-256-GCM |
//! | [`lookup`] | how a sealed value is found again | HMAC-SHA-256, RFC 2104 |
//! | [`jws`] | whether we gave this token out | Ed25519 (RFC 8037), ES256 (RFC 7518) |
//! | [`jwe`] | what somebody wrote for us alone | RSA-OAEP, ECDH on P-256, AES key wrap (RFC 7516, 7518) |
//! | [`session_token`] | the same, where a protocol wants HS256 | HMAC-SHA-256, RFC 7518 |
//! | [`device`] | whether somebody approved this on their phone | Ed25519 (RFC 8032), ECDSA on P-256 |
//! | [`pin`] | whether that is their PIN | Argon2id (RFC 9106) under a key |
//! | [`chain`] | whether the audit is whole and unchanged | SHA-256, FIPS 180-4 |
//! | [`webhook`] | whether a message is ours | HMAC-SHA-256, Standard Webhooks |
//! | [`fingerprint`] | whether two contents are the same | SHA-256 |
//!
//! # Framing
//!
//! Whatever is authenticated, hashed or used to derive a key is first *framed*, so that no two
//! different inputs give the same bytes: a label that names format and version, then every field
//! in the documented order, each as its length in bytes (unsigned, 64 bits, big-endian) and its
//! bytes. The label fixes how many fields follow. Numbers are big-endian and of fixed width.
//! A format changes by taking a new label, never by changing what an old one means.
//!
//! # Randomness
//!
//! Nothing here asks the operating system: keys and nonces come from the
//! [`Randomness`](cartola_primitives::Randomness) that the caller hands in. Outside tests that
//! has to be a cryptographically strong source.

mod aead;
pub mod chain;
mod derive;
pub mod device;
mod error;
pub mod fingerprint;
mod frame;
mod hex;
pub mod jwe;
pub mod jws;
mod keys;
pub mod lookup;
mod mac;
pub mod pin;
pub mod ring;
pub mod seal;
pub mod session_token;
pub mod webhook;

pub use chain::{BreakKind, ChainBreak, ChainHash, ChainHead, Entry, Verifier};
pub use device::{DeviceJwk, DeviceKey, DeviceSecret, Statement};
pub use error::CryptoError;
pub use fingerprint::ContentHash;
pub use keys::KeyAlgorithm;
pub use lookup::{Digest, LookupKey};
pub use pin::{PinCost, PinHash};
pub use ring::{KeyRing, MasterKey, MasterKeyId, WrappedKey};
pub use seal::{DataKey, Place, Sealed};
pub use webhook::WebhookSecret;

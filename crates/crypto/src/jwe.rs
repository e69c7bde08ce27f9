//! Messages that only this installation can read: compact JWE (RFC 7516), for facades whose clients
//! send a secret encrypted to a key that is published here.
//!
//! | part | holds |
//! |---|---|
//! | header | `alg` (`RSA-OAEP-256` or `ECDH-ES+A256KW`), `enc` (`A256GCM`), `kid` where the sender names the key, `epk`, `apu`, `apv`; `crit` and `zip` are refused |
//! | encrypted key | the content key: by RSA-OAEP with SHA-256 (RFC 7518 §4.3), or wrapped (§4.4) by what the keys agree on (§4.6) |
//! | nonce, ciphertext, tag | AES-256-GCM over the plain content, bound to the header (§5.3) |
//!
//! The key decides the algorithm. Whatever does not open has one error and takes the same way: a
//! content key that could not be opened is replaced by a random one, which opens nothing, so that
//! nobody can ask how far a message came (RFC 7516 §11.5).
//!
//! RSA comes from `rsa`, with blinding; the curve from `p256`; key wrap from `aes-kw`. The lines of
//! form around them are ours: the JWE crates there are either stand on OpenSSL or take more forms.

mod error;
mod jwk;
mod key;
mod message;
mod source;

pub use error::JweError;
pub use jwk::{EncryptionJwk, EncryptionJwks};
pub use key::{DecryptionKey, DecryptionKeys};

/// Longest message, bytes: a header, a wrapped key and a short secret.
pub const MAX_MESSAGE_BYTES: usize = 4_096;

/// How a content key reaches its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSA-OAEP with SHA-256 and MGF1 with SHA-256, by a modulus of 2048 bits.
    RsaOaep256,
    /// Agreed on P-256 with an ephemeral key, then AES-256 key wrap.
    EcdhEsA256Kw,
}

impl Algorithm {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::RsaOaep256, Self::EcdhEsA256Kw];

    /// What `alg` says.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::EcdhEsA256Kw => "ECDH-ES+A256KW",
        }
    }

    /// The one of that name, letter by letter.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The byte in front of a wrapped key; those of [`crate::jws::Algorithm`] are others.
    const fn tag(self) -> u8 {
        match self {
            Self::RsaOaep256 => 3,
            Self::EcdhEsA256Kw => 4,
        }
    }
}

#[cfg(test)]
mod tests;

use std::fmt;

use cartola_primitives::Randomness;
use ed25519_dalek as ed25519;
use p256::ecdsa as es256;
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use zeroize::Zeroizing;

use super::Jwk;
use crate::aead::{self, KEY_BYTES, KeyBytes};
use crate::error::CryptoError;
use crate::ring::{KeyRing, WrappedKey};

/// What a signing key is wrapped for, and a key that opens messages: they are kept, and wrapped anew,
/// together. The byte in front tells them apart.
pub(crate) const WRAP_PURPOSE: &str = "token-signing-key";

/// Bytes of a coordinate of P-256, and of a key of Ed25519.
pub(super) const KEY_COORDINATE_BYTES: usize = 32;

/// Bytes of a coordinate of P-256.
const COORDINATE_BYTES: usize = KEY_COORDINATE_BYTES;

/// The byte in front of both coordinates of a point (SEC 1 §2.3.3).
const UNCOMPRESSED: u8 = 4;

/// Draws until a scalar of P-256 comes. One draw fails once in 2³²; so many never do.
const SCALAR_DRAWS: usize = 16;

/// How a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Algorithm {
    /// Ed25519 (RFC 8037 §3.1). Faster, and its nonces cannot go wrong.
    #[default]
    EdDsa,
    /// ECDSA on P-256 with SHA-256 (RFC 7518 §3.4), with RFC 6979's nonces.
    Es256,
}

impl Algorithm {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::EdDsa, Self::Es256];

    /// What `alg` says.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
        }
    }

    /// The one of that name, letter by letter.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The byte in front of a wrapped key.
    const fn tag(self) -> u8 {
        match self {
            Self::EdDsa => 1,
            Self::Es256 => 2,
        }
    }
}

/// A key that signs tokens. Stored only wrapped, wiped when dropped; `Debug` shows its id.
pub struct SigningKey {
    private: Private,
    verifying: VerifyingKey,
}

enum Private {
    EdDsa(ed25519::SigningKey),
    Es256(es256::SigningKey),
}

impl SigningKey {
    /// A fresh key.
    pub fn generate(algorithm: Algorithm, randomness: &dyn Randomness) -> Self {
        (0..SCALAR_DRAWS)
            .find_map(|_| Self::from_bytes(algorithm, &aead::generate_key(randomness)))
            .expect("nearly all strings of 32 bytes are scalars of either curve")
    }

    /// The key as it is stored.
    pub fn wrap(&self, ring: &KeyRing, randomness: &dyn Randomness) -> WrappedKey {
        let mut stored = Zeroizing::new([0; KEY_BYTES + 1]);
        stored[0] = self.verifying.algorithm().tag();
        match &self.private {
            Private::EdDsa(key) => stored[1..].copy_from_slice(key.as_bytes()),
            Private::Es256(key) => stored[1..].copy_from_slice(&Zeroizing::new(key.to_bytes())[..]),
        }
        ring.wrap_small(WRAP_PURPOSE, stored.as_slice(), randomness)
    }

    /// The key that [`Self::wrap`] stored.
    pub fn unwrap(ring: &KeyRing, wrapped: &WrappedKey) -> Result<Self, CryptoError> {
        let plain = ring.unwrap_bytes(WRAP_PURPOSE, wrapped)?;
        let (tag, bytes) = plain.expose().split_first().ok_or(CryptoError::Authentic)?;
        let algorithm = Algorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.tag() == *tag)
            .ok_or(CryptoError::Authentic)?;
        let bytes = <[u8; KEY_BYTES]>::try_from(bytes).map_err(|_| CryptoError::Authentic)?;
        Self::from_bytes(algorithm, &Zeroizing::new(bytes)).ok_or(CryptoError::Authentic)
    }

    /// Wraps a key anew with the active master key, be it one that signs or one that opens messages.
    pub fn rewrap(
        ring: &KeyRing,
        wrapped: &WrappedKey,
        randomness: &dyn Randomness,
    ) -> Result<WrappedKey, CryptoError> {
        ring.rewrap_bytes(WRAP_PURPOSE, wrapped, randomness)
    }

    /// The half that anybody may know.
    pub fn verifying(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// The key of a seed or scalar; nothing where the algorithm has no such key.
    pub(crate) fn of_seed(algorithm: Algorithm, seed: &[u8; KEY_BYTES]) -> Option<Self> {
        Self::from_bytes(algorithm, &Zeroizing::new(*seed))
    }

    pub(crate) fn sign_bytes(&self, message: &[u8]) -> Vec<u8> {
        match &self.private {
            Private::EdDsa(key) => key.sign(message).to_bytes().to_vec(),
            Private::Es256(key) => {
                let signature: es256::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
        }
    }

    fn from_bytes(algorithm: Algorithm, bytes: &KeyBytes) -> Option<Self> {
        let (private, public) = match algorithm {
            Algorithm::EdDsa => {
                let key = ed25519::SigningKey::from_bytes(bytes);
                let public = Public::EdDsa(key.verifying_key());
                (Private::EdDsa(key), public)
            }
            Algorithm::Es256 => {
                let key = es256::SigningKey::from_slice(bytes.as_slice()).ok()?;
                let public = Public::Es256(*key.verifying_key());
                (Private::Es256(key), public)
            }
        };
        Some(Self { private, verifying: VerifyingKey::new(public) })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.verifying.id())
    }
}

/// The public half of a [`SigningKey`].
#[derive(Debug, Clone)]
pub struct VerifyingKey {
    public: Public,
    jwk: Jwk,
}

#[derive(Debug, Clone)]
pub(super) enum Public {
    EdDsa(ed25519::VerifyingKey),
    Es256(es256::VerifyingKey),
}

impl VerifyingKey {
    pub(super) fn new(public: Public) -> Self {
        let jwk = match &public {
            Public::EdDsa(key) => Jwk::new(Algorithm::EdDsa, key.as_bytes(), None),
            Public::Es256(key) => {
                // Uncompressed: one byte of form, then both coordinates.
                let point = key.to_sec1_point(false);
                let (x, y) = point.as_bytes()[1..].split_at(COORDINATE_BYTES);
                Jwk::new(Algorithm::Es256, x, Some(y))
            }
        };
        Self { public, jwk }
    }

    /// An Ed25519 key; nothing where the bytes are no point, or a weak one.
    pub(crate) fn of_ed25519(bytes: &[u8; KEY_BYTES]) -> Option<Self> {
        let key = ed25519::VerifyingKey::from_bytes(bytes).ok()?;
        (!key.is_weak()).then(|| Self::new(Public::EdDsa(key)))
    }

    /// A key on P-256; nothing where the coordinates are no point of it.
    pub(crate) fn of_p256(x: &[u8; COORDINATE_BYTES], y: &[u8; COORDINATE_BYTES]) -> Option<Self> {
        let point = [&[UNCOMPRESSED], x.as_slice(), y].concat();
        let key = es256::VerifyingKey::from_sec1_bytes(&point).ok()?;
        Some(Self::new(Public::Es256(key)))
    }

    /// The `kid` of what the key signs: its thumbprint, 43 characters.
    pub fn id(&self) -> &str {
        &self.jwk.kid
    }

    /// How the key signs.
    pub fn algorithm(&self) -> Algorithm {
        match self.public {
            Public::EdDsa(_) => Algorithm::EdDsa,
            Public::Es256(_) => Algorithm::Es256,
        }
    }

    /// The key as JSON.
    pub fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// Whether the key's holder signed this message. Weak Ed25519 keys and points of small order
    /// never pass.
    pub(crate) fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.public {
            Public::EdDsa(key) => ed25519::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            Public::Es256(key) => es256::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
        }
    }
}

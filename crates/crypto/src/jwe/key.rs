use std::fmt;

use aes_kw::{KeyInit, KwAes256};
use cartola_primitives::{Randomness, Secret};
use p256::{PublicKey, SecretKey};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{BoxedUint, Oaep, RsaPrivateKey};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::jwk::WRAPPING_BITS;
use super::message::{Message, agreed_key};
use super::source::Source;
use super::{Algorithm, EncryptionJwk, EncryptionJwks, JweError};
use crate::aead::{self, KEY_BYTES, KeyBytes};
use crate::error::CryptoError;
use crate::jws::WRAP_PURPOSE;
use crate::ring::{KeyRing, WrappedKey};

/// Bits of an RSA modulus: what NIST SP 800-57 takes to 2030, and all that clients expect. A key
/// lives for a month.
const RSA_BITS: usize = 2_048;

/// Bits, and bytes, of one of its two primes.
const PRIME_BITS: u32 = 1_024;
const PRIME_BYTES: usize = 128;

/// The public exponent.
const RSA_EXPONENT: u64 = 65_537;

/// Draws until a scalar of P-256 comes. One draw fails once in 2³²; so many never do.
const SCALAR_DRAWS: usize = 16;

/// A key that opens messages. Stored only wrapped, wiped when dropped; `Debug` shows its id.
pub struct DecryptionKey {
    private: Private,
    jwk: EncryptionJwk,
}

pub(super) enum Private {
    Rsa(Box<RsaPrivateKey>),
    P256(SecretKey),
}

impl DecryptionKey {
    /// A fresh key. One of RSA takes a second or so: not on a thread that others wait for.
    pub fn generate(algorithm: Algorithm, randomness: &dyn Randomness) -> Self {
        Self::of(match algorithm {
            Algorithm::RsaOaep256 => {
                let key = RsaPrivateKey::new(&mut Source(randomness), RSA_BITS);
                Private::Rsa(Box::new(key.expect("the size is one that keys have")))
            }
            Algorithm::EcdhEsA256Kw => Private::P256(random_secret(randomness)),
        })
    }

    pub(super) fn of(private: Private) -> Self {
        let jwk = match &private {
            Private::Rsa(key) => EncryptionJwk::of_rsa(&key.n_bytes(), &key.e_bytes()),
            Private::P256(key) => EncryptionJwk::of_p256(&key.public_key()),
        };
        Self { private, jwk }
    }

    /// The key as it is stored.
    pub fn wrap(&self, ring: &KeyRing, randomness: &dyn Randomness) -> WrappedKey {
        let mut stored = Zeroizing::new(vec![self.algorithm().tag()]);
        match &self.private {
            Private::Rsa(key) => {
                for prime in key.primes() {
                    stored.extend_from_slice(&Zeroizing::new(prime.to_be_bytes()));
                }
            }
            Private::P256(key) => stored.extend_from_slice(&Zeroizing::new(key.to_bytes())),
        }
        ring.wrap_small(WRAP_PURPOSE, &stored, randomness)
    }

    /// The key that [`Self::wrap`] stored.
    pub fn unwrap(ring: &KeyRing, wrapped: &WrappedKey) -> Result<Self, CryptoError> {
        let plain = ring.unwrap_bytes(WRAP_PURPOSE, wrapped)?;
        let (tag, bytes) = plain.expose().split_first().ok_or(CryptoError::Authentic)?;
        let algorithm = Algorithm::ALL.into_iter().find(|algorithm| algorithm.tag() == *tag);
        let private = match algorithm.ok_or(CryptoError::Authentic)? {
            Algorithm::RsaOaep256 => rsa_of(bytes).map(|key| Private::Rsa(Box::new(key))),
            Algorithm::EcdhEsA256Kw => SecretKey::from_slice(bytes).ok().map(Private::P256),
        };
        private.map(Self::of).ok_or(CryptoError::Authentic)
    }

    /// The `kid` of what is encrypted to it: its thumbprint, 43 characters.
    pub fn id(&self) -> &str {
        &self.jwk.kid
    }

    /// How content keys reach it.
    pub const fn algorithm(&self) -> Algorithm {
        match self.private {
            Private::Rsa(_) => Algorithm::RsaOaep256,
            Private::P256(_) => Algorithm::EcdhEsA256Kw,
        }
    }

    /// The half that anybody may know.
    pub const fn jwk(&self) -> &EncryptionJwk {
        &self.jwk
    }

    fn open(
        &self,
        message: &Message<'_>,
        randomness: &dyn Randomness,
    ) -> Result<Secret<Vec<u8>>, JweError> {
        let key = match &self.private {
            Private::Rsa(key) => by_rsa(key, &message.encrypted_key, randomness),
            Private::P256(key) => by_agreement(key, message)?,
        };
        let key = key.unwrap_or_else(|| aead::generate_key(randomness));
        aead::open(&key, message.bound.as_bytes(), &message.sealed).map_err(|_| JweError::Closed)
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecryptionKey({})", self.id())
    }
}

/// The keys whose messages are read.
#[derive(Debug, Default)]
pub struct DecryptionKeys(Vec<DecryptionKey>);

impl DecryptionKeys {
    /// A set of these keys.
    pub const fn new(keys: Vec<DecryptionKey>) -> Self {
        Self(keys)
    }

    /// The keys, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &DecryptionKey> {
        self.0.iter()
    }

    /// Their public halves.
    pub fn jwks(&self) -> EncryptionJwks {
        EncryptionJwks { keys: self.0.iter().map(|key| key.jwk.clone()).collect() }
    }

    /// What a message holds, with the key that its header names, or where it names none with those of
    /// its algorithm in turn.
    pub fn open(
        &self,
        text: &str,
        randomness: &dyn Randomness,
    ) -> Result<Secret<Vec<u8>>, JweError> {
        let message = Message::parse(text)?;
        let header = &message.header;
        let fits = |key: &&DecryptionKey| {
            let is_named = header.key.as_ref().is_none_or(|id| id == key.id());
            is_named && key.algorithm() == header.algorithm
        };
        let mut refused = JweError::UnknownKey;
        for key in self.0.iter().filter(fits) {
            match key.open(&message, randomness) {
                Ok(plain) => return Ok(plain),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }
}

/// The content key, or nothing where it does not open: who asks is not told.
fn by_rsa(key: &RsaPrivateKey, encrypted: &[u8], randomness: &dyn Randomness) -> Option<KeyBytes> {
    let padding = Oaep::<Sha256>::new();
    let plain = key.decrypt_blinded(&mut Source(randomness), padding, encrypted).ok()?;
    let plain = Zeroizing::new(plain);
    <[u8; KEY_BYTES]>::try_from(plain.as_slice()).ok().map(Zeroizing::new)
}

/// The same by the sender's ephemeral key, which must be a point of the curve.
fn by_agreement(key: &SecretKey, message: &Message<'_>) -> Result<Option<KeyBytes>, JweError> {
    let point = message.header.ephemeral.as_ref().ok_or(JweError::Malformed)?;
    let sender = PublicKey::from_sec1_bytes(point).map_err(|_| JweError::Malformed)?;
    let agreed = key.diffie_hellman(&sender);
    let agreed = agreed.raw_secret_bytes();
    let algorithm = Algorithm::EcdhEsA256Kw.name();
    let wrapping = agreed_key(agreed, algorithm, &message.header.parties, WRAPPING_BITS);
    let mut content = Zeroizing::new([0; KEY_BYTES]);
    let cipher = KwAes256::new(&wrapping.into());
    let opened = cipher.unwrap_key(&message.encrypted_key, content.as_mut_slice());
    let is_whole = opened.is_ok_and(|bytes| bytes.len() == KEY_BYTES);
    Ok(is_whole.then_some(content))
}

pub(super) fn rsa_of(bytes: &[u8]) -> Option<RsaPrivateKey> {
    if bytes.len() != 2 * PRIME_BYTES {
        return None;
    }
    let (p, q) = bytes.split_at(PRIME_BYTES);
    let number = |bytes| BoxedUint::from_be_slice(bytes, PRIME_BITS).ok();
    let exponent = BoxedUint::from(RSA_EXPONENT);
    RsaPrivateKey::from_p_q(number(p)?, number(q)?, exponent).ok()
}

pub(super) fn random_secret(randomness: &dyn Randomness) -> SecretKey {
    (0..SCALAR_DRAWS)
        .find_map(|_| SecretKey::from_slice(aead::generate_key(randomness).as_slice()).ok())
        .expect("nearly all strings of 32 bytes are scalars of the curve")
}

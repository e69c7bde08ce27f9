//! Keys of phones: what somebody approves is signed on their phone.
//!
//! A phone has a key pair: Ed25519 (RFC 8032) or ECDSA on P-256 with SHA-256 (what the secure hardware
//! of phones has), and says its public half as a JWK (RFC 7517) with `kty`, `crv`, `x` and, for `EC`,
//! `y`. It signs the bytes of a [`Statement`]; an ECDSA signature is `r` and `s`, 32 bytes each, as in
//! JWS. A phone that makes no pair of its own is given one, whose private half ([`DeviceSecret`]) is
//! kept on the phone alone.

use std::fmt;

use cartola_primitives::{Randomness, Secret};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde::{Deserialize, Serialize};

use crate::aead::{self, KEY_BYTES};
use crate::fingerprint::ContentHash;
use crate::jws::{Algorithm, SigningKey, VerifyingKey};

/// Length of every signature here, bytes.
pub const SIGNATURE_BYTES: usize = 64;

/// Length of a challenge's nonce, bytes.
pub const NONCE_BYTES: usize = 16;

/// First line of what is signed; names its format.
const LABEL: &str = "cartola/mi-pass/v1";

/// The public half of a phone's key, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceJwk {
    /// `OKP` or `EC`.
    pub kty: String,
    /// `Ed25519` or `P-256`.
    pub crv: String,
    /// The key, or its x coordinate: 32 bytes in base64url without padding.
    pub x: String,
    /// The y coordinate, of `EC` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
}

/// The members are no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a phone's key is a JWK with `kty` OKP, `crv` Ed25519 and `x`, or `kty` EC, `crv` P-256, `x` and `y`"
)]
pub struct DeviceKeyError;

/// The public half of a phone's key.
#[derive(Debug, Clone)]
pub struct DeviceKey(VerifyingKey);

impl DeviceKey {
    /// Reads a key. Points that are on no curve, and keys of small order, are none.
    pub fn parse(jwk: &DeviceJwk) -> Result<Self, DeviceKeyError> {
        let coordinate = |text: &str| {
            let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
            <[u8; KEY_BYTES]>::try_from(bytes).ok()
        };
        let x = coordinate(&jwk.x).ok_or(DeviceKeyError)?;
        let y = jwk.y.as_deref().map(|y| coordinate(y).ok_or(DeviceKeyError)).transpose()?;
        let key = match (jwk.kty.as_str(), jwk.crv.as_str(), y) {
            ("OKP", "Ed25519", None) => VerifyingKey::of_ed25519(&x),
            ("EC", "P-256", Some(y)) => VerifyingKey::of_p256(&x, &y),
            _ => None,
        };
        key.map(Self).ok_or(DeviceKeyError)
    }

    /// The key as JSON.
    pub fn jwk(&self) -> DeviceJwk {
        let jwk = self.0.jwk();
        let (kty, crv) = (jwk.kty.clone(), jwk.crv.clone());
        DeviceJwk { kty, crv, x: jwk.x.clone(), y: jwk.y.clone() }
    }

    /// What tells it from all others: its thumbprint (RFC 7638), 43 characters.
    pub fn thumbprint(&self) -> &str {
        self.0.id()
    }

    /// Whether the phone signed that.
    pub fn signed(&self, statement: &Statement<'_>, signature: &[u8]) -> bool {
        self.0.accepts(statement.to_string().as_bytes(), signature)
    }
}

/// The private half of a key that was made for a phone: an Ed25519 seed. Wiped when dropped.
pub struct DeviceSecret(Secret<[u8; KEY_BYTES]>);

impl DeviceSecret {
    /// A fresh one.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        Self::from_bytes(*aead::generate_key(randomness))
    }

    /// The one that a phone kept.
    pub fn from_bytes(seed: [u8; KEY_BYTES]) -> Self {
        Self(Secret::new(seed))
    }

    /// What a phone keeps.
    pub fn expose(&self) -> &[u8; KEY_BYTES] {
        self.0.expose()
    }

    /// The half that anybody may know.
    pub fn public(&self) -> DeviceKey {
        DeviceKey(self.key().verifying().clone())
    }

    /// The signature of that.
    pub fn sign(&self, statement: &Statement<'_>) -> [u8; SIGNATURE_BYTES] {
        let signature = self.key().sign_bytes(statement.to_string().as_bytes());
        signature.try_into().expect("a signature of Ed25519 has 64 bytes")
    }

    fn key(&self) -> SigningKey {
        SigningKey::of_seed(Algorithm::EdDsa, self.0.expose())
            .expect("every string of 32 bytes is a seed of Ed25519")
    }
}

/// What a phone signs: five lines of ASCII, without a last newline.
///
/// ```text
/// cartola/mi-pass/v1
/// aut_0198c1d2a3b4c5d6e7f8091a2b3c4d5e        the authorization
/// 5f0c…                                       its nonce, 32 hexadecimal digits
/// 9b74…                                       SHA-256 of the text that was shown, 64 digits
/// approve                                     or deny
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Statement<'a> {
    /// What it is about, as its id is written.
    pub subject: &'a str,
    /// What makes one question of it another than any before.
    pub nonce: &'a [u8; NONCE_BYTES],
    /// The SHA-256 of what was shown.
    pub shown: ContentHash,
    /// What was decided.
    pub verdict: &'static str,
}

impl fmt::Display for Statement<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nonce = HEXLOWER.encode(self.nonce);
        let (subject, shown) = (self.subject, self.shown.hex());
        write!(formatter, "{LABEL}\n{subject}\n{nonce}\n{shown}\n{}", self.verdict)
    }
}

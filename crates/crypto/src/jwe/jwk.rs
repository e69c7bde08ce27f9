//! Public keys as JSON (RFC 7517), for whoever encrypts to us.

use aes_kw::{KeyInit, KwAes256};
use cartola_primitives::Randomness;
use data_encoding::BASE64URL_NOPAD;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use rsa::{BoxedUint, Oaep, RsaPublicKey};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Sha256;

use super::key::random_secret;
use super::message::{ENCRYPTION, UNCOMPRESSED, agreed_key};
use super::source::Source;
use super::{Algorithm, JweError};
use crate::aead::{self, KEY_BYTES, KeyBytes};
use crate::fingerprint::sha256;

/// Bits of a wrapping key.
pub(super) const WRAPPING_BITS: u32 = 256;

/// Bytes that key wrap adds (RFC 3394).
const WRAP_OVERHEAD_BYTES: usize = 8;

/// Bytes of the nonce in front of what is sealed, and of the tag behind it.
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// Bits that are room for a modulus and for a public exponent.
const MODULUS_BITS: u32 = 4_096;
const EXPONENT_BITS: u32 = 32;

/// A set of public keys, as served at a `jwks_uri`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncryptionJwks {
    /// The keys that may be encrypted to.
    pub keys: Vec<EncryptionJwk>,
}

/// One public key that is encrypted to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncryptionJwk {
    /// `RSA` or `EC`.
    pub kty: String,
    /// `enc`: nothing is signed with these keys.
    #[serde(rename = "use")]
    pub usage: String,
    /// `RSA-OAEP-256` or `ECDH-ES+A256KW`.
    pub alg: String,
    /// The thumbprint (RFC 7638).
    pub kid: String,
    /// The modulus, of `RSA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// The public exponent, of `RSA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
    /// `P-256`, of `EC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// The x coordinate, of `EC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// The y coordinate, of `EC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
}

impl EncryptionJwk {
    pub(super) fn of_rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        let (n, e) = (BASE64URL_NOPAD.encode(modulus), BASE64URL_NOPAD.encode(exponent));
        let kid = thumbprint(&format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#));
        let (n, e) = (Some(n), Some(e));
        Self { n, e, ..Self::empty("RSA", Algorithm::RsaOaep256, kid) }
    }

    pub(super) fn of_p256(key: &PublicKey) -> Self {
        let [x, y] = coordinates(key);
        let kid = thumbprint(&format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
        let (crv, x, y) = (Some("P-256".to_owned()), Some(x), Some(y));
        Self { crv, x, y, ..Self::empty("EC", Algorithm::EcdhEsA256Kw, kid) }
    }

    fn empty(kty: &str, algorithm: Algorithm, kid: String) -> Self {
        Self {
            kty: kty.to_owned(),
            usage: "enc".to_owned(),
            alg: algorithm.name().to_owned(),
            kid,
            n: None,
            e: None,
            crv: None,
            x: None,
            y: None,
        }
    }

    /// A message for the holder of this key, as a client makes it.
    pub fn seal(&self, plain: &[u8], randomness: &dyn Randomness) -> Result<String, JweError> {
        let content = aead::generate_key(randomness);
        let (header, wrapped) = match Algorithm::parse(&self.alg) {
            Some(Algorithm::RsaOaep256) => self.to_rsa(&content, randomness)?,
            Some(Algorithm::EcdhEsA256Kw) => self.to_p256(&content, randomness)?,
            None => return Err(JweError::Algorithm),
        };
        let header = BASE64URL_NOPAD.encode(header.to_string().as_bytes());
        let sealed = aead::seal(&content, header.as_bytes(), plain, randomness);
        let (nonce, rest) = sealed.split_at(NONCE_BYTES);
        let (body, tag) = rest.split_at(rest.len() - TAG_BYTES);
        let parts = [wrapped.as_slice(), nonce, body, tag].map(|part| BASE64URL_NOPAD.encode(part));
        Ok(format!("{header}.{}", parts.join(".")))
    }

    fn to_rsa(
        &self,
        content: &KeyBytes,
        randomness: &dyn Randomness,
    ) -> Result<(serde_json::Value, Vec<u8>), JweError> {
        let number = |text: &Option<String>, bits| {
            let bytes = BASE64URL_NOPAD.decode(text.as_ref()?.as_bytes()).ok()?;
            BoxedUint::from_be_slice(&bytes, bits).ok()
        };
        let (n, e) = (number(&self.n, MODULUS_BITS), number(&self.e, EXPONENT_BITS));
        let (n, e) = n.zip(e).ok_or(JweError::Malformed)?;
        let key = RsaPublicKey::new(n, e).map_err(|_| JweError::Malformed)?;
        let padding = Oaep::<Sha256>::new();
        let wrapped = key.encrypt(&mut Source(randomness), padding, content.as_slice());
        let header = json!({ "alg": self.alg, "enc": ENCRYPTION, "kid": self.kid });
        Ok((header, wrapped.map_err(|_| JweError::Malformed)?))
    }

    fn to_p256(
        &self,
        content: &KeyBytes,
        randomness: &dyn Randomness,
    ) -> Result<(serde_json::Value, Vec<u8>), JweError> {
        let coordinate = |text: &Option<String>| {
            BASE64URL_NOPAD.decode(text.as_ref().map_or("", |text| text).as_bytes())
        };
        let x = coordinate(&self.x).map_err(|_| JweError::Malformed)?;
        let y = coordinate(&self.y).map_err(|_| JweError::Malformed)?;
        let point = [&[UNCOMPRESSED], x.as_slice(), y.as_slice()].concat();
        let receiver = PublicKey::from_sec1_bytes(&point).map_err(|_| JweError::Malformed)?;
        let ephemeral: SecretKey = random_secret(randomness);
        let agreed = ephemeral.diffie_hellman(&receiver);
        let parties = [Vec::new(), Vec::new()];
        let agreed = agreed.raw_secret_bytes();
        let key = agreed_key(agreed, &self.alg, &parties, WRAPPING_BITS);
        let mut wrapped = [0; KEY_BYTES + WRAP_OVERHEAD_BYTES];
        KwAes256::new(&key.into())
            .wrap_key(content.as_slice(), &mut wrapped)
            .expect("there is room for the key and what wrapping adds");
        let [x, y] = coordinates(&ephemeral.public_key());
        let epk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
        let header = json!({ "alg": self.alg, "enc": ENCRYPTION, "kid": self.kid, "epk": epk });
        Ok((header, wrapped.to_vec()))
    }
}

fn coordinates(key: &PublicKey) -> [String; 2] {
    let bytes = key.to_sec1_point(false);
    let (x, y) = bytes.as_bytes()[1..].split_at(32);
    [BASE64URL_NOPAD.encode(x), BASE64URL_NOPAD.encode(y)]
}

/// SHA-256 of the required members in the order of their names, without blanks (RFC 7638 §3).
fn thumbprint(members: &str) -> String {
    BASE64URL_NOPAD.encode(&sha256(members.as_bytes()))
}

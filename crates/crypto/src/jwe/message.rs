//! A message taken apart.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use super::{Algorithm, JweError, MAX_MESSAGE_BYTES};
use crate::fingerprint::sha256;
use crate::jws::{Part, json_object};

/// The only `enc`.
pub const ENCRYPTION: &str = "A256GCM";

/// Bytes of a coordinate of P-256.
const COORDINATE_BYTES: usize = 32;

/// The byte in front of both coordinates of a point (SEC 1 §2.3.3).
pub const UNCOMPRESSED: u8 = 4;

/// Bytes of the nonce and of the tag (RFC 7518 §5.3).
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// What a header says.
pub struct Header {
    pub algorithm: Algorithm,
    pub key: Option<String>,
    /// The sender's ephemeral key, as a point.
    pub ephemeral: Option<Vec<u8>>,
    /// `apu` and `apv`: who agrees with whom.
    pub parties: [Vec<u8>; 2],
}

/// A message, of which nothing is believed yet.
pub struct Message<'a> {
    pub header: Header,
    /// The header as it was written, which the content is bound to.
    pub bound: &'a str,
    pub encrypted_key: Vec<u8>,
    /// Nonce, ciphertext and tag.
    pub sealed: Vec<u8>,
}

impl<'a> Message<'a> {
    pub fn parse(text: &'a str) -> Result<Self, JweError> {
        if text.len() > MAX_MESSAGE_BYTES {
            return Err(JweError::TooLarge);
        }
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or(JweError::Malformed);
        let (bound, key, nonce, content, tag) = (next()?, next()?, next()?, next()?, next()?);
        if parts.next().is_some() {
            return Err(JweError::Malformed);
        }
        let header =
            json_object(&decoded(bound)?, Part::Header).map_err(|_| JweError::Malformed)?;
        let (nonce, tag) = (decoded(nonce)?, decoded(tag)?);
        if (nonce.len(), tag.len()) != (NONCE_BYTES, TAG_BYTES) {
            return Err(JweError::Malformed);
        }
        Ok(Self {
            header: Header::of(&header)?,
            bound,
            encrypted_key: decoded(key)?,
            sealed: [nonce, decoded(content)?, tag].concat(),
        })
    }
}

impl Header {
    fn of(members: &Map<String, Value>) -> Result<Self, JweError> {
        let text = |name| members.get(name).and_then(Value::as_str);
        let algorithm = text("alg").and_then(Algorithm::parse);
        let is_known = text("enc") == Some(ENCRYPTION);
        let asks_for_more = ["crit", "zip"].iter().any(|name| members.contains_key(*name));
        let algorithm = algorithm.filter(|_| is_known && !asks_for_more);
        let party = |name| match members.get(name) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => decoded(text),
            Some(_) => Err(JweError::Malformed),
        };
        Ok(Self {
            algorithm: algorithm.ok_or(JweError::Algorithm)?,
            key: text("kid").map(str::to_owned),
            ephemeral: members.get("epk").map(point).transpose()?,
            parties: [party("apu")?, party("apv")?],
        })
    }
}

/// The point of a public key on P-256; whether it is on the curve is seen when it is used.
fn point(key: &Value) -> Result<Vec<u8>, JweError> {
    let text = |name| key.get(name).and_then(Value::as_str).ok_or(JweError::Malformed);
    if (text("kty")?, text("crv")?) != ("EC", "P-256") {
        return Err(JweError::Malformed);
    }
    let (x, y) = (decoded(text("x")?)?, decoded(text("y")?)?);
    if (x.len(), y.len()) != (COORDINATE_BYTES, COORDINATE_BYTES) {
        return Err(JweError::Malformed);
    }
    Ok([&[UNCOMPRESSED], x.as_slice(), y.as_slice()].concat())
}

fn decoded(text: &str) -> Result<Vec<u8>, JweError> {
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| JweError::Malformed)
}

/// The Concat KDF of NIST SP 800-56A §5.8.1 as RFC 7518 §4.6.2 uses it, for keys of 256 bits or
/// less: one round of SHA-256.
pub fn agreed_key(
    secret: &[u8],
    algorithm: &str,
    [sender, receiver]: &[Vec<u8>; 2],
    bits: u32,
) -> [u8; 32] {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("parts of a short message");
    let mut input = zeroize::Zeroizing::new(1_u32.to_be_bytes().to_vec());
    input.extend_from_slice(secret);
    for part in [algorithm.as_bytes(), sender, receiver] {
        input.extend_from_slice(&length(part).to_be_bytes());
        input.extend_from_slice(part);
    }
    input.extend_from_slice(&bits.to_be_bytes());
    sha256(&input)
}

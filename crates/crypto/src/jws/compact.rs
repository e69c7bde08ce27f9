//! The three parts of a compact JWS, apart and together.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use super::{Claims, MAX_TOKEN_BYTES, Part, SigningKey, TokenError, json};

/// Members of a header: these three, and no other.
const HEADER_MEMBERS: usize = 3;

impl SigningKey {
    /// A token of that kind (`typ`) with these claims.
    ///
    /// Refuses claims with the name of a registered one, and what would be longer than
    /// [`MAX_TOKEN_BYTES`].
    pub fn sign(&self, kind: &str, claims: &Claims) -> Result<String, TokenError> {
        let token = self.compact(kind, &claims.to_json()?);
        if token.len() > MAX_TOKEN_BYTES { Err(TokenError::TooLarge) } else { Ok(token) }
    }

    /// The three parts together.
    pub(super) fn compact(&self, kind: &str, payload: &[u8]) -> String {
        let key = self.verifying();
        let header = serde_json::json!({
            "alg": key.algorithm().name(),
            "kid": key.id(),
            "typ": kind,
        });
        let header = BASE64URL_NOPAD.encode(header.to_string().as_bytes());
        let payload = BASE64URL_NOPAD.encode(payload);
        let message = format!("{header}.{payload}");
        let signature = BASE64URL_NOPAD.encode(&self.sign_bytes(message.as_bytes()));
        format!("{message}.{signature}")
    }
}

/// A token taken apart, with nothing of it believed yet.
pub struct Unverified<'a> {
    pub header: Header,
    /// What is signed: the first two parts with the point between them.
    pub message: &'a str,
    pub claims: &'a str,
    pub signature: Vec<u8>,
}

/// A header, member by member.
pub struct Header {
    pub algorithm: String,
    pub key: String,
    pub kind: String,
}

impl<'a> Unverified<'a> {
    pub fn parse(token: &'a str) -> Result<Self, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLarge);
        }
        let form = TokenError::Malformed { part: Part::Form };
        let (message, signature) = token.rsplit_once('.').ok_or(form)?;
        let (header, claims) = message.split_once('.').ok_or(form)?;
        if claims.contains('.') {
            return Err(form);
        }
        let header = Header::parse(&decode(header, Part::Header)?)?;
        Ok(Self { header, message, claims, signature: decode(signature, Part::Signature)? })
    }

    /// The claims; to be asked for only after the signature was found good.
    pub fn claims(&self) -> Result<Claims, TokenError> {
        let members = json::object(&decode(self.claims, Part::Claims)?, Part::Claims)?;
        Claims::from_members(members)
    }
}

/// The payload as it was signed; to be asked for only after the signature was found good.
pub fn decoded_payload(unverified: &Unverified<'_>) -> Result<Vec<u8>, TokenError> {
    decode(unverified.claims, Part::Claims)
}

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, TokenError> {
        let mut members = json::object(bytes, Part::Header)?;
        // Said first and by itself: unsigned tokens name no key.
        if members.get("alg").and_then(Value::as_str).is_some_and(is_none) {
            return Err(TokenError::Unsigned);
        }
        if members.len() != HEADER_MEMBERS {
            return Err(TokenError::Malformed { part: Part::Header });
        }
        Ok(Self {
            algorithm: text(&mut members, "alg")?,
            key: text(&mut members, "kid")?,
            kind: text(&mut members, "typ")?,
        })
    }
}

/// `none` in any case of letters, as attackers write it past careless comparisons.
fn is_none(algorithm: &str) -> bool {
    algorithm.eq_ignore_ascii_case("none")
}

fn text(members: &mut Map<String, Value>, name: &str) -> Result<String, TokenError> {
    match members.remove(name) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(TokenError::Malformed { part: Part::Header }),
    }
}

fn decode(text: &str, part: Part) -> Result<Vec<u8>, TokenError> {
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| TokenError::Malformed { part })
}

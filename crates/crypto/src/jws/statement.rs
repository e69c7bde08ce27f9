//! Signed statements: a compact JWS whose payload is any bytes, such as a JSON document, for whoever
//! keeps it for years. It has no issuer, audience or end, as a token has; what it says is in its
//! payload, and which key signed it is for the reader to know.

use data_encoding::BASE64URL_NOPAD;

use super::compact::{Unverified, decoded_payload};
use super::key::KEY_COORDINATE_BYTES;
use super::{Jwk, MAX_TOKEN_BYTES, SigningKey, TokenError, VerifyingKey};

impl SigningKey {
    /// A statement of that kind (`typ`).
    ///
    /// Refuses what would be longer than [`MAX_TOKEN_BYTES`].
    pub fn sign_statement(&self, kind: &str, payload: &[u8]) -> Result<String, TokenError> {
        let statement = self.compact(kind, payload);
        if statement.len() > MAX_TOKEN_BYTES { Err(TokenError::TooLarge) } else { Ok(statement) }
    }
}

impl VerifyingKey {
    /// What a statement of that kind says, if this key signed it.
    pub fn statement(&self, kind: &str, statement: &str) -> Result<Vec<u8>, TokenError> {
        let unverified = Unverified::parse(statement)?;
        if unverified.header.key != self.id() {
            return Err(TokenError::UnknownKey);
        }
        if unverified.header.algorithm != self.algorithm().name() {
            return Err(TokenError::OtherAlgorithm);
        }
        if !self.accepts(unverified.message.as_bytes(), &unverified.signature) {
            return Err(TokenError::Signature);
        }
        if unverified.header.kind != kind {
            return Err(TokenError::OtherKind);
        }
        decoded_payload(&unverified)
    }

    /// The key of a JWK that this gateway gave out; nothing where the members are no key, or `kid` is
    /// not its thumbprint.
    pub fn parse(jwk: &Jwk) -> Option<Self> {
        let coordinate = |text: &str| {
            let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
            <[u8; KEY_COORDINATE_BYTES]>::try_from(bytes).ok()
        };
        let x = coordinate(&jwk.x)?;
        let key = match (jwk.crv.as_str(), &jwk.y) {
            ("Ed25519", None) => Self::of_ed25519(&x),
            ("P-256", Some(y)) => Self::of_p256(&x, &coordinate(y)?),
            _ => None,
        }?;
        (key.jwk() == jwk).then_some(key)
    }
}

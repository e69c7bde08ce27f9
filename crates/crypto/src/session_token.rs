//! Session tokens that this gateway alone gives out and takes back: compact JWS signed by HS256 (RFC
//! 7515, RFC 7518 §3.2), for facades whose protocol prescribes that algorithm.
//!
//! | part | holds |
//! |---|---|
//! | header | `{"alg":"HS256","typ":"JWT"}`, to the byte |
//! | claims | `aud`, `sub`, `tenant`, `jti` as texts, `iat` and `exp` as whole seconds |
//!
//! There is one key, so the header has nothing to choose: one that is spelled otherwise is refused.

use cartola_primitives::{Randomness, Secret, Timestamp};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::aead::{self, KeyBytes};
use crate::error::CryptoError;
use crate::jws::MAX_TOKEN_BYTES;
use crate::mac::mac_of;
use crate::ring::{KeyRing, WrappedKey, key_bytes};

/// What the key itself is wrapped for.
const WRAP_PURPOSE: &str = "session-key";

/// `{"alg":"HS256","typ":"JWT"}` in base64url.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionClaims {
    /// The facade that takes it.
    pub aud: String,
    /// The id of the credential that it was given to.
    pub sub: String,
    /// The id of that credential's tenant.
    pub tenant: String,
    /// Tells it from every other.
    pub jti: String,
    /// When it was given out, seconds since 1970.
    pub iat: i64,
    /// From when on it is not taken.
    pub exp: i64,
}

/// Why a token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionTokenError {
    /// It is none of ours.
    #[error("the token is none that was given out here")]
    Invalid,
    /// It was one of ours.
    #[error("the token has expired")]
    Expired,
}

/// The key of all sessions of an installation. Stored only wrapped, wiped when dropped.
pub struct SessionKey(KeyBytes);

impl SessionKey {
    /// A fresh key.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        Self(aead::generate_key(randomness))
    }

    /// The key as it is stored.
    pub fn wrap(&self, ring: &KeyRing, randomness: &dyn Randomness) -> WrappedKey {
        ring.wrap_small(WRAP_PURPOSE, self.0.as_slice(), randomness)
    }

    /// The key that [`Self::wrap`] stored.
    pub fn unwrap(ring: &KeyRing, wrapped: &WrappedKey) -> Result<Self, CryptoError> {
        ring.unwrap_bytes(WRAP_PURPOSE, wrapped).and_then(|plain| key_bytes(&plain)).map(Self)
    }

    /// A token that says this.
    pub fn sign(&self, claims: &SessionClaims) -> Secret<String> {
        let claims = serde_json::to_vec(claims).expect("texts and numbers are JSON");
        let message = format!("{HEADER}.{}", BASE64URL_NOPAD.encode(&claims));
        let signature = BASE64URL_NOPAD.encode(&mac_of(self.0.as_slice(), &[message.as_bytes()]));
        Secret::new(format!("{message}.{signature}"))
    }

    /// What a token says, if it is one of ours and its time has not passed.
    pub fn verify(
        &self,
        token: &str,
        audience: &str,
        now: Timestamp,
    ) -> Result<SessionClaims, SessionTokenError> {
        let claims = self.claims(token).ok_or(SessionTokenError::Invalid)?;
        if claims.aud != audience {
            return Err(SessionTokenError::Invalid);
        }
        if claims.exp <= now.as_second() {
            return Err(SessionTokenError::Expired);
        }
        Ok(claims)
    }

    fn claims(&self, token: &str) -> Option<SessionClaims> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let (message, signature) = token.rsplit_once('.')?;
        let claims = message.strip_prefix(HEADER)?.strip_prefix('.')?;
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?;
        let expected = mac_of(self.0.as_slice(), &[message.as_bytes()]);
        if !bool::from(signature.ct_eq(&expected)) {
            return None;
        }
        serde_json::from_slice(&BASE64URL_NOPAD.decode(claims.as_bytes()).ok()?).ok()
    }
}

impl std::fmt::Debug for SessionKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SessionKey")
    }
}

#[cfg(test)]
mod tests;

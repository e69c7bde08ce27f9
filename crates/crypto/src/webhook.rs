//! Signing what we send: Standard Webhooks, symmetric signatures (`v1`).
//!
//! HMAC-SHA-256 over `id.timestamp.body`, in base64 with padding, after `v1,`. A secret is written
//! `whsec_` and base64 of 24 to 64 random bytes (Standard Webhooks 1.0, "Signature scheme").

use std::fmt;

use cartola_primitives::{Randomness, Secret};
use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};

use crate::error::CryptoError;
use crate::mac::{is_mac_of, mac_of};

const PREFIX: &str = "whsec_";

/// Fewest bytes of a secret that is taken.
const MIN_BYTES: usize = 24;

/// Most bytes of a secret that is taken.
const MAX_BYTES: usize = 64;

/// Bytes of a secret that we make.
const NEW_BYTES: usize = 32;

/// The secret that a receiver shares with us. Wiped when dropped.
pub struct WebhookSecret(Secret<Vec<u8>>);

impl WebhookSecret {
    /// A new one.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        let mut bytes = vec![0; NEW_BYTES];
        randomness.fill(&mut bytes);
        Self(Secret::new(bytes))
    }

    /// Reads `whsec_…`; the prefix may be missing, as some providers leave it out.
    pub fn parse(text: &Secret<String>) -> Result<Self, CryptoError> {
        let digits = text.expose().trim();
        let digits = digits.strip_prefix(PREFIX).unwrap_or(digits);
        let bytes = BASE64.decode(digits.as_bytes()).map(Secret::new);
        Self::from_bytes(bytes.map_err(|_| CryptoError::WebhookSecretFormat)?)
    }

    /// The secret whose bytes these are, 24 to 64 of them.
    pub fn from_bytes(bytes: Secret<Vec<u8>>) -> Result<Self, CryptoError> {
        if !(MIN_BYTES..=MAX_BYTES).contains(&bytes.expose().len()) {
            return Err(CryptoError::WebhookSecretFormat);
        }
        Ok(Self(bytes))
    }

    /// The secret of somebody else who signs as [`Self::stamp`] does: `whsec_` and base64, or else any
    /// text, whose own bytes count.
    pub fn of_sender(text: &Secret<String>) -> Result<Self, CryptoError> {
        let trimmed = text.expose().trim();
        if trimmed.starts_with(PREFIX) {
            return Self::parse(text);
        }
        Self::from_bytes(Secret::new(trimmed.as_bytes().to_vec()))
    }

    /// The form that [`Self::parse`] reads, to be shown to the receiver once.
    pub fn to_text(&self) -> Secret<String> {
        Secret::new(format!("{PREFIX}{}", BASE64.encode(self.0.expose())))
    }

    /// The signature of a message that is sent at `timestamp`, in seconds since 1970.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let timestamp = timestamp.to_string();
        let pieces = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
        format!("v1,{}", BASE64.encode(&mac_of(self.0.expose(), &pieces)))
    }

    /// The same of a body alone, for protocols whose messages have no id: HMAC-SHA-256 over
    /// `timestamp.body` in lower-case hexadecimal.
    pub fn stamp(&self, timestamp: i64, body: &[u8]) -> String {
        let timestamp = timestamp.to_string();
        let pieces = [timestamp.as_bytes(), b".", body];
        HEXLOWER.encode(&mac_of(self.0.expose(), &pieces))
    }

    /// Whether `stamped`, in hexadecimal of any case, is the stamp of a body at the timestamp as it was
    /// written. It takes as long for a wrong one as for the right one.
    pub fn has_stamped(&self, timestamp: &str, body: &[u8], stamped: &str) -> bool {
        let pieces = [timestamp.as_bytes(), b".", body];
        let code = HEXLOWER_PERMISSIVE.decode(stamped.as_bytes());
        code.is_ok_and(|code| is_mac_of(self.0.expose(), &pieces, &code))
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("WebhookSecret")
    }
}

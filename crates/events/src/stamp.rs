//! A signature of a provider's own, beside that of Standard Webhooks.

use cartola_crypto::WebhookSecret;
use cartola_primitives::id::CredentialId;
use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

/// That a message is signed in a provider's own header too: `t=<seconds since 1970>,v1=<hex>`, with
/// one `v1` for each secret, the newest first ([`WebhookSecret::stamp`]). It is made anew at each
/// attempt, by the secrets of its moment, so that a receiver may refuse what is old.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    header: String,
    signer: CredentialId,
}

impl Stamp {
    /// In that header, by the secrets of that subscription.
    pub fn new(header: &'static str, signer: CredentialId) -> Self {
        Self { header: header.to_owned(), signer }
    }

    /// Whose secrets sign.
    pub const fn signer(&self) -> CredentialId {
        self.signer
    }

    /// Header and value for an attempt at that second; nothing where what was sealed is no header.
    pub fn line(
        &self,
        secrets: &[WebhookSecret],
        timestamp: i64,
        body: &[u8],
    ) -> Option<(HeaderName, HeaderValue)> {
        let stamps = secrets.iter().map(|secret| format!(",v1={}", secret.stamp(timestamp, body)));
        let text = format!("t={timestamp}{}", stamps.collect::<String>());
        Some((self.header.parse().ok()?, HeaderValue::from_str(&text).ok()?))
    }
}

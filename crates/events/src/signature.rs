//! Signing an attempt: Standard Webhooks.

use cartola_crypto::WebhookSecret;
use cartola_primitives::id::MessageId;

/// Secrets by which one attempt is signed: the present one, and those before it while receivers
/// change over.
pub const MAX_SECRETS: usize = 4;

/// The value of `webhook-signature`: one signature for each secret, with a space between them. None
/// for who has no secret.
pub fn signature(
    secrets: &[WebhookSecret],
    id: MessageId,
    timestamp: i64,
    body: &[u8],
) -> Option<String> {
    let id = id.to_string();
    let signatures: Vec<String> =
        secrets.iter().map(|secret| secret.sign(&id, timestamp, body)).collect();
    (!signatures.is_empty()).then(|| signatures.join(" "))
}

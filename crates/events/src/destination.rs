//! Where a message goes: what is sealed as its envelope.

use cartola_crypto::WebhookSecret;
use cartola_primitives::Secret;
use cartola_primitives::id::MessageId;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::TargetUrl;
use crate::url::UrlError;

/// Header lines of a destination's own.
pub const MAX_HEADERS: usize = 32;

/// Bytes of those headers' names and values together.
pub const MAX_HEADER_BYTES: usize = 8 << 10;

/// Secrets by which one message is signed: the present one, and the one before while receivers
/// change over.
pub const MAX_SECRETS: usize = 4;

/// Header lines that are ours or the connection's.
const RESERVED: [&str; 8] = [
    "connection",
    "content-length",
    "host",
    "transfer-encoding",
    "upgrade",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
];

/// Where a message goes, what goes with it, and by which secrets it is signed.
pub struct Destination {
    url: TargetUrl,
    headers: HeaderMap,
    secrets: Vec<WebhookSecret>,
}

/// Why a destination is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    /// Its URL.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// Its headers.
    #[error("a header is malformed, reserved, or there are too many")]
    Headers,
    /// Its secrets.
    #[error("a signing secret is malformed, or there are too many")]
    Secrets,
    /// What was sealed is no destination.
    #[error("what is sealed is no destination")]
    Form,
}

/// As it is sealed. Wiped when dropped.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Shape {
    url: String,
    headers: Vec<(String, String)>,
    secrets: Vec<String>,
}

impl Destination {
    /// A destination. `headers` are the provider's own, such as its signature or the content type.
    pub fn new(
        url: TargetUrl,
        headers: &[(String, String)],
        secrets: Vec<WebhookSecret>,
    ) -> Result<Self, DestinationError> {
        if secrets.len() > MAX_SECRETS {
            return Err(DestinationError::Secrets);
        }
        Ok(Self { url, headers: read_headers(headers)?, secrets })
    }

    /// Where it goes.
    pub fn url(&self) -> &TargetUrl {
        &self.url
    }

    /// The header lines of its own.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The value of `webhook-signature`; none for who has no secret.
    pub fn signature(&self, id: MessageId, timestamp: i64, body: &[u8]) -> Option<String> {
        let id = id.to_string();
        let signatures: Vec<String> =
            self.secrets.iter().map(|secret| secret.sign(&id, timestamp, body)).collect();
        (!signatures.is_empty()).then(|| signatures.join(" "))
    }

    /// The envelope of a message: the bytes that are sealed.
    pub fn to_bytes(&self) -> Secret<Vec<u8>> {
        let text =
            |value: &HeaderValue| value.to_str().expect("a header was read from text").to_owned();
        let shape = Shape {
            url: self.url.to_text(),
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), text(value)))
                .collect(),
            secrets: self.secrets.iter().map(|secret| secret.to_text().into_inner()).collect(),
        };
        Secret::new(serde_json::to_vec(&shape).expect("texts are always JSON"))
    }

    /// Reads what was sealed.
    pub fn from_bytes(bytes: &Secret<Vec<u8>>) -> Result<Self, DestinationError> {
        let shape: Shape =
            serde_json::from_slice(bytes.expose()).map_err(|_| DestinationError::Form)?;
        let secrets = shape
            .secrets
            .iter()
            .map(|text| WebhookSecret::parse(&Secret::new(text.clone())))
            .collect::<Result<_, _>>()
            .map_err(|_| DestinationError::Secrets)?;
        Self::new(TargetUrl::parse(&shape.url)?, &shape.headers, secrets)
    }
}

fn read_headers(headers: &[(String, String)]) -> Result<HeaderMap, DestinationError> {
    let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if headers.len() > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
        return Err(DestinationError::Headers);
    }
    let mut read = HeaderMap::new();
    for (name, value) in headers {
        let name: HeaderName = name.parse().map_err(|_| DestinationError::Headers)?;
        if RESERVED.contains(&name.as_str()) {
            return Err(DestinationError::Headers);
        }
        let mut value = HeaderValue::from_str(value).map_err(|_| DestinationError::Headers)?;
        if value.to_str().is_err() {
            return Err(DestinationError::Headers);
        }
        value.set_sensitive(true);
        read.append(name, value);
    }
    Ok(read)
}

//! Where a message goes: what is sealed as its envelope.

use cartola_primitives::Secret;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::url::UrlError;
use crate::{Stamp, TargetUrl};

/// Header lines of a destination's own.
pub const MAX_HEADERS: usize = 32;

/// Bytes of those headers' names and values together.
pub const MAX_HEADER_BYTES: usize = 8 << 10;

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

/// Where a message goes, and what goes with it.
pub struct Destination {
    url: TargetUrl,
    headers: HeaderMap,
    stamp: Option<Stamp>,
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
    /// What was sealed is no destination.
    #[error("what is sealed is no destination")]
    Form,
}

/// As it is sealed; what more an earlier version sealed is not looked at. Wiped when dropped.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Shape {
    url: String,
    headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[zeroize(skip)]
    stamp: Option<Stamp>,
}

impl Destination {
    /// A destination. `headers` are the provider's own, such as its signature or the content type.
    pub fn new(url: TargetUrl, headers: &[(String, String)]) -> Result<Self, DestinationError> {
        Ok(Self { url, headers: read_headers(headers)?, stamp: None })
    }

    /// The same, signed in the provider's own way too.
    #[must_use]
    pub fn stamped(self, stamp: Stamp) -> Self {
        Self { stamp: Some(stamp), ..self }
    }

    /// Where it goes.
    pub fn url(&self) -> &TargetUrl {
        &self.url
    }

    /// The header lines of its own.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// How the provider's own protocol signs, where it does.
    pub fn stamp(&self) -> Option<&Stamp> {
        self.stamp.as_ref()
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
            stamp: self.stamp.clone(),
        };
        Secret::new(serde_json::to_vec(&shape).expect("texts are always JSON"))
    }

    /// Reads what was sealed.
    pub fn from_bytes(bytes: &Secret<Vec<u8>>) -> Result<Self, DestinationError> {
        let shape: Shape =
            serde_json::from_slice(bytes.expose()).map_err(|_| DestinationError::Form)?;
        let read = Self::new(TargetUrl::parse(&shape.url)?, &shape.headers)?;
        Ok(Self { stamp: shape.stamp.clone(), ..read })
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

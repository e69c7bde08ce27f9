//! Requests and answers as values, and what sends the one and returns the other.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use cartola_primitives::Secret;
use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use zeroize::Zeroizing;

use crate::{ConnectorError, Context, ErrorKind};

/// Whether a request may be sent a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It has the same effect however often it is sent.
    Freely,
    /// Only where the first one certainly never left: it uses something up, such as an attempt
    /// at a password.
    OnlyIfUnsent,
}

/// A request to an institution. `Debug` shows neither headers, body nor path, which may name an
/// account.
pub struct Request {
    /// What it does, for logs.
    pub operation: &'static str,
    /// The method.
    pub method: Method,
    /// Path and query, beginning with `/`.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Whether it may be sent again.
    pub repeat: Repeat,
}

impl Request {
    /// A request without a body.
    pub fn new(operation: &'static str, method: Method, path: impl Into<String>) -> Self {
        let (headers, body, repeat) = (HeaderMap::new(), Bytes::new(), Repeat::Freely);
        Self { operation, method, path: path.into(), headers, body, repeat }
    }

    /// With one more header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// With a JSON body, which is wiped from memory when the request is dropped.
    #[must_use]
    pub fn with_json(mut self, json: Vec<u8>) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.body = Bytes::from_owner(Zeroizing::new(json));
        self
    }

    /// With form fields as its body, which is wiped from memory when the request is dropped. The
    /// fields are written as they are to be sent: encoded, and with `&` between them.
    #[must_use]
    pub fn with_form(mut self, encoded: Vec<u8>) -> Self {
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        self.headers.insert(CONTENT_TYPE, form);
        self.body = Bytes::from_owner(Zeroizing::new(encoded));
        self
    }

    /// With a bearer token.
    pub fn with_bearer(self, token: &Secret<String>) -> Result<Self, ConnectorError> {
        let text = Zeroizing::new(format!("Bearer {}", token.expose()));
        let mut value = HeaderValue::from_str(&text).map_err(|_| {
            let reason = "the token that the institution gave cannot stand in a header";
            ConnectorError::new(ErrorKind::AnswerInvalid, self.operation, reason)
        })?;
        value.set_sensitive(true);
        Ok(self.with_header(AUTHORIZATION, value))
    }

    /// To be sent a second time only where the first never left.
    #[must_use]
    pub fn only_once(mut self) -> Self {
        self.repeat = Repeat::OnlyIfUnsent;
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("body_bytes", &self.body.len())
            .field("repeat", &self.repeat)
            .finish_non_exhaustive()
    }
}

/// What came back. `Debug` shows neither headers nor body.
#[derive(Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Answer {
    /// `Retry-After` in seconds. Its other form, a date, is passed over: it would have to be held
    /// against the institution's clock.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Answer")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Sends a request and returns its answer, whatever the status. The transport does, and so does
/// every layer around it.
#[async_trait]
pub trait Exchange: Send + Sync {
    /// Sends, once as far as this one is concerned.
    async fn send(&self, request: &Request, context: &Context) -> Result<Answer, ConnectorError>;
}

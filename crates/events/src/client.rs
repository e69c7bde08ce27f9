//! The client for URLs that somebody gave us.
//!
//! The guard stands where connections are made: each connection resolves its name, refuses it if
//! any of its addresses is not admitted, and goes to one of the addresses that were looked at. A
//! name that changes its mind between two look-ups gains nothing. Redirects are not followed,
//! connections are not kept, no proxy of the environment is used.

mod connect;
mod resolve;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cartola_store::outbox::AttemptFailure;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

use self::connect::{Guarded, Refused};
use crate::Reach;
use crate::url::{Host, TargetUrl, UrlError, host, port};

pub use self::resolve::{Resolver, SystemResolver};

/// How long a call may take, from the look-up of the name to the end of the answer.
pub const TIMEOUT: Duration = Duration::from_secs(15);

/// How long the name of a URL that is to be registered is looked up. Somebody waits for the answer.
pub const LOOK_UP: Duration = Duration::from_secs(5);

/// Bytes of an answer's body that are read; whatever follows is left.
pub const MAX_ANSWER_BYTES: usize = 64 << 10;

/// Bytes of an answer's head.
const MAX_HEAD_BYTES: usize = 16 << 10;

/// Header lines of an answer.
const MAX_HEADERS: usize = 64;

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    inner: legacy::Client<HttpsConnector<Guarded>, Full<Bytes>>,
    guarded: Guarded,
    timeout: Duration,
}

/// What a receiver answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The header lines.
    pub headers: HeaderMap,
    /// The beginning of the body; empty where it broke off or was longer than is read.
    pub body: Bytes,
}

impl Client {
    /// A client that calls what is in reach. Names are resolved by `resolver`.
    pub fn new(reach: Reach, resolver: Arc<dyn Resolver>) -> Self {
        Self::with_timeout(reach, resolver, TIMEOUT)
    }

    /// The same with another limit of time.
    pub fn with_timeout(reach: Reach, resolver: Arc<dyn Resolver>, timeout: Duration) -> Self {
        let guarded = Guarded::new(reach, resolver);
        let connector = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(guarded.clone());
        let inner = legacy::Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .retry_canceled_requests(false)
            .http1_max_buf_size(MAX_HEAD_BYTES)
            .http1_max_headers(MAX_HEADERS)
            .build(connector);
        Self { inner, guarded, timeout }
    }

    /// Whether a URL may be registered: none of its addresses is forbidden at this moment. A name
    /// that does not resolve yet, or not within [`LOOK_UP`], is taken, since each call looks again.
    pub async fn admit(&self, url: &TargetUrl) -> Result<(), UrlError> {
        let addresses = match host(url.uri()) {
            Host::Address(address) => vec![address],
            Host::Name(name) => {
                let resolving = self.guarded.resolve(name, port(url.uri()));
                match timeout(self.timeout.min(LOOK_UP), resolving).await {
                    Ok(Ok(addresses)) => addresses,
                    Ok(Err(_)) | Err(_) => return Ok(()),
                }
            }
        };
        if addresses.iter().any(|address| !self.guarded.admits(*address)) {
            return Err(UrlError::Forbidden);
        }
        Ok(())
    }

    /// Posts a body. Any status is an answer.
    pub async fn post(
        &self,
        url: &TargetUrl,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Answer, AttemptFailure> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = url.uri().clone();
        *request.headers_mut() = headers;
        let deadline = tokio::time::sleep(self.timeout);
        tokio::pin!(deadline);
        let response = tokio::select! {
            response = self.inner.request(request) => response.map_err(|error| kind_of(&error))?,
            () = &mut deadline => return Err(AttemptFailure::Timeout),
        };
        // The status has been said: a body that does not come takes nothing of it back.
        let (head, body) = response.into_parts();
        let body = tokio::select! {
            body = read(body) => body,
            () = &mut deadline => Bytes::new(),
        };
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }
}

async fn read(body: Incoming) -> Bytes {
    match Limited::new(body, MAX_ANSWER_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => Bytes::new(),
    }
}

/// What a failed call is called. What went wrong before a connection stood is told by the guard's
/// own errors; all else that hinders a connection is TLS.
fn kind_of(error: &legacy::Error) -> AttemptFailure {
    if let Some(refused) = cause::<Refused>(error) {
        return refused.failure();
    }
    if error.is_connect() {
        return AttemptFailure::Tls;
    }
    match cause::<hyper::Error>(error) {
        Some(error) if error.is_parse() => AttemptFailure::Protocol,
        _ => AttemptFailure::Unreachable,
    }
}

fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

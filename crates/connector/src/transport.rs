//! The one HTTP client of the connectors.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Uri;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::{Answer, BaseUrl, ConnectorError, Context, ErrorKind, Exchange, Request, RetryAdvice};

/// Longest wait for a TCP connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Largest answer, in bytes. A statement page of 500 movements has about 200 KiB.
pub const MAX_ANSWER_BYTES: usize = 4 << 20;

/// How long an idle connection is kept: less than the servers keep theirs, some of which close them after
/// five seconds (Apache httpd and Node.js, unless told otherwise). What is sent on one that the other side
/// is just closing ends without an answer, and nobody can tell whether it was heard: a sign-in counts, and
/// a payment is in doubt.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// Idle connections kept for each host: as many as jobs of one institution run at once in one process
/// where nothing else is set. Beyond them each call makes a connection of its own.
const MAX_IDLE_CONNECTIONS: usize = 100;

/// Sends over TLS 1.2 and 1.3 with Mozilla's roots, and in plain where a [`BaseUrl`] allows it.
/// Follows no redirect, keeps no cookie, knows no proxy. Clones share their connections; make one
/// for the process.
#[derive(Clone, Debug)]
pub struct Transport {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Transport {
    /// A client without connections yet.
    pub fn new() -> Self {
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .expect("the provider of ring knows the default versions of TLS")
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
            // Whether a request is sent again is decided by the layer that knows what it does.
            .retry_canceled_requests(false)
            .build(tls);
        Self { client }
    }

    /// What sends to one institution.
    pub fn to(&self, base: BaseUrl) -> impl Exchange + 'static {
        Bound { client: self.client.clone(), base }
    }
}

impl Default for Transport {
    fn default() -> Self {
        Self::new()
    }
}

struct Bound {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base: BaseUrl,
}

#[async_trait]
impl Exchange for Bound {
    async fn send(&self, request: &Request, _: &Context) -> Result<Answer, ConnectorError> {
        let outgoing = outgoing(self.base.join(request)?, request);
        let answer = self.client.request(outgoing).await.map_err(|error| down(request, &error))?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, MAX_ANSWER_BYTES)
            .collect()
            .await
            .map_err(|error| broken_off(request, &*error))?
            .to_bytes();
        Ok(Answer { status: head.status, headers: head.headers, body })
    }
}

fn outgoing(uri: Uri, request: &Request) -> http::Request<Full<Bytes>> {
    let mut outgoing = http::Request::new(Full::new(request.body.clone()));
    *outgoing.method_mut() = request.method.clone();
    *outgoing.uri_mut() = uri;
    *outgoing.headers_mut() = request.headers.clone();
    outgoing
}

fn down(request: &Request, error: &hyper_util::client::legacy::Error) -> ConnectorError {
    if error.is_connect() {
        let reason = "no connection to the institution";
        return ConnectorError::new(ErrorKind::InstitutionDown, request.operation, reason)
            .before_sending();
    }
    let reason = "the connection ended before the answer began";
    ConnectorError::new(ErrorKind::InstitutionDown, request.operation, reason)
}

fn broken_off(
    request: &Request,
    error: &(dyn std::error::Error + Send + Sync + 'static),
) -> ConnectorError {
    if error.is::<LengthLimitError>() {
        let reason = format!("the answer is larger than {MAX_ANSWER_BYTES} bytes");
        return ConnectorError::new(ErrorKind::AnswerInvalid, request.operation, reason)
            .advising(RetryAdvice::Never);
    }
    let reason = "the connection ended in the middle of the answer";
    ConnectorError::new(ErrorKind::InstitutionDown, request.operation, reason)
}

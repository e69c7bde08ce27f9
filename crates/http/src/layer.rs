//! The one layer around every route: request id, time-out, panics, log line, metrics, headers.
//!
//! One layer and not seven: each would box a future for every request.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;

use crate::context::{REQUEST_ID, RequestContext};
use crate::gate::Gate;
use crate::problem::{Code, Problem};

/// What stands for the route in logs and metrics where none matched.
const NO_ROUTE: &str = "(none)";

/// How a room answers what the layer has to say by itself: that no route takes a path or method,
/// that the time is over, that a handler panicked. What such a problem was caused by goes along as
/// a [`Fault`].
pub type Voice = fn(&Gate, &Problem) -> Response;

/// What is to be logged of an answer, put into its extensions: a failure of ours. Problems bring
/// their own.
#[derive(Clone)]
pub struct Fault {
    /// Its class.
    pub code: &'static str,
    /// What happened; never anything that was sent or is stored.
    pub cause: String,
}

/// Puts the layer around all routes of a router and gives it answers for what no route takes.
pub fn around(router: Router<Gate>, gate: Gate) -> Router {
    around_speaking(router, gate, |_, problem| problem.clone().into_response())
}

/// The same for a room that has no problems.
pub fn around_speaking(router: Router<Gate>, gate: Gate, voice: Voice) -> Router {
    let says = |code| async move |State(gate): State<Gate>| voice(&gate, &Problem::new(code));
    router
        .fallback(says(Code::PathUnknown))
        .method_not_allowed_fallback(says(Code::MethodNotAllowed))
        .layer(from_fn_with_state((gate.clone(), voice), serve))
        .with_state(gate)
}

async fn serve(
    State((gate, voice)): State<(Gate, Voice)>,
    mut request: Request,
    next: Next,
) -> Response {
    let context = RequestContext::begin(request.headers(), gate.engine());
    let seen = Seen::begin(&request);
    request.extensions_mut().insert(context.clone());
    let served = AssertUnwindSafe(next.run(request)).catch_unwind();
    let problem = match tokio::time::timeout(gate.request_timeout(), served).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(panic)) => Err(Problem::internal(panic_text(panic.as_ref()))),
        Err(_) if context.is_reading() => Err(Problem::new(Code::RequestTimeout)),
        Err(_) => Err(Problem::new(Code::Timeout)),
    };
    let response = problem.unwrap_or_else(|problem| voice(&gate, &problem));
    let response = finished(response, &context);
    seen.end(&response, &context);
    response
}

/// Gives a response what every response has, and a problem the request's id.
fn finished(response: Response, context: &Arc<RequestContext>) -> Response {
    let (mut parts, mut body) = response.into_parts();
    if let Some(Fault { code, cause }) = parts.extensions.remove() {
        tracing::error!(target: "http.fault", request_id = context.id(), code, cause, "request failed");
    }
    if let Some(problem) = parts.extensions.remove::<Problem>() {
        parts.headers.remove(CONTENT_LENGTH);
        body = Body::from(problem.body(context.id()));
    }
    parts.headers.insert(REQUEST_ID, context.id_header());
    parts.headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    parts.headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    Response::from_parts(parts, body)
}

/// What a problem is logged as, where it is a failure of ours.
pub fn fault(problem: &Problem) -> Option<Fault> {
    let cause = problem.cause()?.to_owned();
    Some(Fault { code: problem.code().name(), cause })
}

/// What a panic said, which is our own text: `expect` messages and assertions.
fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&'static str>().copied();
    format!("panic: {}", text.unwrap_or("with a message that may hold data"))
}

/// A request as logs and metrics see it: never its path or query, which hold ids and search text.
struct Seen {
    method: &'static str,
    route: Option<MatchedPath>,
    begun: Instant,
}

impl Seen {
    #[allow(clippy::disallowed_methods, reason = "how long something takes is monotonic time")]
    fn begin(request: &Request) -> Self {
        metrics::gauge!("http_requests_in_flight").increment(1.0);
        Self {
            method: method_name(request.method()),
            route: request.extensions().get::<MatchedPath>().cloned(),
            begun: Instant::now(),
        }
    }

    fn end(&self, response: &Response, context: &RequestContext) {
        let duration = self.begun.elapsed();
        let route = self.route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
        self.count(route, response.status(), duration);
        let (tenant, credential) = context.who().unzip();
        tracing::info!(
            target: "http.access",
            method = self.method,
            route,
            status = response.status().as_u16(),
            duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
            request_id = context.id(),
            tenant = tenant.map(tracing::field::display),
            credential = credential.map(tracing::field::display),
        );
    }

    fn count(&self, route: &str, status: StatusCode, duration: Duration) {
        let labels = [
            ("route", metrics::SharedString::from(route.to_owned())),
            ("method", self.method.into()),
            ("status", status_class(status).into()),
        ];
        metrics::counter!("http_requests_total", &labels).increment(1);
        metrics::histogram!("http_request_duration_seconds", &labels).record(duration);
    }
}

/// A request that its client gave up is no longer in flight either.
impl Drop for Seen {
    fn drop(&mut self) {
        metrics::gauge!("http_requests_in_flight").decrement(1.0);
    }
}

/// The method, from a fixed set: a label that callers could invent has no bound.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

const fn status_class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

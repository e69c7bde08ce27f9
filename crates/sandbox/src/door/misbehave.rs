//! Institutions that do not do what they should: on order, or because of who calls.

use std::collections::HashMap;
use std::future;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Path, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cartola_primitives::Rut;
use cartola_provider_mibanco::wire::{ErrorBody, ErrorCode};
use futures::stream::{self, StreamExt};

use super::{Refusal, json};
use crate::faults::{Fault, LONGEST_HANG, Moment};
use crate::sandbox::Sandbox;
use crate::scenario::Scenario;

/// How long the bank of [`Scenario::BankSlow`] takes.
const SLOW: Duration = Duration::from_secs(8);
/// When the bank of [`Scenario::BankDown`] says that it may be back, in seconds.
const BACK_AFTER_SECONDS: u32 = 60;
/// How long a connection that is cut has for what it still says.
const BEFORE_THE_CUT: Duration = Duration::from_millis(20);
/// What a broken body begins with.
const HALF_A_BODY: &str = "{\"accounts\":[{\"account_id\":";

/// Does what was ordered for the institution that the path names.
pub(crate) async fn as_ordered(
    State(sandbox): State<Sandbox>,
    Path(path): Path<HashMap<String, String>>,
    request: Request,
    next: Next,
) -> Response {
    let institution = path.get("institution").map(String::as_str).unwrap_or_default();
    at(&sandbox, institution, request, next).await
}

/// Does what was ordered for an institution before, after or instead of what it was asked.
pub(crate) async fn at(
    sandbox: &Sandbox,
    institution: &str,
    request: Request,
    next: Next,
) -> Response {
    let operation = operation(&request);
    match sandbox.faults().next(institution, &operation) {
        None => next.run(request).await,
        Some((fault, Moment::Before)) => faulty(fault, next.run(request)).await,
        Some((fault, Moment::After)) => {
            // What was done stays done; that it was is what nobody may hear.
            let answer = next.run(request).await;
            faulty(fault, future::ready(answer)).await
        }
    }
}

/// What a caller gets in place of an answer, which only a delay waits for.
async fn faulty(fault: Fault, answer: impl Future<Output = Response>) -> Response {
    match fault {
        Fault::Latency { milliseconds } => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            answer.await
        }
        Fault::Error { status } => failed(status),
        Fault::RateLimited { retry_after } => {
            Refusal::new(ErrorCode::RateLimited).after(retry_after).into_response()
        }
        Fault::Hang => {
            tokio::time::sleep(LONGEST_HANG).await;
            Refusal::new(ErrorCode::InternalError).into_response()
        }
        Fault::Cut => cut(),
        Fault::WrongSignature => answer.await,
        Fault::Malformed => {
            ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], HALF_A_BODY)
                .into_response()
        }
    }
}

/// What orders call a call: its method and what its address has behind the protocol's beginning,
/// without what names one thing, such as `POST transfer/authorization` or `POST apistore/pagos`.
fn operation(request: &Request) -> String {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let path = if let Some((_, rest)) = path.split_once("/apistore/") {
        format!("apistore/{}", rest.strip_prefix("api/").unwrap_or(rest))
    } else {
        let (_, path) = path.split_once("/api/v1/").unwrap_or_default();
        path.strip_prefix("mibanco/").unwrap_or(path).to_owned()
    };
    let words: Vec<&str> = path.split('/').filter(|word| !word.starts_with('{')).collect();
    format!("{} {}", request.method(), words.join("/"))
}

/// Does what happens to that person, whatever they call. Who is not let in has no person yet.
pub(crate) async fn as_customer(sandbox: &Sandbox, rut: Rut) -> Result<(), Refusal> {
    match sandbox.world().population().scenario(rut) {
        Some(Scenario::BankDown) => {
            Err(Refusal::new(ErrorCode::Unavailable).after(BACK_AFTER_SECONDS))
        }
        Some(Scenario::BankSlow) => {
            tokio::time::sleep(SLOW).await;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The page that the bank of [`Scenario::BankNonsense`] gives for whatever is read; `None` for
/// everybody else's.
pub(crate) fn nonsense(sandbox: &Sandbox, rut: Rut) -> Option<Response> {
    let is_nonsense = sandbox.world().population().scenario(rut) == Some(Scenario::BankNonsense);
    let page = "<html><body>Estamos trabajando para usted</body></html>";
    is_nonsense
        .then(|| ([(CONTENT_TYPE, HeaderValue::from_static("text/html"))], page).into_response())
}

fn failed(status: u16) -> Response {
    let code = match status {
        503 => ErrorCode::Unavailable,
        _ => ErrorCode::InternalError,
    };
    let message = "Ocurrió un error.".to_owned();
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json(status, &ErrorBody { code, message, retry_after: None })
}

fn cut() -> Response {
    let half = async { Ok(Bytes::from_static(HALF_A_BODY.as_bytes())) };
    let end = async {
        // The first half leaves before the connection does.
        tokio::time::sleep(BEFORE_THE_CUT).await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    };
    Response::new(Body::from_stream(stream::once(half).chain(stream::once(end))))
}

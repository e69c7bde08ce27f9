//! `POST /_sandbox/notifications`

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request, StatusCode, Uri};
use axum::response::Response;
use cartola_crypto::WebhookSecret;
use cartola_primitives::{Clock, Money, Secret};
use cartola_provider_apistore::wire::{self, Amount, Event};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{Asked as Body, Mistake, Refusal, account};
use crate::door::json;
use crate::sandbox::Sandbox;

/// The header that signs.
const SIGNATURE: &str = "x-signature";
/// Most copies of one order.
const MAX_COPIES: u32 = 20;
/// Most secrets that sign at once.
const MAX_SECRETS: usize = 4;
/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// What is posted, where, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotificationOrder)]
pub(crate) struct Asked {
    /// Where: `http` alone.
    #[schema(example = "http://127.0.0.1:8080/apistore/notificaciones/ten_…/lnk_…")]
    url: String,
    /// What signs it, each a `v1`: `whsec_` and base64, or a text of 24 to 64 bytes.
    #[schema(value_type = Vec<String>)]
    secrets: Vec<Secret<String>>,
    /// The account that it is about.
    account: String,
    /// Minor units; below zero money went.
    amount: i64,
    /// The other side.
    #[serde(default)]
    counterparty: Option<String>,
    /// Signed so many seconds ago, by the box's clock; below zero, in the future. Now where absent.
    #[serde(default)]
    seconds_ago: i64,
    /// How it is signed: `right`, `wrong` or `none`.
    #[serde(default)]
    signature: How,
    /// So many copies of it, one after another, signature and all; 1 where absent.
    #[serde(default = "once")]
    copies: u32,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum How {
    #[default]
    Right,
    Wrong,
    None,
}

const fn once() -> u32 {
    1
}

/// What came of it.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationAnswers)]
pub(crate) struct Told {
    /// The status that each copy was answered with; 0 where nobody answered.
    answers: Vec<u16>,
}

/// Post a notification
///
/// As ApiStore posts them, signed by `X-Signature`; late, twice, badly signed. Whether money moved is
/// another lever's affair: notifications may lie.
#[utoipa::path(post, path = "/_sandbox/notifications", tag = "notifications", request_body = Asked,
    responses(
        (status = 200, description = "What was answered", body = Told),
        (status = 400, description = "No such notification can be", body = Mistake),
        (status = 404, description = "Nobody has that account", body = Mistake)))]
pub(crate) async fn post(
    State(sandbox): State<Sandbox>,
    Body(asked): Body<Asked>,
) -> Result<Response, Refusal> {
    let uri: Uri = asked.url.parse().map_err(|_| Refusal::wrong("`url` is an http URL"))?;
    if uri.scheme_str() != Some("http") || uri.host().is_none() {
        return Err(Refusal::wrong("`url` is an http URL"));
    }
    if !(1..=MAX_COPIES).contains(&asked.copies) {
        return Err(Refusal::wrong(format!("`copies` goes from 1 to {MAX_COPIES}")));
    }
    let body = body(&sandbox, &asked)?;
    let signature = signature(&sandbox, &asked, &body)?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let mut answers = Vec::new();
    for _ in 0..asked.copies {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(uri.clone())
            .header(CONTENT_TYPE, "application/json");
        if let Some(signature) = &signature {
            request = request.header(SIGNATURE, signature);
        }
        let request = request.body(Full::from(body.clone()));
        let request = request.map_err(|_| Refusal::wrong("`url` is an http URL"))?;
        let answer = tokio::time::timeout(PATIENCE, client.request(request)).await;
        answers.push(answer.ok().and_then(Result::ok).map_or(0, |it| it.status().as_u16()));
    }
    Ok(json(StatusCode::OK, &Told { answers }))
}

fn body(sandbox: &Sandbox, asked: &Asked) -> Result<Bytes, Refusal> {
    let account = account(sandbox, &asked.account)?;
    let currency = account.key.product.currency();
    let told = wire::Notification {
        event: if asked.amount < 0 { Event::Sent } else { Event::Received },
        account_id: account.number.written().to_owned(),
        amount: Amount::of(Money::new(asked.amount.saturating_abs(), currency)),
        currency: currency.code(),
        date: sandbox.world().now().to_string(),
        counterparty: asked.counterparty.clone(),
    };
    let text = serde_json::to_vec(&told).expect("the wire types are plain data");
    Ok(text.into())
}

/// The header, where there is one to be.
fn signature(sandbox: &Sandbox, asked: &Asked, body: &[u8]) -> Result<Option<String>, Refusal> {
    if asked.signature == How::None {
        return Ok(None);
    }
    if !(1..=MAX_SECRETS).contains(&asked.secrets.len()) {
        return Err(Refusal::wrong(format!("`secrets` has 1 to {MAX_SECRETS} texts")));
    }
    let now = sandbox.world().now().as_second();
    let moment = now.saturating_sub(asked.seconds_ago);
    let mut header = format!("t={moment}");
    for secret in &asked.secrets {
        let secret = WebhookSecret::of_sender(secret).map_err(|_| {
            Refusal::wrong("a secret is `whsec_` and base64, or a text of 24 to 64 bytes")
        })?;
        // What is signed wrongly is signed for another moment.
        let signed = if asked.signature == How::Wrong { moment ^ 1 } else { moment };
        header.push_str(",v1=");
        header.push_str(&secret.stamp(signed, body));
    }
    Ok(Some(header))
}

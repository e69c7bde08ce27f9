//! `POST /_sandbox/notifications`

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use cartola_crypto::WebhookSecret;
use cartola_primitives::{Clock, Money, Secret, SignedDuration, Timestamp};
use cartola_provider_apistore::wire::{self, Amount, Event};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{Asked as Body, Mistake, Refusal, account};
use crate::door::json;
use crate::post::PostError;
use crate::sandbox::Sandbox;

/// The header that signs.
const SIGNATURE: &str = "x-signature";
/// Most copies of one notification.
const MAX_COPIES: u32 = 20;
/// Most notifications of one order.
const MAX_NOTIFICATIONS: usize = 20;
/// Most secrets that sign at once.
const MAX_SECRETS: usize = 4;
/// What is posted, where, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotificationOrder)]
pub(crate) struct Asked {
    /// Where. No private address is called but this machine.
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
    /// So many seconds ago it happened, by the box's clock: one notification of each, posted in this
    /// order. One that happened now where absent; what happened later first is out of order.
    #[serde(default = "just_now")]
    happened_seconds_ago: Vec<i64>,
    /// How it is signed: `right`, `wrong` or `none`.
    #[serde(default)]
    signature: How,
    /// So many copies of each, one after another, signature and all; 1 where absent.
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

fn just_now() -> Vec<i64> {
    vec![0]
}

/// What came of it.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationAnswers)]
pub(crate) struct Told {
    /// The status that each post was answered with; 0 where nobody answered.
    answers: Vec<u16>,
}

/// Post a notification
///
/// As ApiStore posts them, signed by `X-Signature`; late, twice, out of order, badly signed. Whether
/// money moved is another lever's affair: notifications may lie.
#[utoipa::path(post, path = "/_sandbox/notifications", tag = "notifications", request_body = Asked,
    responses(
        (status = 200, description = "What was answered", body = Told),
        (status = 400, description = "No such notification can be", body = Mistake),
        (status = 404, description = "Nobody has that account", body = Mistake)))]
pub(crate) async fn post(
    State(sandbox): State<Sandbox>,
    Body(asked): Body<Asked>,
) -> Result<Response, Refusal> {
    if !(1..=MAX_COPIES).contains(&asked.copies) {
        return Err(Refusal::wrong(format!("`copies` goes from 1 to {MAX_COPIES}")));
    }
    if !(1..=MAX_NOTIFICATIONS).contains(&asked.happened_seconds_ago.len()) {
        let most = MAX_NOTIFICATIONS;
        return Err(Refusal::wrong(format!("`happened_seconds_ago` has 1 to {most} numbers")));
    }
    let mut answers = Vec::new();
    for ago in &asked.happened_seconds_ago {
        let body = body(&sandbox, &asked, *ago)?;
        let headers = headers(&sandbox, &asked, &body)?;
        for _ in 0..asked.copies {
            match sandbox.post().post(&asked.url, headers.clone(), body.clone()).await {
                Ok(status) => answers.push(status),
                Err(PostError::Unanswered) => answers.push(0),
                Err(PostError::Refused(why)) => {
                    return Err(Refusal::wrong(format!("`url` is not called: {why}")));
                }
            }
        }
    }
    Ok(json(StatusCode::OK, &Told { answers }))
}

fn headers(sandbox: &Sandbox, asked: &Asked, body: &[u8]) -> Result<HeaderMap, Refusal> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(signature) = signature(sandbox, asked, body)? {
        let value = HeaderValue::from_str(&signature);
        headers.insert(SIGNATURE, value.expect("digits and signs stand in every header"));
    }
    Ok(headers)
}

fn body(sandbox: &Sandbox, asked: &Asked, seconds_ago: i64) -> Result<Bytes, Refusal> {
    let account = account(sandbox, &asked.account)?;
    let happened_at = before(sandbox.world().now(), seconds_ago)?;
    let currency = account.key.product.currency();
    let told = wire::Notification {
        event: if asked.amount < 0 { Event::Sent } else { Event::Received },
        account_id: account.number.written().to_owned(),
        amount: Amount::of(Money::new(asked.amount.saturating_abs(), currency)),
        currency: currency.code(),
        date: happened_at.to_string(),
        counterparty: asked.counterparty.clone(),
    };
    let text = serde_json::to_vec(&told).expect("the wire types are plain data");
    Ok(text.into())
}

fn before(now: Timestamp, seconds: i64) -> Result<Timestamp, Refusal> {
    let then = now.checked_sub(SignedDuration::from_secs(seconds));
    then.map_err(|_| Refusal::wrong("`happened_seconds_ago` goes beyond the calendar"))
}

/// The header, where there is one to be.
fn signature(sandbox: &Sandbox, asked: &Asked, body: &[u8]) -> Result<Option<String>, Refusal> {
    if asked.signature == How::None {
        return Ok(None);
    }
    if !(1..=MAX_SECRETS).contains(&asked.secrets.len()) {
        return Err(Refusal::wrong(format!("`secrets` has 1 to {MAX_SECRETS} texts")));
    }
    let bank = account(sandbox, &asked.account)?.key.bank.id().as_str();
    let is_wrong = asked.signature == How::Wrong || sandbox.faults().signs_wrongly(bank);
    let now = sandbox.world().now().as_second();
    let moment = now.saturating_sub(asked.seconds_ago);
    let mut header = format!("t={moment}");
    for secret in &asked.secrets {
        let secret = WebhookSecret::of_sender(secret).map_err(|_| {
            Refusal::wrong("a secret is `whsec_` and base64, or a text of 24 to 64 bytes")
        })?;
        // What is signed wrongly is signed for another moment.
        let signed = if is_wrong { moment ^ 1 } else { moment };
        header.push_str(",v1=");
        header.push_str(&secret.stamp(signed, body));
    }
    Ok(Some(header))
}

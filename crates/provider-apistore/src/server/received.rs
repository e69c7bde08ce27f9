//! `POST /apistore/notificaciones/{tenant}/{link}`: what an institution that is reached through
//! `ApiStore` says by itself.
//!
//! It is answered once it is known who sent it and a job is kept that acts upon it; what that does is
//! the engine's ([`cartola_engine::readings::ReadHeard`]).

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use cartola_engine::readings::{Heard, HeardError};
use cartola_http::problem::{Code, Text};
use cartola_http::rate::RateLimit;
use cartola_http::{Gate, Problem, answer, body, parse};
use cartola_primitives::id::{LinkId, TenantId};
use cartola_primitives::{Date, SignedDuration, Timestamp, santiago};
use serde::Serialize;
use utoipa::ToSchema;

use super::refused::{Refused, Told, in_words};
use crate::signature::{self, SignatureError};
use crate::wire::told::Notification;

/// Largest notification, in bytes. The one that is shown has some two hundred.
pub const MAX_NOTIFICATION_BYTES: usize = 64 << 10;

/// Notifications of one link that are taken a second in the long run.
pub const NOTIFICATIONS_PER_SECOND: u32 = 50;

/// The same at once.
pub const NOTIFICATIONS_AT_ONCE: u32 = 200;

/// What comes without a signature that holds, or about no link, that is answered as that a second, all
/// senders together; others are told to wait.
pub const STRANGERS_PER_SECOND: u32 = 50;

/// The field of a link's credential in which the secrets are.
const SECRETS: &str = "notification_secrets";

/// How a word begins that tells of money.
const OF_MONEY: &str = "transfer.";

/// A day before the one that a notification names is read too: what it names is an instant of a clock
/// that may be another than the bank's books go by.
const MARGIN: SignedDuration = SignedDuration::from_hours(24);

/// How often is listened.
#[derive(Clone)]
pub struct Desk {
    known: Arc<RateLimit<LinkId>>,
    strangers: Arc<RateLimit<()>>,
}

impl Desk {
    pub fn new() -> Self {
        let known = RateLimit::new(NOTIFICATIONS_PER_SECOND, NOTIFICATIONS_AT_ONCE);
        let strangers = RateLimit::new(STRANGERS_PER_SECOND, STRANGERS_PER_SECOND);
        Self { known: Arc::new(known), strangers: Arc::new(strangers) }
    }

    /// What a stranger is told: what is wrong, or that there are too many.
    fn strange(&self, told: Response) -> Response {
        match self.strangers.take(()) {
            Ok(()) => told,
            Err(wait) => too_many(wait),
        }
    }
}

/// A notification that was taken down.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationTaken)]
struct Taken {
    /// `true`.
    received: bool,
}

/// Take a notification
///
/// For an institution that the gateway reaches through ApiStore, about a link that keeps the secrets by
/// which it signs. The signature is that of what this gateway posts itself: HMAC-SHA-256 over
/// `<t>.<body>`. It is answered when it is kept; what it leads to, a reading of the link, is done later.
#[utoipa::path(
    post, path = "/notificaciones/{tenant}/{link}", operation_id = "receive_notification",
    tag = "notificaciones",
    params(
        ("tenant" = String, Path, description = "The tenant's id."),
        ("link" = String, Path, description = "The link's id."),
        ("X-Signature" = String, Header, description = "`t=<unix seconds>,v1=<hex>`; several `v1` while a secret is replaced."),
    ),
    request_body(content = String, content_type = "application/json", description = "An object with `event`, and mostly `date`; or a CloudEvent, by its `specversion`."),
    responses(
        (status = 200, description = "It was taken down", body = Taken),
        (status = 400, description = "`invalid_request`: it is no JSON", body = Told),
        (status = 401, description = "`invalid_signature`: not signed, by another secret, or more than five minutes ago", body = Told),
        (status = 404, description = "`not_found`: no such link, or one that keeps no secrets of a sender", body = Told),
        (status = 409, description = "`replayed`: the very same was sent before", body = Told),
        (status = 413, description = "`invalid_request`: it is too large", body = Told),
        (status = 422, description = "`invalid_request`: it is no notification", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
        (status = 503, description = "`temporarily_unavailable`", body = Told),
    ),
)]
pub async fn receive(
    State(gate): State<Gate>,
    Extension(desk): Extension<Desk>,
    Path((tenant, link)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Refused> {
    let ids = parse::id::<TenantId>(&tenant).ok().zip(parse::id::<LinkId>(&link).ok());
    let Some((tenant, link)) = ids else { return Ok(desk.strange(unknown())) };
    let header = signature_of(request.headers()).map(str::to_owned);
    let body = body::read(request, MAX_NOTIFICATION_BYTES).await?;
    let (engine, now) = (gate.engine(), gate.engine().now());
    let signed = engine
        .checked_by_link(tenant, link, SECRETS, |secrets| {
            let secrets = signature::secrets(secrets).map_err(|_| SignatureError::Secret)?;
            signature::verify(header.as_deref(), &body, &secrets, now)
        })
        .await?;
    let mark = match signed {
        None => return Ok(desk.strange(unknown())),
        Some(Err(error)) => return Ok(desk.strange(unsigned(error))),
        Some(Ok(mark)) => mark,
    };
    if let Err(wait) = desk.known.take(link) {
        return Ok(too_many(wait));
    }
    let Some(from) = news_from(&body, now)? else { return Ok(taken()) };
    match engine.hear(tenant, &Heard { link, mark: &mark, from }).await {
        Ok(()) => Ok(taken()),
        Err(HeardError::Unknown) => Ok(unknown()),
        Err(HeardError::Replayed) => {
            let text = "The very same notification was sent before. Sign each attempt anew.";
            Ok(in_words(StatusCode::CONFLICT, "replayed", text))
        }
        Err(HeardError::Engine(error)) => Err(error.into()),
    }
}

fn signature_of(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(signature::HEADER).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// From which day on there may be something new; nothing where it is not about money.
fn news_from(body: &[u8], now: Timestamp) -> Result<Option<Date>, Refused> {
    let told: Notification = body::parse(body)?;
    // Which types a CloudEvent of the bank's may have is not known: each is a reason to look.
    let is_of_money = match (&told.event, &told.specversion) {
        (Some(event), _) => event.starts_with(OF_MONEY),
        (None, Some(_)) => true,
        (None, None) => {
            let why = Text::fixed("it is missing", "falta");
            return Err(Problem::new(Code::JsonInvalid).named("event", why).into());
        }
    };
    if !is_of_money {
        return Ok(None);
    }
    let instant = |text: &str| text.parse::<Timestamp>().ok().map(santiago::date_of);
    let day = |text: &String| text.parse::<Date>().ok().or_else(|| instant(text));
    let today = santiago::today(now);
    let named = told.date.as_ref().or(told.time.as_ref()).and_then(day).unwrap_or(today).min(today);
    Ok(Some(named.saturating_sub(MARGIN)))
}

fn taken() -> Response {
    answer::json(StatusCode::OK, &Taken { received: true })
}

fn unknown() -> Response {
    let text = "There is no such link, or it keeps no secrets by which notifications are signed.";
    in_words(StatusCode::NOT_FOUND, "not_found", text)
}

fn unsigned(error: SignatureError) -> Response {
    in_words(StatusCode::UNAUTHORIZED, "invalid_signature", &format!("{error}."))
}

fn too_many(wait: std::time::Duration) -> Response {
    let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
    Refused::from(Problem::new(Code::RateLimited).after(seconds)).into_response()
}

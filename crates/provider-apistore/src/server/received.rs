//! `POST /apistore/notificaciones/{tenant}/{link}`: what an institution that is reached through
//! `ApiStore` says by itself.
//!
//! It is answered once it is known who sent it and a job is kept that acts upon it; what that does is
//! the engine's ([`cartola_engine::readings::ReadHeard`]).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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
use tokio::time::Instant;
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

/// What comes without a signature that holds, or about no link, that is looked at a second, all senders
/// together. Beyond that whoever comes next is told to wait, before anything is looked at.
pub const STRANGERS_PER_SECOND: u32 = 500;

/// The field of a link's credential in which the secrets are.
const SECRETS: &str = "notification_secrets";

/// How a word begins that tells of money.
const OF_MONEY: &str = "transfer.";

/// A day before the one that a notification names is read too: what it names is an instant of a clock
/// that may be another than the bank's books go by.
const MARGIN: SignedDuration = SignedDuration::from_hours(24);

/// How often is listened. It is decided by the address alone, before anything is read of the store or of
/// the body, and for every address in the same way.
#[derive(Clone)]
pub struct Desk {
    links: Arc<RateLimit<LinkId>>,
    strangers: Arc<RateLimit<()>>,
    shut_until: Arc<Mutex<Option<Instant>>>,
}

impl Desk {
    pub fn new() -> Self {
        let links = RateLimit::new(NOTIFICATIONS_PER_SECOND, NOTIFICATIONS_AT_ONCE);
        let strangers = RateLimit::new(STRANGERS_PER_SECOND, STRANGERS_PER_SECOND);
        Self { links: Arc::new(links), strangers: Arc::new(strangers), shut_until: Arc::default() }
    }

    /// Lets something about a link be looked at, or says how long to wait.
    #[allow(clippy::disallowed_methods, reason = "a pause runs on monotonic time")]
    fn admit(&self, link: LinkId) -> Result<(), Duration> {
        let shut = self.shut_until().map(|until| until.saturating_duration_since(Instant::now()));
        match shut.filter(|wait| !wait.is_zero()) {
            Some(wait) => Err(wait),
            None => self.links.take(link),
        }
    }

    /// What a stranger is told: what is wrong. One too many has the others wait.
    #[allow(clippy::disallowed_methods, reason = "a pause runs on monotonic time")]
    fn strange(&self, error: SignatureError) -> Response {
        if let Err(wait) = self.strangers.take(()) {
            *self.shut_until() = Some(Instant::now() + wait);
        }
        in_words(StatusCode::UNAUTHORIZED, "invalid_signature", &format!("{error}."))
    }

    fn shut_until(&self) -> MutexGuard<'_, Option<Instant>> {
        // A moment is whole whatever panicked beside it.
        self.shut_until.lock().unwrap_or_else(PoisonError::into_inner)
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
        (status = 200, description = "It was taken down, now or when the same came before", body = Taken),
        (status = 400, description = "`invalid_request`: it is no JSON", body = Told),
        (status = 401, description = "`invalid_signature`: not signed, more than five minutes ago, or by no secret of such a link, be it that there is none", body = Told),
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
    let (tenant, link) = named(&tenant, &link);
    if let Err(wait) = desk.admit(link) {
        return Ok(too_many(wait));
    }
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
        Err(error) => return Ok(desk.strange(error)),
        Ok(mark) => mark,
    };
    let Some(from) = news_from(&body, now)? else { return Ok(taken()) };
    match engine.hear(tenant, &Heard { link, mark: &mark, from }).await {
        // A copy does no harm: what it says is being looked into since the first came.
        Ok(()) | Err(HeardError::Replayed) => Ok(taken()),
        Err(HeardError::Unknown) => Ok(desk.strange(SignatureError::Secret)),
        Err(HeardError::Engine(error)) => Err(error.into()),
    }
}

/// Whom an address names. One that cannot name anybody names somebody whom there is not: what is not
/// there is told in one way.
fn named(tenant: &str, link: &str) -> (TenantId, LinkId) {
    let ids = parse::id(tenant).ok().zip(parse::id(link).ok());
    ids.unwrap_or((TenantId::from_bytes([0; 16]), LinkId::from_bytes([0; 16])))
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

fn too_many(wait: Duration) -> Response {
    let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
    Refused::from(Problem::new(Code::RateLimited).after(seconds)).into_response()
}

#[cfg(test)]
mod tests {
    use cartola_primitives::id::LinkId;

    use super::{Desk, NOTIFICATIONS_AT_ONCE, STRANGERS_PER_SECOND};
    use crate::signature::SignatureError;

    /// How many of so many attempts are let in.
    fn admitted(desk: &Desk, link: u8, attempts: u32) -> u32 {
        let link = LinkId::from_bytes([link; 16]);
        (0..attempts).map(|_| u32::from(desk.admit(link).is_ok())).sum()
    }

    #[test]
    fn one_address_is_listened_to_so_often_and_the_others_none_the_less() {
        let desk = Desk::new();
        let attempts = 100 * NOTIFICATIONS_AT_ONCE;
        assert!(admitted(&desk, 1, attempts) < attempts);
        assert_eq!(admitted(&desk, 2, NOTIFICATIONS_AT_ONCE), NOTIFICATIONS_AT_ONCE);
    }

    /// Whoever comes after too many strangers waits, whichever link they name.
    #[test]
    fn too_many_strangers_shut_the_door_before_anything_is_looked_at() {
        let desk = Desk::new();
        assert_eq!(admitted(&desk, 1, 1), 1);
        let is_shut = (0..1_000 * STRANGERS_PER_SECOND).any(|nth| {
            desk.strange(SignatureError::Secret);
            // One that nobody has asked for before, so that its own allowance is whole.
            let mut link = [0; 16];
            link[..4].copy_from_slice(&nth.to_be_bytes());
            desk.admit(LinkId::from_bytes(link)).is_err()
        });
        assert!(is_shut);
    }
}

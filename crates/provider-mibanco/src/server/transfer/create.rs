//! `POST /mibanco/api/v1/mibanco/transfer`

use std::time::Duration;

use axum::Extension;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use cartola_engine::Engine;
use cartola_engine::authorizations::{Ask, LeaveBy, LeaveError, LinkPaymentError};
use cartola_engine::device_sessions::DeviceSession;
use cartola_engine::payments::{Payment, PaymentError};
use cartola_http::{Callbacks, Gate, JsonOrUntyped, answer};
use cartola_model::Scope;

use super::super::caller::Session;
use super::super::named::{Named, case_of};
use super::super::refused::{Refused, Told as Error, answered};
use super::super::{AUDIENCE, screens, unapproved};
use super::approved::Approved;
use super::ended::Ended;
use super::order::{Asked, Order};
use super::told::Told;
use super::{ID_PREFIX, Standing, is_used};
use crate::wire::{ErrorCode, MI_PASS_TOKEN_HEADER};

/// How long the answer waits for what the customer's bank asks for. What it does then is told by
/// looking, and where it ends by the callback.
pub const BANK_WAIT: Duration = Duration::from_secs(20);

/// Longest token of an approval that is looked at, bytes. Ours have some 80.
const MAX_TOKEN_BYTES: usize = 256;

/// Transfer
///
/// What must be approved in Mi Pass is asked for on the customer's phone, unless `X-MiPass-Token` is of
/// an approval of exactly this transfer. The same `end_to_end_id`, or the same `Idempotency-Key`, is the same transfer, for
/// ever.
#[utoipa::path(
    post, path = "/api/v1/mibanco/transfer", operation_id = "transfer", tag = "transfers",
    params(
        ("X-MiPass-Token" = Option<String>, Header, description = "The token of an approval"),
        ("Idempotency-Key" = Option<String>, Header, description = "Names the transfer"),
    ),
    request_body = Asked,
    responses(
        (status = 202, description = "It waits, or is under way", body = Told),
        (status = 200, description = "It has ended", body = Told),
        (status = 400, description = "`INVALID_REQUEST`", body = Error),
        (status = 401, description = "`INVALID_TOKEN`", body = Error),
        (status = 403, description = "`MI_PASS_REQUIRED`, `CHALLENGE_REJECTED`", body = Error),
        (status = 404, description = "`ACCOUNT_NOT_FOUND`", body = Error),
        (status = 409, description = "`TRANSFER_CONFLICT`", body = Error),
        (status = 429, description = "`RATE_LIMITED`, with `Retry-After`", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn create(
    State(gate): State<Gate>,
    Extension(callbacks): Extension<Callbacks>,
    caller: Session,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let told = async {
        let session = caller.may(Scope::Manage)?;
        let engine = gate.engine();
        let JsonOrUntyped(asked): JsonOrUntyped<Asked> =
            JsonOrUntyped::from_request(request, &()).await?;
        let named = Named::of(&headers, asked.end_to_end_id.as_deref())?;
        let id = named.id(engine, ID_PREFIX, &session.link.id.to_string());
        let token = token(&headers)?;
        let order = Order::of(engine, session, &asked).await?;
        let url = callback(&callbacks, &asked).await?;
        let wanted = Wanted { engine, session, id: &id, order, url };
        let standing = wanted.begin(token).await?;
        screens::note(engine, session, ("mibanco.transfer", screens::TRANSFERS));
        Ok(shown(&Told::of(&id, &standing).named(named.end_to_end_id())))
    };
    answered(&gate, told.await)
}

/// 202 as long as it has not ended.
pub fn shown(told: &Told) -> Response {
    let status = if told.is_final() { StatusCode::OK } else { StatusCode::ACCEPTED };
    answer::json(status, told)
}

/// A transfer that is wanted.
struct Wanted<'a> {
    engine: &'a Engine,
    session: &'a DeviceSession,
    id: &'a str,
    order: Order,
    url: Option<String>,
}

impl Wanted<'_> {
    async fn begin(&self, token: Option<&str>) -> Result<Standing, Refused> {
        let Self { engine, session, id, .. } = self;
        let known = Standing::find(engine, &session.who, session.link.id, id).await?;
        let leave = LeaveBy::token(token);
        if known.payment.is_none() && known.authorization.is_some() {
            return self.asked().await;
        }
        match self.pay(leave).await {
            Ok(payment) => self.told(payment).await,
            Err(LinkPaymentError::Leave(LeaveError::Needed(_))) => self.asked().await,
            Err(error) => Err(refusal(error)),
        }
    }

    async fn pay(&self, leave: LeaveBy<'_>) -> Result<Payment, LinkPaymentError> {
        let Self { engine, session, id, order, url } = self;
        let case = case_of(session.link.id, id);
        let request = order.request();
        let ended = Ended::of(&session.who, session.link.id, id, url.as_deref());
        let next = Some(ended.next());
        let payment = order.payment(session.link.id, (&case, &request), next);
        engine.begin_link_payment(&session.who, &payment, leave).await
    }

    /// Waits until the customer's bank has said what it asks for.
    async fn told(&self, payment: Payment) -> Result<Standing, Refused> {
        let Self { engine, session, .. } = self;
        let (id, seen) = (payment.row.id, Some(payment.row.version));
        let next = engine.next_payment(&session.who, id, seen, BANK_WAIT).await?;
        Ok(Standing { payment: next.or(Some(payment)), authorization: None })
    }

    /// Asks the customer on their phone; the transfer is begun once they have approved it.
    async fn asked(&self) -> Result<Standing, Refused> {
        let Self { engine, session, id, order, url } = self;
        let case = case_of(session.link.id, id);
        let request = order.request();
        let payment = order.payment(session.link.id, (&case, &request), None);
        let operation = engine.operation_of_link_payment(&session.link, &payment);
        let ended = Ended::of(&session.who, session.link.id, id, url.as_deref());
        let ask = Ask {
            rut: order.rut,
            operation: &operation,
            channel: AUDIENCE.name(),
            case: &case,
            next: Some(Approved::of(ended, order.clone()).next()),
        };
        let asked = engine.ask_authorization(&session.who, &ask).await;
        let authorization = asked.map_err(|error| unapproved::asking(error, conflict))?;
        if is_used(authorization.state()) {
            return Standing::find(engine, &session.who, session.link.id, id).await;
        }
        Ok(Standing { payment: None, authorization: Some(authorization) })
    }
}

/// Where the end is posted.
async fn callback(callbacks: &Callbacks, asked: &Asked) -> Result<Option<String>, Refused> {
    match &asked.callback_url {
        None => Ok(None),
        Some(url) => checked(callbacks, url).await.map(Some),
    }
}

/// A URL that may be called.
pub async fn checked(callbacks: &Callbacks, url: &str) -> Result<String, Refused> {
    let checked = callbacks.check(url).await;
    let checked = checked.map_err(|_| {
        Refused::invalid("`callback_url` debe ser una URL https de una dirección pública.")
    })?;
    Ok(checked.to_text())
}

/// The approval that came along.
pub fn token(headers: &HeaderMap) -> Result<Option<&str>, Refused> {
    let Some(value) = headers.get(MI_PASS_TOKEN_HEADER) else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| text.len() <= MAX_TOKEN_BYTES);
    text.map(Some).ok_or_else(unapproved::rejected)
}

/// Why a transfer is not begun.
fn refusal(error: LinkPaymentError) -> Refused {
    match error {
        LinkPaymentError::Leave(error) => unapproved::leave(error),
        LinkPaymentError::Payment(PaymentError::OtherRequest) => conflict(),
        LinkPaymentError::Payment(_) => Refused::of(cartola_model::Failure::RequestInvalid),
        LinkPaymentError::NotEnabled => Refused::new(
            ErrorCode::Unsupported,
            "El mandato vigente del cliente no permite pagar: retírelo y abra una sesión nueva.",
        ),
        LinkPaymentError::Link(error) => error.into(),
        LinkPaymentError::Engine(error) => error.into(),
    }
}

/// Another transfer was asked for under the same key.
pub fn conflict() -> Refused {
    Refused::new(
        ErrorCode::TransferConflict,
        "Con ese `end_to_end_id` o esa Idempotency-Key se pidió otra transferencia.",
    )
}

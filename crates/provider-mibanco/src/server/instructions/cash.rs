//! `POST /mibanco/api/v1/mibanco/withdrawals`

use axum::Extension;
use axum::extract::{FromRequest, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use cartola_engine::instructions::{CashOrder, MAX_CASH, MIN_CASH};
use cartola_engine::payments::MAX_COMMENT;
use cartola_http::{Callbacks, Gate, JsonOrUntyped};
use cartola_model::{Instructed, Scope};
use cartola_primitives::{Currency, Money, Rut};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::caller::Session;
use super::super::refused::{Refused, Told as Error, answered};
use super::super::screens;
use super::super::session::open::wrong_rut;
use super::give::{Call, Order};
use super::told::Told;

/// Cash for a third person, without a card.
#[derive(Deserialize, ToSchema)]
#[schema(as = WithdrawalRequest)]
#[serde(expecting = "an object with `rut`, `amount` and `currency`")]
pub struct Asked {
    /// Who may take it.
    #[schema(example = "12.345.678-5")]
    rut: String,
    /// Whole pesos, 1,000 to 1,000,000.
    #[schema(example = 50_000)]
    amount: i64,
    /// `CLP`.
    #[schema(example = "CLP")]
    currency: String,
    /// What the customer's statement says of it.
    #[serde(default)]
    comment: Option<String>,
    /// The account that pays; the first that does where it is absent.
    #[serde(default)]
    pub from_account: Option<String>,
    /// What the customer knows it by: 32 lower-case hexadecimal digits. The same order under the same
    /// id has one effect.
    #[serde(default)]
    #[schema(example = "0198c1d2a3b4c5d6e7f8091a2b3c4d5e")]
    end_to_end_id: Option<String>,
    /// Where the end is posted.
    #[serde(default)]
    callback_url: Option<String>,
}

impl Asked {
    /// What is to be done, once it makes sense.
    pub fn what(&self) -> Result<Instructed, Refused> {
        if self.currency != Currency::CLP.code() {
            return Err(Refused::invalid("`currency`: los giros son en CLP."));
        }
        // Before anybody is asked on their phone.
        if !(MIN_CASH..=MAX_CASH).contains(&self.amount) {
            return Err(Refused::invalid(format!("`amount` va de {MIN_CASH} a {MAX_CASH} pesos.")));
        }
        if self.comment.as_ref().is_some_and(|text| text.chars().count() > MAX_COMMENT) {
            let message = format!("`comment` tiene hasta {MAX_COMMENT} caracteres.");
            return Err(Refused::invalid(message));
        }
        let rut = Rut::parse(&self.rut).map_err(|error| wrong_rut("rut", error))?;
        let (amount, comment) = (Money::new(self.amount, Currency::CLP), self.comment.clone());
        Ok(Instructed::Withdrawal(CashOrder { rut, amount, comment }))
    }
}

/// Put cash aside for somebody at an ATM
///
/// Approved in Mi Pass as a transfer is: on the customer's phone, or by `X-MiPass-Token`.
#[utoipa::path(
    post, path = "/api/v1/mibanco/withdrawals", operation_id = "create_withdrawal", tag = "withdrawals",
    params(
        ("X-MiPass-Token" = Option<String>, Header, description = "The token of an approval"),
        ("Idempotency-Key" = Option<String>, Header, description = "Names the operation"),
    ),
    request_body = Asked,
    responses(
        (status = 200, description = "It has ended", body = Told),
        (status = 202, description = "It waits, or is under way", body = Told),
        (status = 400, description = "`INVALID_REQUEST`", body = Error),
        (status = 401, description = "`INVALID_TOKEN`", body = Error),
        (status = 403, description = "`MI_PASS_REQUIRED`, `CHALLENGE_REJECTED`", body = Error),
        (status = 404, description = "`ACCOUNT_NOT_FOUND`", body = Error),
        (status = 409, description = "`OPERATION_CONFLICT`", body = Error),
        (status = 422, description = "`UNSUPPORTED`: the bank does no such thing", body = Error),
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
        let what = asked.what()?;
        let from = asked.from_account.as_deref();
        let order = Order::of(engine, session, from, what).await?;
        let callback_url = asked.callback_url.as_deref();
        let callbacks = &callbacks;
        let end_to_end_id = asked.end_to_end_id.as_deref();
        let headers = &headers;
        let call = Call { engine, callbacks, session, headers, callback_url, end_to_end_id };
        let told = call.give(order).await?;
        screens::note(engine, session, ("mibanco.create_withdrawal", screens::WITHDRAWALS));
        Ok(told)
    };
    answered(&gate, told.await)
}

//! `POST /mibanco/api/v1/mibanco/bills/payment`

use axum::Extension;
use axum::extract::{FromRequest, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use cartola_engine::instructions::BillOrder;
use cartola_http::{Callbacks, Gate, JsonOrUntyped};
use cartola_model::{Instructed, Scope};
use cartola_primitives::{Currency, Money};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::caller::Session;
use super::super::refused::{Refused, Told as Error, answered};
use super::super::screens;
use super::give::{Call, Order};
use super::told::Told;

/// A bill, as `GET bills` lists it.
#[derive(Deserialize, ToSchema)]
#[schema(as = BillPaymentRequest)]
#[serde(expecting = "an object with `biller_code`, `client_number`, `amount` and `currency`")]
pub struct Asked {
    /// Who is paid.
    biller_code: String,
    /// The number that they know the customer by.
    client_number: String,
    /// All that is owed, whole pesos.
    #[schema(example = 23_990)]
    amount: i64,
    /// `CLP`.
    #[schema(example = "CLP")]
    currency: String,
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
            return Err(Refused::invalid("`currency`: las cuentas se pagan en CLP."));
        }
        Ok(Instructed::BillPayment(BillOrder {
            biller_code: self.biller_code.clone(),
            customer_number: self.client_number.clone(),
            amount: Money::new(self.amount, Currency::CLP),
        }))
    }
}

/// Pay a bill
///
/// Approved in Mi Pass as a transfer is: on the customer's phone, or by `X-MiPass-Token`.
#[utoipa::path(
    post, path = "/api/v1/mibanco/bills/payment", operation_id = "pay_bill", tag = "products",
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
pub async fn pay(
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
        screens::note(engine, session, ("mibanco.pay_bill", screens::BILLS));
        Ok(told)
    };
    answered(&gate, told.await)
}

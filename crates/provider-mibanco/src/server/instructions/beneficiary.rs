//! `POST /mibanco/api/v1/mibanco/beneficiaries`

use axum::Extension;
use axum::extract::{FromRequest, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use cartola_engine::instructions::BeneficiaryOrder;
use cartola_http::{Callbacks, Gate, JsonOrUntyped};
use cartola_model::{AccountNumber, Instructed, Scope, authorization};
use cartola_primitives::Rut;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::caller::Session;
use super::super::refused::{Refused, Told as Error, answered};
use super::super::screens;
use super::super::session::open::wrong_rut;
use super::give::{Call, Order};
use super::told::Told;
use crate::wire::bank_named;

/// A change of those whom the customer transfers to: always approved in Mi Pass.
#[derive(Deserialize, ToSchema)]
#[schema(as = BeneficiaryRequest)]
#[serde(expecting = "an object with `change`, `name`, `rut`, `bank` and `account_number`")]
pub struct Asked {
    /// `add`, `change` or `remove`.
    #[schema(example = "add")]
    change: String,
    /// The name.
    name: String,
    /// The RUT.
    #[schema(example = "12.345.678-5")]
    rut: String,
    /// The bank, in the form of `to_bank`.
    #[schema(example = "BANCO_ESTADO")]
    bank: String,
    /// The account as its bank writes it.
    account_number: String,
    /// What the customer calls them.
    #[serde(default)]
    alias: Option<String>,
    /// Who is told of transfers.
    #[serde(default)]
    email: Option<String>,
    /// The account through which the bank is told; the first that pays where it is absent.
    #[serde(default)]
    pub from_account: Option<String>,
    /// What the customer knows the change by: 32 lower-case hexadecimal digits. The same order under the same
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
        let change = match self.change.as_str() {
            "add" => authorization::Beneficiary::Add,
            "change" => authorization::Beneficiary::Change,
            "remove" => authorization::Beneficiary::Remove,
            _ => return Err(Refused::invalid("`change` es `add`, `change` o `remove`.")),
        };
        let institution = bank_named(&self.bank)
            .ok_or_else(|| Refused::invalid("`bank` no es un banco del catálogo."))?;
        let account = AccountNumber::parse(&self.account_number)
            .map_err(|_| Refused::invalid("`account_number` no es un número de cuenta."))?;
        Ok(Instructed::Beneficiary(BeneficiaryOrder {
            change,
            institution,
            account,
            rut: Rut::parse(&self.rut).map_err(|error| wrong_rut("rut", error))?,
            name: self.name.clone(),
            alias: self.alias.clone(),
            email: self.email.clone(),
        }))
    }
}

/// Change whom the customer transfers to
///
/// Approved in Mi Pass as a transfer is: on the customer's phone, or by `X-MiPass-Token`.
#[utoipa::path(
    post, path = "/api/v1/mibanco/beneficiaries", operation_id = "change_beneficiary", tag = "products",
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
pub async fn change(
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
        screens::note(engine, session, ("mibanco.change_beneficiary", screens::TRANSFERS));
        Ok(told)
    };
    answered(&gate, told.await)
}

//! `POST /khipu/v1/cl/banking/{segment}/{bank}/{operation}`

use std::panic::resume_unwind;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Path as Named, Request};
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use cartola_engine::EngineError;
use cartola_http::callbacks::Callbacks;
use cartola_http::{Gate, body};
use cartola_model::Catalogue;

use super::caller::caller;
use super::declined::Declined;
use super::desk::{Desk, Sent};
use super::said::{self, Said};
use crate::request::MAX_BODY_BYTES;
use crate::request::raw::{RawRequest, RawToken};
use crate::wire::{Accounts, Balances, Envelope, Statements, Token, Transactions};
use crate::{Operation, Path};

/// What stands for the operation in metrics where it is none.
const NO_OPERATION: &str = "(none)";

/// List a customer's accounts
#[utoipa::path(
    post, path = "/v1/cl/banking/{segment}/{bank}/accounts", operation_id = "accounts", tag = "banking",
    request_body = RawRequest,
    responses((status = 200, description = "The accounts, or why there are none", body = Envelope<Accounts>)),
)]
pub async fn accounts(asked: Asked) -> Response {
    asked.serve(Some(Operation::Accounts)).await
}

/// Read an account's balance
#[utoipa::path(
    post, path = "/v1/cl/banking/{segment}/{bank}/balance", operation_id = "balance", tag = "banking",
    request_body = RawRequest,
    responses((status = 200, description = "The balances, or why there are none", body = Envelope<Balances>)),
)]
pub async fn balance(asked: Asked) -> Response {
    asked.serve(Some(Operation::Balance)).await
}

/// Read an account's statements
///
/// The last month that is over, unless `BookingDateStart` and `BookingDateEnd` name others.
#[utoipa::path(
    post, path = "/v1/cl/banking/{segment}/{bank}/statements", operation_id = "statements", tag = "banking",
    request_body = RawRequest,
    responses((status = 200, description = "The statements, or why there are none", body = Envelope<Statements>)),
)]
pub async fn statements(asked: Asked) -> Response {
    asked.serve(Some(Operation::Statements)).await
}

/// Read an account's transactions
///
/// Those of today in Santiago, unless `BookingDateStart` and `BookingDateEnd` name other days.
#[utoipa::path(
    post, path = "/v1/cl/banking/{segment}/{bank}/transactions", operation_id = "transactions", tag = "banking",
    request_body = RawRequest,
    responses((status = 200, description = "The transactions, or why there are none", body = Envelope<Transactions>)),
)]
pub async fn transactions(asked: Asked) -> Response {
    asked.serve(Some(Operation::Transactions)).await
}

/// Get an `AccountLink` for credentials
///
/// The bank is asked whether it takes them. The link holds for twelve months.
#[utoipa::path(
    post, path = "/v1/cl/banking/{segment}/{bank}/token", operation_id = "token", tag = "banking",
    request_body = RawToken,
    responses((status = 200, description = "The link, or why there is none", body = Envelope<Token>)),
)]
pub async fn token(asked: Asked) -> Response {
    asked.serve(Some(Operation::Token)).await
}

/// Says that there is no such operation; any other path below is none either.
pub async fn none(asked: Asked) -> Response {
    asked.serve(None).await
}

/// A call, before anything of it is read.
pub struct Asked {
    gate: Gate,
    callbacks: Callbacks,
    segment: String,
    bank: String,
    request: Request,
}

impl FromRequest<Gate> for Asked {
    type Rejection = Response;

    async fn from_request(request: Request, gate: &Gate) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let names: Result<Named<Vec<(String, String)>>, PathRejection> =
            Named::from_request_parts(&mut parts, gate).await;
        let names = names.map(|Named(names)| names).unwrap_or_default();
        let value_of = |wanted: &str| {
            let found = names.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let callbacks = parts.extensions.get::<Callbacks>().cloned();
        Ok(Self {
            gate: gate.clone(),
            callbacks: callbacks.expect("the router puts them before each of its routes"),
            segment: value_of("segment"),
            bank: value_of("bank"),
            request: Request::from_parts(parts, body),
        })
    }
}

impl Asked {
    async fn serve(self, operation: Option<Operation>) -> Response {
        let gate = self.gate.clone();
        let operation_id = said::new_operation(gate.engine());
        let name = operation.map_or(NO_OPERATION, Operation::name);
        let (response, outcome) = match self.served(operation, &operation_id).await {
            Ok(said) => {
                let outcome = said.outcome;
                (said.into_response(), outcome)
            }
            Err(declined) => said::declined(&operation_id, declined, gate.engine().now()),
        };
        let labels = [("operation", name), ("outcome", outcome)];
        metrics::counter!("khipu_requests_total", &labels).increment(1);
        response
    }

    async fn served(
        self,
        operation: Option<Operation>,
        operation_id: &str,
    ) -> Result<Said, Declined> {
        let Self { gate, callbacks, segment, bank, request } = self;
        let (parts, body) = request.into_parts();
        let who = caller(&gate, &parts).await?;
        let operation = operation.map_or("", Operation::name);
        let path = Path::parse(Catalogue::bundled(), &segment, &bank, operation)?;
        let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.map(str::to_owned);
        let body = body::read(Request::from_parts(parts, body), MAX_BODY_BYTES).await;
        let sent = Sent {
            segment: path.segment,
            bank: path.institution.id.clone(),
            operation: path.operation,
            content_type,
            body: body.map_err(|problem| said::refusal_of(problem.code()))?,
        };
        let (engine, operation_id) = (gate.engine().clone(), operation_id.to_owned());
        let desk = Desk { engine, callbacks, who, operation_id };
        // A caller that goes away does not leave the mandate of its call behind.
        let work = tokio::spawn(async move { desk.serve(sent).await });
        work.await.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => Err(EngineError::Interrupted.into()),
        })
    }
}

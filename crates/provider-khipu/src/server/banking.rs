//! `POST /khipu/v1/cl/banking/{segment}/{bank}/{operation}`

use std::panic::resume_unwind;

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path as Parts, Request, State};
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
use crate::{Operation, Path};

/// What stands for the operation in metrics where it is none.
const NO_OPERATION: &str = "(none)";

type Names = (String, String, String);

/// Ask a bank
///
/// With `CallbackUrl` the answer is 202, and the result is posted there later, in the same form.
#[utoipa::path(
    post, path = "/v1/cl/banking/{segment}/{bank}/{operation}", operation_id = "banking", tag = "banking",
    responses((status = 200, description = "The records, or the bank's refusal")),
)]
pub async fn serve(
    State(gate): State<Gate>,
    Extension(callbacks): Extension<Callbacks>,
    names: Result<Parts<Names>, PathRejection>,
    request: Request,
) -> Response {
    let operation_id = said::new_operation(gate.engine());
    let names = names.map(|Parts(names)| names).unwrap_or_default();
    let known = Operation::ALL.into_iter().find(|known| known.name() == names.2);
    let operation = known.map_or(NO_OPERATION, Operation::name);
    let served = served(&gate, callbacks, &operation_id, &names, request).await;
    let (response, outcome) = match served {
        Ok(said) => {
            let outcome = said.outcome;
            (said.into_response(), outcome)
        }
        Err(declined) => said::declined(&operation_id, declined, gate.engine().now()),
    };
    let labels = [("operation", operation), ("outcome", outcome)];
    metrics::counter!("khipu_requests_total", &labels).increment(1);
    response
}

async fn served(
    gate: &Gate,
    callbacks: Callbacks,
    operation_id: &str,
    (segment, bank, operation): &Names,
    request: Request,
) -> Result<Said, Declined> {
    let (parts, body) = request.into_parts();
    let who = caller(gate, &parts).await?;
    let path = Path::parse(Catalogue::bundled(), segment, bank, operation)?;
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.map(str::to_owned);
    let body = body::read(Request::from_parts(parts, body), MAX_BODY_BYTES).await;
    let body = body.map_err(|problem| said::refusal_of(problem.code()))?;
    let engine = gate.engine().clone();
    let desk = Desk { engine, callbacks, who, operation_id: operation_id.to_owned() };
    let sent = Sent {
        segment: path.segment,
        bank: path.institution.id.clone(),
        operation: path.operation,
        content_type,
        body,
    };
    // A caller that goes away does not leave the mandate of its call behind.
    let work = tokio::spawn(async move { desk.serve(sent).await });
    work.await.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_) => Err(EngineError::Interrupted.into()),
    })
}

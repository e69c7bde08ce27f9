//! Our own REST API under `/v1`.
//!
//! One verb, one file: a handler takes the caller, reads what is asked, calls one use case, and
//! answers. The OpenAPI document and the error pages are generated from what is here.

#![expect(unused_qualifications, reason = "utoipa's macros write them")]

mod accounts;
mod audit;
mod authorizations;
mod beneficiary_changes;
mod bill_payments;
mod consents;
mod endpoints;
mod enrolments;
mod errors;
mod health;
mod imports;
mod institutions;
mod instructions;
mod links;
mod matters;
mod messages;
mod movements;
mod openapi;
mod page;
mod payments;
mod readings;
mod records;
mod routes;
mod settings;
mod webhook_secrets;
mod wire;
mod withdrawals;

use std::sync::Arc;

use axum::Extension;
use cartola_engine::Engine;
use cartola_engine::work::Handler;
use cartola_http::callbacks::Callbacks;
use cartola_http::{Gate, layer};
use cartola_insights::categories::Rulebook;

pub use errors::error_pages;
pub use openapi::{openapi, openapi_json};
pub use settings::{MetricsText, Settings};

/// The API, ready to be served.
pub fn router(engine: Engine, settings: Settings) -> axum::Router {
    behind(Gate::new(engine, settings.limits()), None, settings.metrics, settings.rules)
}

/// The same behind a gate that other rooms share: a key has one allowance for all of them.
/// Without `callbacks` nobody is called back.
pub fn behind(
    gate: Gate,
    callbacks: Option<Callbacks>,
    metrics: Option<MetricsText>,
    rules: Arc<Rulebook>,
) -> axum::Router {
    let (routes, _) = routes::documented(metrics, rules).split_for_parts();
    layer::around(routes.layer(Extension(callbacks)), gate)
}

/// Who does the jobs that the API queues.
pub fn handler(callbacks: Callbacks) -> Arc<dyn Handler> {
    Arc::new(instructions::posted::Ends::new(callbacks))
}

/// What says how the process is, and nothing else: for one that serves no requests.
pub fn operations(gate: Gate, metrics: Option<MetricsText>) -> axum::Router {
    let (routes, _) = routes::operations(metrics).split_for_parts();
    layer::around(routes, gate)
}

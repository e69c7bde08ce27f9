//! Our own REST API under `/v1`.
//!
//! One verb, one file: a handler takes the caller, reads what is asked, calls one use case, and
//! answers. The OpenAPI document and the error pages are generated from what is here.

#![expect(unused_qualifications, reason = "utoipa's macros write them")]

mod accounts;
mod audit;
mod authorizations;
mod consents;
mod endpoints;
mod enrolments;
mod errors;
mod health;
mod imports;
mod institutions;
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

use std::sync::Arc;

use cartola_engine::Engine;
use cartola_http::{Gate, layer};
use cartola_insights::categories::Rulebook;

pub use errors::error_pages;
pub use openapi::{openapi, openapi_json};
pub use settings::{MetricsText, Settings};

/// The API, ready to be served.
pub fn router(engine: Engine, settings: Settings) -> axum::Router {
    behind(Gate::new(engine, settings.limits()), settings.metrics, settings.rules)
}

/// The same behind a gate that other rooms share: a key has one allowance for all of them.
pub fn behind(gate: Gate, metrics: Option<MetricsText>, rules: Arc<Rulebook>) -> axum::Router {
    let (routes, _) = routes::documented(metrics, rules).split_for_parts();
    layer::around(routes, gate)
}

/// What says how the process is, and nothing else: for one that serves no requests.
pub fn operations(gate: Gate, metrics: Option<MetricsText>) -> axum::Router {
    let (routes, _) = routes::operations(metrics).split_for_parts();
    layer::around(routes, gate)
}

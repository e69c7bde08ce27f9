//! `GET /v1/audit`

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::audit::Recorded;
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::{Authenticated, Gate, Problem, Query, Refusal, answer, parse};
use cartola_model::Scope;
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::page::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::wire::{self, List};

/// Which entries are asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Entries behind this sequence number; the `next_cursor` of the page before.
    #[param(required = false, minimum = 0, default = 0)]
    after: u64,
    /// Entries at most.
    #[param(required = false, minimum = 1, maximum = 500, default = 100)]
    limit: usize,
}

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        let last = i64::MAX.unsigned_abs();
        Ok(Self {
            after: parameters.optional("after", parse::whole(0..=last))?.unwrap_or_default(),
            limit: parameters
                .optional("limit", parse::whole(1..=MAX_LIMIT))?
                .unwrap_or(DEFAULT_LIMIT),
        })
    }
}

/// One entry of the audit trail. It holds ids and figures, never personal data.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct EntryView<'a> {
    /// Its place in the tenant's chain, from 1, without holes.
    #[schema(minimum = 1)]
    sequence: u64,
    #[schema(value_type = wire::Instant)]
    at: Timestamp,
    /// What was done.
    #[schema(example = "consent.revoked")]
    action: &'a str,
    /// The id of the credential that did it, or `operator`.
    actor: &'a str,
    /// The id of what it was done to, or the name of a list.
    subject: &'a str,
    /// How many times; reads are gathered before they are written.
    #[schema(minimum = 1)]
    count: u64,
    /// Further ids and figures.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    details: BTreeMap<&'a str, &'a str>,
    /// The chain's hash up to and with this entry.
    #[schema(value_type = wire::Sha256)]
    hash: String,
}

impl<'a> From<&'a Recorded> for EntryView<'a> {
    fn from(recorded: &'a Recorded) -> Self {
        let Recorded { row, event } = recorded;
        Self {
            sequence: row.sequence,
            at: row.at,
            action: &event.action,
            actor: &event.actor,
            subject: &event.subject,
            count: event.count,
            details: event
                .details
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect(),
            hash: row.hash.hex(),
        }
    }
}

/// Read the audit trail
///
/// Entries in order, each chained by hash to the one before. Reading it is itself recorded, so a
/// page that is not full is the end for the moment. `next_cursor` is the `after` of the next page.
#[utoipa::path(
    get, path = "/v1/audit", operation_id = "read_audit", tag = "audit",
    params(Asked),
    responses((status = 200, description = "One page", body = List<EntryView>)),
    security(("api_key" = ["audit"])),
    extensions(("x-problems" = json!(["parameter_invalid"]))),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Audit)?;
    let entries = gate.engine().audit(who, asked.after, asked.limit).await?;
    let full = entries.len() == asked.limit;
    let last = entries.last().filter(|_| full).map(|entry| entry.row.sequence.to_string());
    let body = List { data: entries.iter().map(EntryView::from).collect(), next_cursor: last };
    Ok(answer::json(StatusCode::OK, &body))
}

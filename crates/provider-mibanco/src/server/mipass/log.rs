//! `GET /mibanco/api/v1/mibanco/authorizations`

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::Engine;
use cartola_engine::authorizations::Listed;
use cartola_engine::device_sessions::DeviceSession;
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::{Gate, Problem, Query, answer, parse};
use cartola_model::{Record, RecordKind, Scope};
use cartola_primitives::id::{AuthorizationId, EnrolmentId};
use utoipa::IntoParams;

use super::super::caller::Session;
use super::super::desk::read_where_offered;
use super::super::reads::newest;
use super::super::refused::{Refused, Told as Error, answered};
use super::super::screens;
use super::super::transfer::rut_of;
use super::told::{Authorizations, Event};

/// Entries of a page at most, and where nothing is said.
const MAX_LIMIT: usize = 500;
const DEFAULT_LIMIT: usize = 100;

/// Which page.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Entries of the page at most.
    #[param(required = false, minimum = 1, maximum = 500, default = 100)]
    limit: usize,
    /// The `next` of the page before.
    #[param(required = false, value_type = String)]
    after: Option<AuthorizationId>,
}

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        let limit = parameters.optional("limit", parse::whole(1..=MAX_LIMIT))?;
        let after = parameters.optional("after", parse::id)?;
        Ok(Self { limit: limit.unwrap_or(DEFAULT_LIMIT), after })
    }
}

/// The log that the customer's bank keeps; empty where it tells of none.
async fn banks_own(engine: &Engine, session: &DeviceSession) -> Result<Vec<Event>, Refused> {
    let kind = RecordKind::AuthorizationEvents;
    if !read_where_offered(engine, session, kind).await? {
        return Ok(Vec::new());
    }
    Ok(match newest(engine, session, kind).await? {
        Some(Record::AuthorizationEvents(all)) => all.iter().map(Event::of_bank).collect(),
        _ => Vec::new(),
    })
}

/// Read the log of Mi Pass
///
/// What the customer was asked to approve, on which phone, and what they decided, newest first. The first
/// page has what the customer's bank keeps of its own app too.
#[utoipa::path(
    get, path = "/api/v1/mibanco/authorizations", operation_id = "authorizations", tag = "mi pass",
    params(Asked),
    responses(
        (status = 200, description = "One page", body = Authorizations),
        (status = 401, description = "`INVALID_TOKEN`", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Session,
    asked: Result<Query<Asked>, cartola_http::Refusal>,
) -> Response {
    let told = async {
        let session = caller.may(Scope::Read)?;
        let Query(asked) = asked.map_err(Refused::from)?;
        let engine = gate.engine();
        let rut = Some(rut_of(engine, session).await?);
        // What the bank keeps itself stands on the first page, among what was asked for here.
        let of_bank = match asked.after {
            None => banks_own(engine, session).await?,
            Some(_) => Vec::new(),
        };
        let listed = Listed { rut, standing: None, kind: None, from: None, to: None };
        let page = engine.authorizations(&session.who, listed, asked.after, asked.limit).await?;
        let mut phones: BTreeMap<EnrolmentId, Option<String>> = BTreeMap::new();
        let mut authorizations = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            let phone = row.row.enrolment;
            if let std::collections::btree_map::Entry::Vacant(unseen) = phones.entry(phone) {
                let known = engine.enrolment(&session.who, phone).await?;
                let known = known.and_then(|known| known.phone);
                unseen.insert(known.and_then(|phone| phone.fingerprint));
            }
            let device_fingerprint = phones.get(&phone).cloned().flatten();
            let mut event = Event::from(row);
            event.device_fingerprint = device_fingerprint;
            authorizations.push(event);
        }
        screens::note(engine, session, ("mibanco.authorizations", screens::MI_PASS));
        authorizations.extend(of_bank);
        authorizations.sort_by_key(|event| std::cmp::Reverse(event.timestamp));
        let next = page.next.map(|id| id.to_string());
        Ok(answer::json(StatusCode::OK, &Authorizations { authorizations, next }))
    };
    answered(&gate, told.await)
}

//! `GET /apistore/api/notificaciones`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::cursor::{Cursor, List};
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::problem::Code;
use cartola_http::{Gate, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use utoipa::IntoParams;

use super::caller::Caller;
use super::refused::{Refused, Told};
use super::telling::news;
use crate::wire::Notifications;

/// Changes of movements that one call looks at, and so notifications that it tells at most.
pub const MAX_CHANGES: usize = 500;

/// What is asked.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// `next` of the call before; without it everything that the gateway holds is told.
    #[param(required = false, value_type = String)]
    after: Option<Cursor>,
}

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        Ok(Self { after: parameters.optional("after", Cursor::parse)? })
    }
}

/// Poll notifications
///
/// Transfers that became known, in the order in which they did, each once, and however old. An empty
/// list may come with more behind it: go on with `next` for as long as `has_more` says so.
#[utoipa::path(
    get, path = "/api/notificaciones", operation_id = "poll_notifications", tag = "notificaciones",
    params(Asked),
    responses(
        (status = 200, description = "What became known", body = Notifications),
        (status = 400, description = "`invalid_request`: `after` is of no call before", body = Told),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
    ),
    security(("client_credentials" = ["read"])),
)]
pub async fn poll(
    State(gate): State<Gate>,
    caller: Caller,
    asked: Result<Query<Asked>, Refusal>,
) -> Result<Response, Refused> {
    let who = caller.may(Scope::Read)?;
    let Query(asked) = asked?;
    let list = List { name: "apistore.news", tenant: who.tenant, filters: b"" };
    let after = asked.after.map_or(Ok(0), |cursor| position(&cursor, list))?;
    let changes = gate.engine().changes(who, after, MAX_CHANGES).await?;
    if changes.beyond {
        return Err(Problem::new(Code::CursorInvalid).into());
    }
    let news = news(gate.engine(), who, changes.entries).await?;
    let body = Notifications {
        notifications: news.into_iter().map(|news| news.notification).collect(),
        next: Cursor::new(list, &changes.position.to_be_bytes()).as_str().to_owned(),
        has_more: changes.more,
    };
    Ok(answer::json(StatusCode::OK, &body))
}

fn position(cursor: &Cursor, list: List<'_>) -> Result<u64, Problem> {
    let bytes = cursor.open(list)?.try_into();
    bytes.map(u64::from_be_bytes).map_err(|_| {
        Problem::internal("a sealed cursor holds something else than a position".to_owned())
    })
}

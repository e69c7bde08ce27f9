//! `GET /v1/authorizations`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::{AuthorizationStanding, Listed, OperationKind};
use cartola_http::cursor::List as CursorList;
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::problem::Text;
use cartola_http::{Authenticated, Gate, Problem, Query, Refusal, answer, parse};
use cartola_model::Scope;
use cartola_primitives::{Rut, Timestamp};
use utoipa::IntoParams;

use super::view::AuthorizationView;
use crate::page::{self, PageAsked};
use crate::wire::{self, List};

/// Which authorizations are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Those of this person alone.
    #[param(required = false, value_type = String)]
    rut: Option<Rut>,
    /// Those that stand so alone.
    #[param(required = false, value_type = wire::AuthorizationState)]
    state: Option<AuthorizationStanding>,
    /// Those of this kind of operation alone.
    #[param(required = false, value_type = wire::OperationKind)]
    kind: Option<OperationKind>,
    /// Those asked for at this instant or later.
    #[param(required = false, value_type = wire::Instant)]
    from: Option<Timestamp>,
    /// Those asked for before this instant.
    #[param(required = false, value_type = wire::Instant)]
    to: Option<Timestamp>,
}

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        let state = |text: &str| {
            AuthorizationStanding::parse(text).ok_or_else(|| {
                Text::fixed(
                    "expected a state of authorizations",
                    "se esperaba un estado de las autorizaciones",
                )
            })
        };
        let kind = |text: &str| {
            OperationKind::parse(text).ok_or_else(|| {
                Text::fixed("expected a kind of operation", "se esperaba un tipo de operación")
            })
        };
        Ok(Self {
            rut: parameters.optional("rut", parse::rut)?,
            state: parameters.optional("state", state)?,
            kind: parameters.optional("kind", kind)?,
            from: parameters.optional("from", parse::instant)?,
            to: parameters.optional("to", parse::instant)?,
        })
    }
}

impl Asked {
    /// In a form that is equal for equal filters.
    fn filters(&self) -> String {
        let instant = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        format!(
            "{}\n{}\n{}\n{}\n{}",
            self.rut.map(|rut| rut.compact()).unwrap_or_default(),
            self.state.map_or("", AuthorizationStanding::name),
            self.kind.map_or("", OperationKind::name),
            instant(self.from),
            instant(self.to),
        )
    }
}

/// List authorizations
///
/// The log of what was asked and decided, on which phone, newest first.
#[utoipa::path(
    get, path = "/v1/authorizations", operation_id = "list_authorizations",
    tag = "authorizations",
    params(Asked, PageAsked),
    responses((status = 200, description = "One page", body = List<AuthorizationView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "cursor_invalid"]))),
)]
pub async fn list(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query((asked, paged)): Query<(Asked, PageAsked)>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let filters = asked.filters();
    let list =
        CursorList { name: "authorizations", tenant: who.tenant, filters: filters.as_bytes() };
    let (before, limit) = (paged.after(list)?, paged.limit);
    let Asked { rut, state: standing, kind, from, to } = asked;
    let listed = Listed { rut, standing, kind, from, to };
    let found = gate.engine().authorizations(who, listed, before, limit).await?;
    Ok(answer::json(StatusCode::OK, &page::shown(found, list, AuthorizationView::from)))
}

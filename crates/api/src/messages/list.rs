//! `GET /v1/messages`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::messages::{EndpointId, MessageQuery, MessageState, Standing};
use cartola_http::cursor::List as CursorList;
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::{Authenticated, Gate, Problem, Query, Refusal, answer, parse};
use cartola_model::Scope;
use cartola_primitives::Timestamp;
use utoipa::IntoParams;

use super::view::{MessageView, Receivers};
use crate::page::{self, PageAsked};
use crate::wire::{self, List};

/// Which messages are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Those that stand so; `dead` are those that were given up.
    #[param(required = false, value_type = wire::MessageState)]
    state: Option<Standing>,
    /// Those to one endpoint.
    #[param(required = false, value_type = wire::EndpointId)]
    endpoint: Option<EndpointId>,
    /// Those written at this instant or later.
    #[param(required = false, value_type = wire::Instant)]
    from: Option<Timestamp>,
    /// Those written before this instant.
    #[param(required = false, value_type = wire::Instant)]
    until: Option<Timestamp>,
}

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        Ok(Self {
            state: parameters.optional("state", parse::one_of(&MessageState::NAMES))?,
            endpoint: parameters.optional("endpoint", parse::endpoint)?,
            from: parameters.optional("from", parse::instant)?,
            until: parameters.optional("until", parse::instant)?,
        })
    }
}

impl Asked {
    fn query(&self) -> MessageQuery {
        MessageQuery {
            standing: self.state,
            destination: self.endpoint.map(Into::into),
            from: self.from,
            until: self.until,
        }
    }

    /// Equal for equal lists.
    fn filters(&self) -> String {
        let instant = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let endpoint = self.endpoint.map(|id| id.to_string()).unwrap_or_default();
        let state = self.state.map_or("", Standing::name);
        format!("{state}|{endpoint}|{}|{}", instant(self.from), instant(self.until))
    }
}

/// List messages
///
/// Callbacks and webhooks, in the order in which they were written: those that wait, and for thirty
/// days those that arrived or were given up.
#[utoipa::path(
    get, path = "/v1/messages", operation_id = "list_messages", tag = "messages",
    params(Asked, PageAsked),
    responses((status = 200, description = "One page", body = List<MessageView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "cursor_invalid"]))),
)]
pub async fn list(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query((asked, paged)): Query<(Asked, PageAsked)>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let (engine, filters) = (gate.engine(), asked.filters());
    let list = CursorList { name: "messages", tenant: who.tenant, filters: filters.as_bytes() };
    let found = engine.messages(who, asked.query(), paged.after(list)?, paged.limit).await?;
    let receivers = Receivers::of(engine, who, &found.rows).await;
    let body = page::shown(found, list, |message| receivers.view(&message));
    Ok(answer::json(StatusCode::OK, &body))
}

//! `POST /v1/messages/replay`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::messages::{DeadLetters, Replayed};
use cartola_engine::once::Reply;
use cartola_http::once::Fingerprint;
use cartola_http::problem::{Code, Text};
use cartola_http::{
    Authenticated, Gate, IdempotencyKey, JsonOrNothing, Problem, Query, Refusal, answer, parse,
};
use cartola_model::Scope;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::wire;

/// Which of the messages that were given up; all of them where nothing is said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `endpoint`, `from` and `until`")]
#[schema(
    as = ReplayRequest,
    example = json!({"from": "2026-03-31T00:00:00Z", "until": "2026-04-01T00:00:00Z"})
)]
pub struct Asked {
    /// Those to one endpoint.
    #[schema(required = false, nullable = false, value_type = wire::EndpointId)]
    endpoint: Option<String>,
    /// Those written at this instant or later.
    #[schema(required = false, nullable = false, value_type = wire::Instant)]
    from: Option<String>,
    /// Those written before this instant.
    #[schema(required = false, nullable = false, value_type = wire::Instant)]
    until: Option<String>,
}

/// What was replayed.
#[derive(Serialize, ToSchema)]
#[schema(as = Replayed)]
struct ReplayedView {
    /// How many messages.
    #[schema(maximum = 1000)]
    replayed: usize,
    /// Whether there are more: call again, under another idempotency key.
    more: bool,
}

/// Replay messages
///
/// Sends again what was given up, to one endpoint, of a span of time, or all of it: the oldest first,
/// 1,000 messages at most. Messages to disabled endpoints are passed over. No body is as good as an
/// empty object.
#[utoipa::path(
    post, path = "/v1/messages/replay", operation_id = "replay_messages", tag = "messages",
    request_body = Asked,
    responses((status = 200, description = "They wait to be sent", body = ReplayedView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!(["parameter_invalid", "endpoint_disabled"]))),
)]
pub async fn replay_all(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(()): Query<()>,
    key: IdempotencyKey,
    JsonOrNothing(asked): JsonOrNothing<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let ticket = key.ticket(engine, who, "messages.replay_all", asked.fingerprint()).await?;
    let which = asked.which()?;
    let render = |replayed: &Replayed| {
        let Replayed { count, more } = *replayed;
        answer::recorded(StatusCode::OK, &ReplayedView { replayed: count, more })
    };
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let replayed = engine.replay_messages(who, which, reply).await?;
    Ok(answer::fresh(render(&replayed)))
}

impl Asked {
    fn fingerprint(&self) -> Fingerprint {
        let part = |text: &Option<String>| text.clone().map(String::into_bytes);
        Fingerprint::default()
            .with(part(&self.endpoint).as_deref())
            .with(part(&self.from).as_deref())
            .with(part(&self.until).as_deref())
    }

    fn which(&self) -> Result<DeadLetters, Problem> {
        Ok(DeadLetters {
            endpoint: field("endpoint", self.endpoint.as_deref(), parse::endpoint)?,
            from: field("from", self.from.as_deref(), parse::instant)?,
            until: field("until", self.until.as_deref(), parse::instant)?,
        })
    }
}

fn field<T>(
    name: &'static str,
    text: Option<&str>,
    read: impl Fn(&str) -> Result<T, Text>,
) -> Result<Option<T>, Problem> {
    text.map(read).transpose().map_err(|why| Problem::new(Code::JsonInvalid).named(name, why))
}

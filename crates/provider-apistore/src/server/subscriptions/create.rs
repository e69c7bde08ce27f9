//! `POST /apistore/api/notificaciones/suscripciones`

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::once::Reply;
use cartola_engine::subscriptions::{Subscribed, Wanted};
use cartola_http::callbacks::Callbacks;
use cartola_http::once::Fingerprint;
use cartola_http::problem::{Code, Text};
use cartola_http::{Gate, IdempotencyKey, Json, Problem, Refusal, answer};
use cartola_model::Scope;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::caller::Caller;
use super::super::refused::{Refused, Told};
use super::super::{AUDIENCE, telling};
use super::shown_once;
use crate::wire::Subscription;

/// Who is to be told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `url`")]
#[schema(as = SubscriptionRequest)]
pub struct Asked {
    /// Where notifications are posted: `http` or `https`, and no private address.
    #[schema(example = "https://erp.example.cl/apistore")]
    url: String,
}

/// Subscribe
///
/// From now on each transfer that becomes known is posted to the URL, signed. The secret is in this
/// answer alone. With an `Idempotency-Key` the same call has one effect.
#[utoipa::path(
    post, path = "/api/notificaciones/suscripciones", operation_id = "subscribe",
    tag = "notificaciones",
    request_body = Asked,
    responses(
        (status = 201, description = "The subscription with its secret", body = Subscription),
        (status = 400, description = "`invalid_request`: there are too many", body = Told),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`", body = Told),
        (status = 422, description = "`invalid_request`: the URL or the body; `idempotency_key_reused`", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
    ),
    security(("client_credentials" = ["manage"])),
)]
pub async fn create(
    State(gate): State<Gate>,
    Extension(callbacks): Extension<Callbacks>,
    caller: Caller,
    key: Result<IdempotencyKey, Refusal>,
    asked: Result<Json<Asked>, Refusal>,
) -> Result<Response, Refused> {
    let who = caller.may(Scope::Manage)?;
    let (key, Json(asked)) = (key?, asked?);
    let request = Fingerprint::default().with(Some(asked.url.as_bytes()));
    let ticket = key.ticket(gate.engine(), who, "apistore.subscribe", request).await?;
    let url = callbacks.check(&asked.url).await.map_err(|error| {
        let es = "no es una dirección a la que se pueda avisar".to_owned();
        Problem::new(Code::JsonInvalid).named("url", Text::new(error.to_string(), es))
    })?;
    let (facade, url) = (AUDIENCE.name(), url.to_text());
    let wanted = Wanted { facade, kind: telling::kind(), url: &url };
    let render = |begun: &Subscribed| answer::recorded(StatusCode::CREATED, &shown_once(begun));
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let begun = gate.engine().subscribe(who, &wanted, reply).await?;
    Ok(answer::fresh(render(&begun)))
}

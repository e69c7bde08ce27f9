//! `POST /v1/consents/{id}/change`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::consents::change::{Change, ChangeError};
use cartola_engine::once::Reply;
use cartola_engine::rows::ConsentRow;
use cartola_http::once::Fingerprint;
use cartola_http::problem::{Code, Text};
use cartola_http::{
    Authenticated, Gate, IdempotencyKey, Json, PathId, Problem, Query, Refusal, answer, of_write,
    parse,
};
use cartola_model::{ConsentData, Scope};
use cartola_primitives::id::ConsentId;
use cartola_primitives::santiago;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::ConsentView;
use crate::wire;

/// What is to change of a consent. At least one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `until` or `products`")]
#[schema(as = ConsentChange, example = json!({"until": "2026-12-31", "products": ["movements"]}))]
pub struct Asked {
    /// The last day, in Chile, on which it holds: no later than it would.
    #[schema(required = false, nullable = false, value_type = wire::Day)]
    until: Option<String>,
    /// Which data it is about: part of what it was about.
    #[schema(required = false, nullable = false, min_items = 1)]
    products: Option<Vec<String>>,
}

/// Change a consent
///
/// It ends earlier, or is about less. Whoever wants more time, more data, another purpose or recipient
/// begins the link again: that is another mandate. What is being read under the consent is cancelled.
#[utoipa::path(
    post, path = "/v1/consents/{id}/change", operation_id = "change_consent", tag = "consents",
    params(("id" = inline(wire::ConsentId), Path, description = "The consent.")),
    request_body = Asked,
    responses((status = 200, description = "The consent as it now stands", body = ConsentView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found", "consent_ended", "consent_not_wider"]))),
)]
pub async fn change(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<ConsentId>,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Json(asked): Json<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let change = asked.read()?;
    let request = Fingerprint::default()
        .with(Some(id.as_bytes()))
        .with(change.until.map(|until| until.to_string()).as_deref().map(str::as_bytes))
        .with(change.data.map(ConsentData::written).as_deref().map(str::as_bytes));
    let ticket = key.ticket(engine, who, "consents.change", request).await?;
    let render =
        |row: &ConsentRow| answer::recorded(StatusCode::OK, &ConsentView::at(row, engine.now()));
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let row = engine.change_consent(who, id, change, reply).await.map_err(refused)?;
    Ok(answer::fresh(render(&row)))
}

fn refused(error: ChangeError) -> Refusal {
    match error {
        ChangeError::Unknown => Problem::not_found("consent").into(),
        ChangeError::Ended => Problem::new(Code::ConsentEnded).into(),
        ChangeError::Transition(_) | ChangeError::Wider => {
            Problem::new(Code::ConsentNotWider).into()
        }
        ChangeError::Nothing => {
            let why = Text::fixed("say it, or `products`", "indíquelo, o `products`");
            Problem::new(Code::JsonInvalid).named("until", why).into()
        }
        ChangeError::Engine(error) => of_write(error),
    }
}

impl Asked {
    fn read(&self) -> Result<Change, Problem> {
        let wrong =
            |name: &'static str, why: Text| Problem::new(Code::JsonInvalid).named(name, why);
        let until = self.until.as_deref().map(parse::day).transpose();
        let until = until.map_err(|why| wrong("until", why))?.map(santiago::end_of_day);
        let data = match &self.products {
            None => None,
            Some(names) => Some(products(names).map_err(|why| wrong("products", why))?),
        };
        Ok(Change { until, data })
    }
}

/// The data of the names of products.
pub fn products(names: &[String]) -> Result<ConsentData, Text> {
    ConsentData::parse(names.iter().map(String::as_str)).ok_or_else(|| {
        Text::fixed(
            "expected names of products, such as `movements`, and at least one",
            "se esperaban nombres de productos, como `movements`, y al menos uno",
        )
    })
}

//! `POST /v1/links/{id}/readings`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::Engine;
use cartola_engine::links::{DayRange, DayRangeError};
use cartola_engine::once::Reply;
use cartola_engine::readings::{ALL, MOVEMENTS, Products, ReadingStanding, usual_from};
use cartola_http::once::Fingerprint;
use cartola_http::problem::{Code, Text};
use cartola_http::{
    Authenticated, Gate, IdempotencyKey, JsonOrNothing, PathId, Problem, Query, Refusal, answer,
    parse,
};
use cartola_model::{RecordKind, Scope};
use cartola_primitives::id::LinkId;
use cartola_primitives::santiago;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::ReadingView;
use crate::links::refused;
use crate::wire;

/// What is to be read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `from`, `to` and `products`")]
#[schema(
    as = ReadingRequest,
    example = json!({"from": "2026-01-01", "to": "2026-03-31", "products": ["movements", "cards"]})
)]
pub struct Asked {
    /// First day of movements; 90 days before the last one unless said otherwise.
    #[schema(required = false, nullable = false, value_type = wire::Day)]
    from: Option<String>,
    /// Last day of movements; today unless said otherwise. At most 1,127 days are read at once.
    #[schema(required = false, nullable = false, value_type = wire::Day)]
    to: Option<String>,
    /// `all`, or `movements` (accounts, balances and movements) and names of `product` in
    /// `/v1/records`. Unless said otherwise `movements`, and everything where the institution has no
    /// accounts. What the institution does not offer is left out.
    #[schema(required = false, nullable = false, min_items = 1)]
    products: Option<Vec<String>>,
}

/// Read a link
///
/// Asks the institution in the gateway's own time; the answer says under which id to look how far
/// it is. Of one link one reading runs at a time: one that waits while another tells all that it
/// wants ends with that one. No body is as good as an empty object.
#[utoipa::path(
    post, path = "/v1/links/{id}/readings", operation_id = "create_reading", tag = "links",
    params(("id" = inline(wire::LinkId), Path, description = "The link.")),
    request_body = Asked,
    responses((status = 202, description = "The reading, which waits for its turn", body = ReadingView)),
    security(("api_key" = ["import"])),
    extensions(("x-problems" = json!([
        "parameter_invalid", "not_found", "products_not_offered", "mandate_ended",
        "mandate_expired", "person_blocked", "credentials_refused", "credentials_locked",
        "institution_rate_limited", "institution_quota_used",
    ]))),
)]
pub async fn create(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<LinkId>,
    Query(()): Query<()>,
    key: IdempotencyKey,
    JsonOrNothing(asked): JsonOrNothing<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Import)?;
    let engine = gate.engine();
    let ticket = key.ticket(engine, who, "readings.create", asked.fingerprint(id)).await?;
    let (days, products) = (asked.days(engine)?, asked.products()?);
    let link = engine.link(who, id).await?.ok_or_else(|| Problem::not_found("link"))?;
    let scope = engine.scope_of(&link.institution, products, days);
    let scope = scope.ok_or_else(|| Problem::new(Code::ProductsNotOffered))?;
    let render = |standing: &ReadingStanding| {
        answer::recorded(StatusCode::ACCEPTED, &ReadingView::at(standing, engine.now()))
    };
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let standing = engine.begin_reading(who, id, scope, reply).await;
    let standing = standing.map_err(|error| refused(error, engine.now()))?;
    Ok(answer::fresh(render(&standing)))
}

fn wrong(name: &'static str) -> impl Fn(Text) -> Problem {
    move |why| Problem::new(Code::JsonInvalid).named(name, why)
}

impl Asked {
    /// What is asked, and not what it means today.
    fn fingerprint(&self, link: LinkId) -> Fingerprint {
        let products = self.products.as_ref().map(|names| names.join(","));
        Fingerprint::default()
            .with(Some(link.as_bytes()))
            .with(self.from.as_deref().map(str::as_bytes))
            .with(self.to.as_deref().map(str::as_bytes))
            .with(products.as_deref().map(str::as_bytes))
    }

    fn days(&self, engine: &Engine) -> Result<DayRange, Problem> {
        let day = |name, text: &Option<String>| {
            text.as_deref().map(parse::day).transpose().map_err(wrong(name))
        };
        let (from, to) = (day("from", &self.from)?, day("to", &self.to)?);
        let to = to.unwrap_or_else(|| santiago::today(engine.now()));
        let from = from.unwrap_or_else(|| usual_from(to));
        DayRange::new(from, to).map_err(|error| {
            wrong("from")(match error {
                DayRangeError::Reversed => Text::fixed("it lies after `to`", "es posterior a `to`"),
                DayRangeError::TooLong => Text::fixed(
                    "it lies too many days before `to`",
                    "es anterior a `to` por demasiados días",
                ),
            })
        })
    }

    fn products(&self) -> Result<Option<Products>, Problem> {
        let Some(names) = &self.products else { return Ok(None) };
        let read = Products::named(names.iter().map(String::as_str));
        read.map(Some).ok_or_else(|| {
            let kinds: Vec<_> =
                RecordKind::ALL.into_iter().map(|kind| format!("`{}`", kind.name())).collect();
            let kinds = kinds.join(", ");
            wrong("products")(Text::new(
                format!("expected `{ALL}` alone, or some of: `{MOVEMENTS}`, {kinds}"),
                format!("se esperaba solo `{ALL}`, o algunos de: `{MOVEMENTS}`, {kinds}"),
            ))
        })
    }
}

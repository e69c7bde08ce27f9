//! `POST /v1/matters`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::matters::{Breach, NewMatter, Opened};
use cartola_engine::once::Reply;
use cartola_http::once::Fingerprint;
use cartola_http::{Authenticated, Gate, IdempotencyKey, Json, Query, Refusal, answer, parse};
use cartola_model::{MatterKind, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::refusal::refused;
use super::said::{KINDS, new_matter, wrong};
use super::view::{BreachView, MatterView};
use crate::wire::{self, IdText};

/// A matter that is opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `kind`, `text` and, of a request, `rut`")]
#[schema(
    as = MatterRequest,
    example = json!({"kind": "erasure", "rut": "11.111.111-1",
        "text": "Pido que supriman todos mis datos.", "contact": "maria@example.cl"})
)]
pub struct Asked {
    #[schema(value_type = wire::MatterKind)]
    kind: String,
    /// RUT of who asks, whose identity the caller has checked; a breach has none.
    #[schema(required = false, nullable = false, max_length = 32)]
    rut: Option<String>,
    /// What is asked, or what happened.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
    /// How to reach who asks.
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    contact: Option<String>,
    /// Of a breach, its entry in the register.
    #[schema(required = false, nullable = false)]
    breach: Option<BreachView>,
}

/// A matter that was opened, and what else waits for an answer.
#[derive(Serialize, ToSchema)]
#[schema(as = MatterOpened)]
struct OpenedView {
    #[serde(flatten)]
    matter: MatterView,
    /// Others of the same kind that the same person has asked, and that wait for an answer, the oldest
    /// first; left out where there are none. The time of the law runs for each of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, value_type = Vec<wire::MatterId>)]
    also_open: Vec<IdText>,
}

impl OpenedView {
    fn of(opened: &Opened) -> Self {
        let Opened { matter, also_open } = opened;
        let also_open = also_open.iter().copied().map(IdText::from).collect();
        Self { matter: MatterView::from(matter.clone()), also_open }
    }
}

/// Open a matter
///
/// What a person asks of whoever keeps their data, or a breach of it. It has a deadline from that
/// moment, also where the same person has asked the same before. A `block` holds from that moment: nothing is read or served under that person's consents
/// until it is decided otherwise.
#[utoipa::path(
    post, path = "/v1/matters", operation_id = "create_matter", tag = "matters",
    request_body = Asked,
    responses((status = 201, description = "The matter", body = OpenedView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!(["parameter_invalid"]))),
)]
pub async fn create(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Json(asked): Json<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let Asked { kind, rut, text, contact, breach } = asked;
    let fingerprint = Fingerprint::default()
        .with(Some(kind.as_bytes()))
        .with(rut.as_deref().map(str::as_bytes))
        .with(Some(text.as_bytes()))
        .with(contact.as_deref().map(str::as_bytes))
        .with(Some(serde_json::to_string(&breach).unwrap_or_default().as_bytes()));
    let kind: MatterKind = parse::one_of(&KINDS)(&kind).map_err(wrong("kind"))?;
    let rut = rut.as_deref().map(parse::rut).transpose().map_err(wrong("rut"))?;
    let new = NewMatter { kind, rut, text, contact, breach: breach.map(Breach::from) };
    new_matter(&new)?;
    let ticket = key.ticket(engine, who, "matters.create", fingerprint).await?;
    let render = |opened: &Opened| answer::recorded(StatusCode::CREATED, &OpenedView::of(opened));
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let opened = engine.open_matter(who, &new, reply).await.map_err(refused)?;
    Ok(answer::fresh(render(&opened)))
}

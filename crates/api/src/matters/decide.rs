//! `POST /v1/matters/{id}/decide`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::matters::{BreachChange, Decision, Matter};
use cartola_engine::once::Reply;
use cartola_http::once::Fingerprint;
use cartola_http::problem::{Code, Text};
use cartola_http::{
    Authenticated, Gate, IdempotencyKey, Json, PathId, Problem, Query, Refusal, answer,
};
use cartola_model::Scope;
use cartola_primitives::id::MatterId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::amendment::AmendmentView;
use super::refusal::refused;
use super::view::MatterView;
use crate::wire;

/// What is decided.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `decision` and `text`")]
#[schema(
    as = MatterDecision,
    example = json!({"decision": "deny", "text": "Los datos son necesarios para cobrar una deuda vigente."})
)]
pub struct Asked {
    #[schema(value_type = wire::MatterDecisionKind)]
    decision: String,
    /// Why, or what is answered: it is kept, and a denial has to be founded.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
    /// What changes of the entry in the register; of `amend` alone.
    #[schema(required = false, nullable = false)]
    breach: Option<AmendmentView>,
}

/// Decide on a matter
///
/// Granting an `opposition` revokes the person's consents. Granting an `erasure` erases what is kept of
/// them; where a law says that payments, and what they approved, are to be kept, those stay until
/// `due_at` and the matter is `retained`. A `block` that is denied, withdrawn or closed lets consents
/// allow again what they allowed. An `amend` changes of a breach what it says, and nothing that it leaves
/// out.
#[utoipa::path(
    post, path = "/v1/matters/{id}/decide", operation_id = "decide_matter", tag = "matters",
    params(("id" = inline(wire::MatterId), Path, description = "The matter.")),
    request_body = Asked,
    responses((status = 200, description = "The matter as it stands now", body = MatterView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found", "matter_decided"]))),
)]
pub async fn decide(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<MatterId>,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Json(asked): Json<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let fingerprint = Fingerprint::default()
        .with(Some(id.as_bytes()))
        .with(Some(asked.decision.as_bytes()))
        .with(Some(asked.text.as_bytes()))
        .with(Some(serde_json::to_string(&asked.breach).unwrap_or_default().as_bytes()));
    let decision = read(&asked.decision, asked.breach)?;
    super::said::text("text", &asked.text)?;
    let ticket = key.ticket(engine, who, "matters.decide", fingerprint).await?;
    let render =
        |matter: &Matter| answer::recorded(StatusCode::OK, &MatterView::from(matter.clone()));
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let matter = engine.decide_matter(who, id, (&decision, &asked.text), reply).await;
    Ok(answer::fresh(render(&matter.map_err(refused)?)))
}

fn read(decision: &str, breach: Option<AmendmentView>) -> Result<Decision, Problem> {
    let wrong = |name: &'static str, why: Text| Problem::new(Code::JsonInvalid).named(name, why);
    let read = match (decision, breach.map(BreachChange::from)) {
        ("amend", Some(change)) if change == BreachChange::default() => {
            let why = Text::fixed(
                "expected what changes of the entry",
                "se esperaba lo que cambia del registro",
            );
            return Err(wrong("breach", why));
        }
        ("amend", Some(change)) => Decision::Amend(change),
        ("amend", None) | (_, Some(_)) => {
            let why = Text::fixed(
                "it goes with `amend`, and `amend` with it",
                "va con `amend`, y `amend` con ello",
            );
            return Err(wrong("breach", why));
        }
        ("extend", None) => Decision::Extend,
        ("grant", None) => Decision::Grant,
        ("deny", None) => Decision::Deny,
        ("withdraw", None) => Decision::Withdraw,
        ("close", None) => Decision::Close,
        _ => {
            let why = Text::fixed(
                "expected extend, grant, deny, withdraw, close or amend",
                "se esperaba extend, grant, deny, withdraw, close o amend",
            );
            return Err(wrong("decision", why));
        }
    };
    Ok(read)
}

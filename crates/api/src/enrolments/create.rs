//! `POST /v1/enrolments`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::{Begun, Validated};
use cartola_engine::once::Reply;
use cartola_http::once::Fingerprint;
use cartola_http::problem::{Code, Text};
use cartola_http::{
    Authenticated, Gate, IdempotencyKey, Json, Problem, Query, Refusal, answer, parse,
};
use cartola_model::Scope;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::EnrolmentView;
use crate::wire;

/// Whose phone, and what shows who they are: `link_id`, or `evidence`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `rut`, and `link_id` or `evidence`")]
#[schema(
    as = EnrolmentRequest,
    example = json!({"rut": "12.345.678-5", "evidence": "verificacion-4711"})
)]
pub struct Asked {
    /// The person.
    rut: String,
    /// A link of theirs whose bank has let them in during the last 24 hours.
    #[schema(value_type = Option<wire::LinkId>)]
    link_id: Option<String>,
    /// What shows that you validated them, such as the id of your own check; its SHA-256 is kept.
    #[schema(min_length = 1, max_length = 4096)]
    evidence: Option<String>,
}

/// An enrolment that was begun.
#[derive(Serialize, ToSchema)]
#[schema(as = EnrolmentBegun)]
struct BegunView {
    enrolment: EnrolmentView,
    /// What the phone takes, once. Give it to the person alone.
    code: String,
}

/// Longest evidence, in characters.
const MAX_EVIDENCE: usize = 4_096;

/// Begin an enrolment
///
/// The code goes to the person's phone, as a link or a picture, which takes it within fifteen minutes. An
/// earlier code that no phone took is of no use from then on; a phone that is active stays so until
/// another takes the code.
#[utoipa::path(
    post, path = "/v1/enrolments", operation_id = "create_enrolment", tag = "authorizations",
    request_body = Asked,
    responses((status = 201, description = "The enrolment, and its code", body = BegunView)),
    security(("api_key" = ["enrol"])),
    extensions(("x-problems" = json!([
        "parameter_invalid", "identity_not_shown", "enrolment_invalid",
    ]))),
)]
pub async fn create(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Json(asked): Json<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Enrol)?;
    let engine = gate.engine();
    let wrong = |name| move |why: Text| Problem::new(Code::JsonInvalid).named(name, why);
    let rut = parse::rut(&asked.rut).map_err(wrong("rut"))?;
    let link = asked.link_id.as_deref().map(parse::id).transpose().map_err(wrong("link_id"))?;
    if let Some(evidence) = &asked.evidence {
        parse::text(MAX_EVIDENCE)(evidence).map_err(wrong("evidence"))?;
    }
    let validated = match (link, &asked.evidence) {
        (Some(link), None) => Validated::ByBank(link),
        (None, Some(evidence)) => Validated::ByTenant(evidence.as_bytes()),
        _ => {
            let why = Text::fixed(
                "expected either this or `link_id`",
                "se esperaba esto o `link_id`, y no ambos",
            );
            return Err(wrong("evidence")(why).into());
        }
    };
    let fingerprint = Fingerprint::default()
        .with(Some(rut.compact().as_bytes()))
        .with(asked.link_id.as_deref().map(str::as_bytes))
        .with(asked.evidence.as_deref().map(str::as_bytes));
    let ticket = key.ticket(engine, who, "enrolments.create", fingerprint).await?;
    let render = |begun: &Begun| {
        let enrolment = begun.enrolment.clone().into();
        let view = BegunView { enrolment, code: begun.code.expose().clone() };
        answer::recorded(StatusCode::CREATED, &view)
    };
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let begun = engine.begin_enrolment_replying(who, rut, validated, reply).await?;
    Ok(answer::fresh(render(&begun)))
}

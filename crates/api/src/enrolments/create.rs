//! `POST /v1/enrolments`

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::Engine;
use cartola_engine::authorizations::{AtTheDoor, Begun, EnrolmentError, LetIn, Validated};
use cartola_engine::once::Reply;
use cartola_http::once::Fingerprint;
use cartola_http::problem::{Code, Text};
use cartola_http::{
    Authenticated, Gate, IdempotencyKey, Json, Problem, Query, Refusal, answer, parse,
};
use cartola_model::{InstitutionId, Principal, Scope};
use cartola_primitives::{Rut, Secret};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::EnrolmentView;
use crate::institutions::known;
use crate::links::refusal::refused;
use crate::wire;

/// Whose phone, and what shows who they are: `institution` and `credentials`, or `evidence`.
#[derive(Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `rut`, and `institution` and `credentials`, or `evidence`"
)]
#[schema(
    as = EnrolmentRequest,
    example = json!({"rut": "12.345.678-5", "evidence": "verificacion-4711"})
)]
pub struct Asked {
    /// The person.
    rut: String,
    /// Who is asked whether it lets them in: a bank, ClaveÚnica or the Registro Civil.
    #[schema(value_type = Option<wire::InstitutionId>)]
    institution: Option<String>,
    /// What it lets them in with, as the person has just typed it: in the fields of one of its forms, as
    /// for a link. It is asked with exactly these and keeps a count of wrong ones; nothing is kept here.
    #[schema(value_type = Option<std::collections::HashMap<String, String>>)]
    credentials: Option<BTreeMap<String, Secret<String>>>,
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

/// What the evidence of the mandate names.
const FACADE: &str = "v1";

/// How long the answer waits for the institution. Clients and proxies commonly give up after 60 s.
const INSTITUTION_WAIT: Duration = Duration::from_secs(50);

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
        "parameter_invalid", "identity_not_shown", "enrolment_invalid", "enrolments_too_many",
        "not_found", "person_blocked",
        "institution_not_configured", "credentials_malformed", "credentials_of_another",
        "credentials_locked", "institution_rate_limited", "institution_quota_used",
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
    if let Some(evidence) = &asked.evidence {
        parse::text(MAX_EVIDENCE)(evidence).map_err(wrong("evidence"))?;
    }
    let door = asked.institution.as_deref().zip(asked.credentials.as_ref());
    let door = match (door, &asked.institution, &asked.credentials, &asked.evidence) {
        (Some((institution, fields)), _, _, None) => {
            Some((self::institution(institution)?, fields))
        }
        (None, None, None, Some(_)) => None,
        _ => {
            let why = Text::fixed(
                "expected either this, or `institution` and `credentials`",
                "se esperaba esto, o `institution` y `credentials`",
            );
            return Err(wrong("evidence")(why).into());
        }
    };
    let fingerprint = Fingerprint::default()
        .with(Some(rut.compact().as_bytes()))
        .with(asked.institution.as_deref().map(str::as_bytes))
        .with(asked.evidence.as_deref().map(str::as_bytes));
    let fingerprint = asked.credentials.iter().flatten().fold(fingerprint, |all, (name, value)| {
        all.with(Some(name.as_bytes())).with(Some(value.expose().as_bytes()))
    });
    let ticket = key.ticket(engine, who, "enrolments.create", fingerprint).await?;
    let render = |begun: &Begun| {
        let enrolment = begun.enrolment.clone().into();
        let view = BegunView { enrolment, code: begun.code.expose().clone() };
        answer::recorded(StatusCode::CREATED, &view)
    };
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let shown = match door {
        Some((institution, fields)) => Some(let_in(engine, who, (institution, rut, fields)).await?),
        None => None,
    };
    let validated = match (&shown, &asked.evidence) {
        (Some(shown), _) => Validated::ByBank(shown),
        (None, evidence) => Validated::ByTenant(evidence.as_deref().unwrap_or_default().as_bytes()),
    };
    let begun = engine.begin_enrolment_replying(who, rut, validated, reply).await?;
    Ok(answer::fresh(render(&begun)))
}

fn institution(named: &str) -> Result<InstitutionId, Problem> {
    let wrong = |why: Text| Problem::new(Code::JsonInvalid).named("institution", why);
    known(parse::institution(named).map_err(wrong)?)
}

/// Asks the institution, with what came along and nothing else.
async fn let_in(
    engine: &Engine,
    who: &Principal,
    (institution, rut, fields): (InstitutionId, Rut, &BTreeMap<String, Secret<String>>),
) -> Result<LetIn, Refusal> {
    let copied =
        fields.iter().map(|(name, value)| (name.clone(), Secret::new(value.expose().clone())));
    let fields = engine.with_holder(&institution, rut, copied.collect());
    let door = AtTheDoor { institution, rut, fields: &fields, facade: FACADE };
    engine.let_in(who, &door, INSTITUTION_WAIT).await.map_err(|error| match error {
        EnrolmentError::Door(error) => refused(error, engine.now()),
        other => other.into(),
    })
}

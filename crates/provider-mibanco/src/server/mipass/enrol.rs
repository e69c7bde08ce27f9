//! `POST /mibanco/api/v1/mibanco/mipass/enrolments`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::Validated;
use cartola_engine::readings::ReadScope;
use cartola_http::{Gate, answer};
use cartola_model::Scope;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::caller::Session;
use super::super::desk;
use super::super::refused::{Told as Error, answered};
use super::super::transfer::rut_of;
use super::told::EnrolmentTold;

/// An enrolment that was begun.
#[derive(Serialize, ToSchema)]
#[schema(as = EnrolmentBegun)]
pub struct Begun {
    #[serde(flatten)]
    enrolment: EnrolmentTold,
    /// What the phone takes, once.
    code: String,
}

/// Begin to enrol a phone
///
/// The customer's bank is asked whether it still lets them in: that shows who they are. The code is taken
/// by a phone within fifteen minutes.
#[utoipa::path(
    post, path = "/api/v1/mibanco/mipass/enrolments", operation_id = "begin_enrolment",
    tag = "mi pass",
    responses(
        (status = 201, description = "The enrolment, and its code", body = Begun),
        (status = 401, description = "`INVALID_TOKEN`, `INVALID_CREDENTIALS`", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn begin(State(gate): State<Gate>, caller: Session) -> Response {
    let told = async {
        let session = caller.may(Scope::Enrol)?;
        let engine = gate.engine();
        desk::read(engine, session, ReadScope::ACCOUNTS).await?;
        let rut = rut_of(engine, session).await?;
        let validated = Validated::ByBank(session.link.id);
        let begun = engine.begin_enrolment(&session.who, rut, validated).await?;
        let code = begun.code.expose().clone();
        let told = Begun { enrolment: begun.enrolment.into(), code };
        Ok(answer::json(StatusCode::CREATED, &told))
    };
    answered(&gate, told.await)
}

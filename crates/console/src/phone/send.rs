//! `POST /mi-pass`: every form of the page. Each says in `step` what it is.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use cartola_engine::authorizations::EnrolError;
use cartola_primitives::Secret;
use serde::Deserialize;

use super::holder::Asked;
use super::refused::Refused;
use super::{PATH, decide, enrol};
use crate::guard::{Framed, guarded};

/// What the forms send; each sends what it needs.
#[derive(Deserialize)]
pub struct Sent {
    step: String,
    code: Option<Secret<String>>,
    #[serde(default)]
    pub name: String,
    pin: Option<Secret<String>>,
    again: Option<Secret<String>>,
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub digest: String,
}

impl Sent {
    /// The code of an enrolment, without what stands around it.
    pub fn code(&self) -> &str {
        typed(self.code.as_ref())
    }

    /// The PIN.
    pub fn pin(&self) -> &str {
        typed(self.pin.as_ref())
    }

    /// The PIN once more.
    pub fn again(&self) -> &str {
        typed(self.again.as_ref())
    }
}

fn typed(field: Option<&Secret<String>>) -> &str {
    field.map(|text| text.expose().trim()).unwrap_or_default()
}

pub async fn send(
    asked: Asked,
    sent: Result<Form<Sent>, FormRejection>,
) -> Result<Response, Refused> {
    let Form(sent) = sent.map_err(|_| Refused::Form)?;
    match sent.step.as_str() {
        "enrol" => enrol::enrol(&asked, &sent).await,
        "approve" => decide::approve(&asked, &sent).await,
        "deny" => decide::deny(&asked, &sent).await,
        "block" => block(&asked).await,
        _ => Err(Refused::Form),
    }
}

async fn block(asked: &Asked) -> Result<Response, Refused> {
    let Some((_, secret)) = &asked.phone else { return Ok(back("")) };
    match asked.engine.block_own_phone(secret.expose()).await {
        Ok(_) => Ok(back("blocked")),
        Err(EnrolError::Engine(error)) => Err(error.into()),
        Err(_) => Ok(back("")),
    }
}

/// Back to the page, which says what was done.
pub fn back(notice: &str) -> Response {
    let place = if notice.is_empty() { PATH.to_owned() } else { format!("{PATH}?notice={notice}") };
    let response = (StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response();
    guarded(response, &Framed::By(&[]))
}

//! `POST oauth/token`: a client is a customer, its id their RUT and its secret their password.

use std::collections::HashMap;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use cartola_primitives::{Clock, Rut};
use cartola_provider_mibanco::wire::ACCESS_TOKEN_SECONDS;
use serde_json::json;

use super::DEVICE;
use super::refused::Refused;
use crate::bank::bank_of;
use crate::credentials::Credentials;
use crate::door::{self, misbehave};
use crate::sandbox::Sandbox;
use crate::world::{Customer, Door};

pub(super) async fn grant(
    State(sandbox): State<Sandbox>,
    Path(path): Path<HashMap<String, String>>,
    form: Result<Form<HashMap<String, String>>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Refused> {
    let institution = path.get("institution").cloned().unwrap_or_default();
    bank_of(&institution).ok_or_else(Refused::unknown)?;
    let Form(form) = form.map_err(|_| Refused::invalid())?;
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if field("grant_type") != "client_credentials" {
        return Err(Refused::Word(StatusCode::BAD_REQUEST, "unsupported_grant_type"));
    }
    let rut = Rut::parse(field("client_id")).map_err(|_| Refused::client())?;
    misbehave::as_customer(&sandbox, rut).await?;
    let (customer, secret) = (Customer { rut, institution }, field("client_secret").to_owned());
    let access = sandbox.acting(move |sandbox| {
        let proof = |known: &Credentials| known.accepts_password(&secret);
        match sandbox.world().knock(&customer, DEVICE, proof)? {
            Door::Open => {
                let (now, randomness) = (sandbox.world().now(), sandbox.randomness());
                Ok(sandbox.sessions().open(customer, DEVICE, now, randomness).access)
            }
            Door::Refused | Door::Locked => Err(Refused::client()),
        }
    });
    let body = json!({"access_token": access.await?, "token_type": "Bearer",
        "expires_in": ACCESS_TOKEN_SECONDS});
    Ok(door::json(StatusCode::OK, &body))
}

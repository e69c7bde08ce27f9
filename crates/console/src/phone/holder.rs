//! A request for the page, and whose phone it came from.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::Method;
use axum::http::request::Parts;
use cartola_engine::Engine;
use cartola_engine::authorizations::Phone;
use cartola_http::Gate;
use cartola_primitives::Secret;
use serde::Deserialize;

use super::refused::Refused;
use super::{Desk, cookie};
use crate::guard;

/// What the address of the page says.
#[derive(Default, Deserialize)]
pub struct Address {
    /// Which part of it: `log`, `block` or `enrol`; else what is asked.
    #[serde(default)]
    pub view: String,
    /// The code of an enrolment.
    #[serde(default)]
    pub code: String,
    /// What was just done.
    #[serde(default)]
    pub notice: String,
    /// The last entry of the page of the log before.
    #[serde(default)]
    pub before: String,
}

/// A request.
pub struct Asked {
    pub engine: Engine,
    pub address: Address,
    /// The phone that it came from, with what it keeps; absent where that is none.
    pub phone: Option<(Phone, Secret<String>)>,
}

impl FromRequestParts<Gate> for Asked {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Refused> {
        let sends = parts.method == Method::POST;
        if sends && guard::is_foreign(&parts.headers) {
            return Err(Refused::Foreign);
        }
        let desk = parts.extensions.get::<Arc<Desk>>().cloned();
        let desk = desk.expect("the router puts it before each of its routes");
        let address = Query::<Address>::try_from_uri(&parts.uri);
        let Query(address) = address.map_err(|_| Refused::Form)?;
        let engine = gate.engine().clone();
        let phone = match cookie::secret(&parts.headers) {
            Some(secret) => engine.phone(secret.expose()).await?.map(|phone| (phone, secret)),
            None => None,
        };
        match &phone {
            Some((phone, _)) => desk.known.take(phone.id()).map_err(Refused::too_many)?,
            None if sends => desk.unknown.take(()).map_err(Refused::too_many)?,
            None => {}
        }
        Ok(Self { engine, address, phone })
    }
}

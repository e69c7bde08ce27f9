//! A call, once it is known who calls: key, allowance, content type, body, in this order.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use cartola_engine::Engine;
use cartola_http::callbacks::Callbacks;
use cartola_http::{Gate, admit, body};
use cartola_model::{InstitutionId, Principal, Scope};
use serde::de::DeserializeOwned;

use super::banks::DefaultBanks;
use super::desk::Desk;
use super::refused::{Refused, of_problem};
use crate::request;

/// Largest body, bytes: a password, a URL and a few names take a few hundred.
pub const MAX_BODY_BYTES: usize = 16 << 10;

/// Longest key that is looked at, bytes. Ours have 72.
const MAX_KEY_BYTES: usize = 256;

/// The scheme that may stand before the key.
const BEARER: &str = "bearer ";

/// A call.
pub struct Asked {
    pub engine: Engine,
    pub callbacks: Callbacks,
    banks: Arc<DefaultBanks>,
    pub who: Principal,
    body: Bytes,
}

impl FromRequest<Gate> for Asked {
    type Rejection = Refused;

    async fn from_request(request: Request, gate: &Gate) -> Result<Self, Refused> {
        let engine = gate.engine();
        let key = key(request.headers()).ok_or_else(Refused::caller)?;
        let who = engine.authenticate(key).await?.ok_or_else(Refused::caller)?;
        admit(gate, request.extensions(), &who).map_err(Refused::too_many)?;
        may(&who, Scope::Read)?;
        if !is_json(request.headers()) {
            return Err(Refused::request("the Content-Type must be application/json"));
        }
        let extensions = request.extensions();
        let callbacks = extensions.get::<Callbacks>().cloned();
        let banks = extensions.get::<Arc<DefaultBanks>>().cloned();
        let body = body::read(request, MAX_BODY_BYTES).await;
        Ok(Self {
            engine: engine.clone(),
            callbacks: callbacks.expect("the router puts them before each of its routes"),
            banks: banks.expect("the router puts them before each of its routes"),
            who,
            body: body.map_err(|problem| of_problem(&problem))?,
        })
    }
}

impl Asked {
    /// Whether the caller's key is for this too.
    pub fn may(&self, scope: Scope) -> Result<(), Refused> {
        may(&self.who, scope)
    }

    /// The body, of that shape.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        Ok(request::read(&self.body)?)
    }

    /// The bank of whoever names none.
    pub fn default_bank(&self) -> Option<&InstitutionId> {
        self.banks.of(self.who.tenant)
    }

    /// Where institutions are asked for this caller.
    pub fn desk(&self) -> Desk {
        Desk { engine: self.engine.clone(), who: self.who.clone() }
    }
}

fn may(who: &Principal, scope: Scope) -> Result<(), Refused> {
    if who.may(scope) { Ok(()) } else { Err(Refused::scope(scope)) }
}

/// The API key, bare as the document has it, or as a bearer.
fn key(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let text = value.to_str().ok()?.trim();
    let key = match text.get(..BEARER.len()) {
        Some(scheme) if scheme.eq_ignore_ascii_case(BEARER) => text[BEARER.len()..].trim(),
        _ => text,
    };
    (1..=MAX_KEY_BYTES).contains(&key.len()).then_some(key)
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}

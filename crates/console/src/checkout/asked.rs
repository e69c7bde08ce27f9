//! A request for a checkout's page, once it is known for which.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::Method;
use axum::http::request::Parts;
use cartola_engine::Engine;
use cartola_engine::checkouts::Checkout;
use cartola_http::Gate;
use serde::Deserialize;

use super::Desk;
use super::refused::Refused;
use crate::guard;

/// What the address of a page says.
#[derive(Deserialize)]
struct Address {
    #[serde(rename = "transactionId", default)]
    token: String,
    /// The bank that was chosen.
    #[serde(default)]
    bank: String,
    /// What is shown already.
    #[serde(default)]
    seen: String,
}

/// A request.
pub struct Asked {
    pub engine: Engine,
    pub desk: Arc<Desk>,
    pub checkout: Checkout,
    /// The bank that the address names; empty where it names none.
    pub bank: String,
    /// The stamp of what is shown already; empty where nothing is.
    pub seen: String,
}

impl FromRequestParts<Gate> for Asked {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Refused> {
        if parts.method == Method::POST && guard::is_foreign(&parts.headers) {
            return Err(Refused::Foreign);
        }
        let desk = parts.extensions.get::<Arc<Desk>>().cloned();
        let desk = desk.expect("the router puts it before each of its routes");
        let address = Query::<Address>::try_from_uri(&parts.uri);
        let Query(Address { token, bank, seen }) = address.map_err(|_| Refused::Unknown)?;
        let engine = gate.engine().clone();
        let checkout = engine.checkout(&token).await?;
        let Some(checkout) = checkout else {
            return Err(desk
                .unknown
                .take(())
                .map_or_else(Refused::too_many, |()| Refused::Unknown));
        };
        desk.known.take(checkout.row.id).map_err(Refused::too_many)?;
        Ok(Self { engine, desk, checkout, bank, seen })
    }
}

//! Forms as they are sent: names and values, in their order.

use axum::extract::FromRequest;
use axum::extract::{Form, Request};
use cartola_http::Gate;
use cartola_primitives::Secret;

use super::refused::Refused;

/// The most fields that a form has: a device with many codes.
const MAX_FIELDS: usize = 40;

/// A form. Any value may be a secret.
pub struct Filled(Vec<(String, Secret<String>)>);

impl FromRequest<Gate> for Filled {
    type Rejection = Refused;

    async fn from_request(request: Request, gate: &Gate) -> Result<Self, Refused> {
        let form = Form::<Vec<(String, String)>>::from_request(request, gate).await;
        let Form(pairs) = form.map_err(|_| Refused::Form)?;
        if pairs.len() > MAX_FIELDS {
            return Err(Refused::Form);
        }
        let secret = |(name, value): (String, String)| (name, Secret::new(value));
        Ok(Self(pairs.into_iter().map(secret).collect()))
    }
}

impl Filled {
    /// The first value of that name, without what stands around it; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.values(name).next().unwrap_or_default()
    }

    /// The first value of that name as it was typed.
    pub fn secret(&self, name: &str) -> Secret<String> {
        let found = self.0.iter().find(|(known, _)| known == name);
        Secret::new(found.map(|(_, value)| value.expose().clone()).unwrap_or_default())
    }

    /// All values of that name, in their order.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.expose().trim())
    }
}

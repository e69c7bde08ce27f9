//! `X-MiPass-Token`: the person's own approval of what a call is to do.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderName;
use axum::http::request::Parts;
use cartola_primitives::Secret;

/// Carries the token of an approval, as the integrators' page on Mi Banco has it.
const MIPASS_TOKEN: HeaderName = HeaderName::from_static("x-mipass-token");

/// The token that a call came with, if any. What is no text is the token of no approval.
pub struct Approval(Option<Secret<String>>);

impl<S: Send + Sync> FromRequestParts<S> for Approval {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let mut values = parts.headers.get_all(MIPASS_TOKEN).iter();
        let Some(first) = values.next() else { return Ok(Self(None)) };
        let one = first.to_str().ok().filter(|_| values.next().is_none());
        Ok(Self(Some(Secret::new(one.unwrap_or_default().to_owned()))))
    }
}

impl Approval {
    /// The token.
    pub fn token(&self) -> Option<&str> {
        self.0.as_ref().map(|token| token.expose().as_str())
    }
}

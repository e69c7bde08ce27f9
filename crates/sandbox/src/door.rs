//! What every institution of the box shares, whatever it speaks: who is let in and for how long, how a
//! refusal looks, and how things go wrong.

mod answer;
pub(crate) mod misbehave;
mod sessions;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use cartola_primitives::Clock;
use cartola_provider_mibanco::wire::ErrorCode;
use serde::de::DeserializeOwned;

use crate::credentials::Credentials;
use crate::sandbox::Sandbox;
use crate::world::{Customer, Door};

pub(crate) use answer::{Refusal, json};
pub(crate) use sessions::{Reading, Sessions, TokenError, Tokens};

/// Lets somebody in if `proof` says that what they gave is right, and opens a session.
pub(crate) async fn open(
    sandbox: &Sandbox,
    customer: Customer,
    device: String,
    proof: impl Fn(&Credentials) -> bool + Send + 'static,
) -> Result<Tokens, Refusal> {
    misbehave::as_customer(sandbox, customer.rut).await?;
    let opened = sandbox.acting(move |sandbox| {
        let world = sandbox.world();
        match world.knock(&customer, &device, proof)? {
            Door::Open => {
                let randomness = sandbox.randomness();
                Ok(sandbox.sessions().open(customer, &device, world.now(), randomness))
            }
            Door::Refused => Err(Refusal::new(ErrorCode::InvalidCredentials)),
            Door::Locked => Err(Refusal::new(ErrorCode::CredentialsLocked)),
        }
    });
    opened.await
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self::new(match error {
            TokenError::Unknown => ErrorCode::InvalidToken,
            TokenError::OtherDevice => ErrorCode::DeviceMismatch,
        })
    }
}

/// The access token of a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = header(headers, AUTHORIZATION.as_str())?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// A body of that shape. What is wrong with it is not quoted.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|_| Refusal::invalid("El cuerpo no tiene la forma esperada."))
}

/// A header that is text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

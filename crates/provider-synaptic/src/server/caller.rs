//! Who calls.

use axum::extract::FromRequestParts;
use axum::http::HeaderName;
use axum::http::request::Parts;
use cartola_http::{Gate, admit, bearer};
use cartola_model::{Principal, Scope};

use super::AUDIENCE;
use super::refused::Refused;

/// Where the API key stands.
pub const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Longest key that is looked at, bytes. Ours have 72.
const MAX_KEY_BYTES: usize = 256;

/// Longest token that is looked at, bytes. Ours have some 400.
const MAX_TOKEN_BYTES: usize = 4_096;

/// A caller with an API key.
pub struct WithKey(pub Principal);

impl FromRequestParts<Gate> for WithKey {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Refused> {
        let mut keys = parts.headers.get_all(&API_KEY).iter();
        let (Some(key), None) = (keys.next(), keys.next()) else {
            return Err(Refused::caller("the header X-API-Key must be there, once"));
        };
        let key = key.to_str().ok().filter(|key| key.len() <= MAX_KEY_BYTES);
        let who = gate.engine().authenticate(key.unwrap_or_default()).await?;
        let who = who.ok_or_else(|| Refused::caller("the API key is unknown or withdrawn"))?;
        admitted(gate, parts, who).map(Self)
    }
}

/// A caller with a session.
pub struct WithSession(pub Principal);

impl FromRequestParts<Gate> for WithSession {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Refused> {
        let token = bearer(&parts.headers, MAX_TOKEN_BYTES);
        let token = token.map_err(|_| Refused::caller("Jwt is invalid"))?;
        let who = gate.engine().principal_of_session(token, AUDIENCE).await?;
        admitted(gate, parts, who).map(Self)
    }
}

fn admitted(gate: &Gate, parts: &Parts, who: Principal) -> Result<Principal, Refused> {
    admit(gate, &parts.extensions, &who).map_err(Refused::too_many)?;
    if who.may(Scope::Read) {
        return Ok(who);
    }
    let message = "the API key does not have the scope `read`";
    Err(Refused::new(axum::http::StatusCode::FORBIDDEN, message))
}

//! Who calls.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use cartola_engine::device_sessions::{
    DeviceSession, DeviceSessionError, MAX_DEVICE_BYTES, Presented,
};
use cartola_http::{Gate, admit, bearer};
use cartola_model::access::Actor;
use cartola_model::{Principal, Scope};
use data_encoding::BASE64;

use super::AUDIENCE;
use super::door::Door;
use super::refused::{At, Refused};
use super::settings::Settings;
use crate::wire::{DEVICE_ID_HEADER, ErrorCode};

/// Longest token that is looked at, bytes. Ours have some 600.
pub const MAX_TOKEN_BYTES: usize = 4_096;

/// What whoever opens a session without a key may do, at a host that stands for its tenant, until it is
/// open. What the session may do is the engine's to say.
const HOST_SCOPES: [Scope; 2] = [Scope::Read, Scope::Manage];

/// A caller whose session holds, from its device, and whose allowance is not used up.
pub struct Session(pub DeviceSession);

impl Session {
    /// The caller, if the key that opened the session has the scope.
    pub fn may(&self, scope: Scope) -> Result<&DeviceSession, Refused> {
        must(&self.0.who, scope).map(|()| &self.0)
    }
}

/// Insists on a scope.
pub fn must(who: &Principal, scope: Scope) -> Result<(), Refused> {
    if who.may(scope) {
        return Ok(());
    }
    let message = format!("A la llave de la sesión le falta el permiso `{}`.", scope.name());
    Err(Refused::new(ErrorCode::InsufficientScope, message))
}

impl FromRequestParts<Gate> for Session {
    type Rejection = At;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, At> {
        let at = |refused| At(refused, gate.engine().now());
        let settings = settings_of(parts);
        session(gate, parts, &settings).await.map(Self).map_err(at)
    }
}

async fn session(
    gate: &Gate,
    parts: &Parts,
    settings: &Settings,
) -> Result<DeviceSession, Refused> {
    let token = bearer(&parts.headers, MAX_TOKEN_BYTES).map_err(|_| Refused::token())?;
    let at = presented(&parts.headers, settings)?;
    let session = gate.engine().device_session(token, &at).await?;
    allowed(gate, parts, &session.who)?;
    Ok(session)
}

/// Takes one request of a caller's allowance.
pub fn allowed(gate: &Gate, parts: &Parts, who: &Principal) -> Result<(), Refused> {
    let admitted = admit(gate, &parts.extensions, who);
    admitted.map_err(|seconds| Refused::of(cartola_model::Failure::RateLimited).after(seconds))
}

/// The door that the router puts before each of its routes.
pub fn door_of(parts: &Parts) -> Arc<Door> {
    parts.extensions.get().cloned().expect("the router puts it before its routes")
}

/// The settings that the router puts before each of its routes.
pub fn settings_of(parts: &Parts) -> Settings {
    parts.extensions.get::<Settings>().cloned().expect("the router puts them before its routes")
}

/// What comes along with a token.
pub fn presented<'a>(
    headers: &'a HeaderMap,
    settings: &Settings,
) -> Result<Presented<'a>, Refused> {
    let device = device_beside(headers, settings)?;
    Ok(Presented { audience: AUDIENCE, device, host: settings.tenant })
}

/// The device that a call names beside its token, where the operator wants one or it is there.
pub fn device_beside<'a>(
    headers: &'a HeaderMap,
    settings: &Settings,
) -> Result<Option<&'a str>, Refused> {
    match device(headers) {
        Ok(None) if settings.require_device => Err(Refused::no_device()),
        named => named,
    }
}

/// The device that a call names.
pub fn device(headers: &HeaderMap) -> Result<Option<&str>, Refused> {
    let mut values = headers.get_all(DEVICE_ID_HEADER).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().ok().map(str::trim);
    let is_sound = |text: &&str| (1..=MAX_DEVICE_BYTES).contains(&text.len());
    match (text.filter(is_sound), values.next()) {
        (Some(text), None) => Ok(Some(text)),
        _ => Err(Refused::no_device_id()),
    }
}

/// Whose session it is that is about to be opened: the tenant's whose key came along, or the one that
/// this installation serves without a key. Never a guess: a key that is wrong is refused.
pub async fn tenant(gate: &Gate, parts: &Parts) -> Result<Principal, Refused> {
    let who = match parts.headers.get(AUTHORIZATION) {
        None => {
            door_of(parts).knock(parts.extensions.get().copied())?;
            settings_of(parts).tenant.map(|tenant| Principal {
                tenant,
                actor: Actor::Operator,
                scopes: HOST_SCOPES.to_vec(),
            })
        }
        Some(value) => {
            if let Some((id, secret)) = value.to_str().ok().and_then(basic) {
                gate.engine().authenticate_client(&id, &secret).await?
            } else {
                let key = bearer(&parts.headers, MAX_TOKEN_BYTES);
                let key = key.map_err(|_| Refused::client())?;
                gate.engine().authenticate(key).await?
            }
        }
    };
    let who = who.ok_or_else(Refused::client)?;
    allowed(gate, parts, &who)?;
    Ok(who)
}

/// A client's id and secret, as HTTP Basic has them.
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, code) = value.split_once(' ')?;
    let code = scheme.eq_ignore_ascii_case("basic").then(|| code.trim())?;
    let decoded = String::from_utf8(BASE64.decode(code.as_bytes()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// The bearer token of a call that asks about its session alone.
pub fn token(headers: &HeaderMap) -> Result<&str, Refused> {
    bearer(headers, MAX_TOKEN_BYTES).map_err(|_| Refused::token())
}

/// That a session is not there is what a refresh token says in words of its own.
pub fn of_refresh(error: DeviceSessionError) -> Refused {
    match error {
        DeviceSessionError::Ended => Refused::new(
            ErrorCode::InvalidRefreshToken,
            "El token de renovación no existe, ya se usó o venció, o su sesión terminó.",
        ),
        other => other.into(),
    }
}

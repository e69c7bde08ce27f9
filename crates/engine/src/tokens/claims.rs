//! What our tokens say, and reading it back.

use cartola_crypto::jws::{Claims, TokenError};
use cartola_model::Principal;
use cartola_primitives::id::{CredentialId, TenantId};
use cartola_primitives::{SignedDuration, Timestamp};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use super::{Audience, ISSUER};

/// The private claim that says whose client the subject is.
const TENANT: &str = "tenant";

/// Bytes of `jti`.
const ID_BYTES: usize = 16;

/// Scopes are not among them: what a client may do is read when the token is used.
pub fn of(
    who: &Principal,
    (audience, lifetime): (Audience, SignedDuration),
    id: [u8; ID_BYTES],
    now: Timestamp,
) -> Claims {
    let tenant = Value::from(who.tenant.to_string());
    Claims {
        issuer: ISSUER.to_owned(),
        subject: who.actor.to_string(),
        audience: audience.name().to_owned(),
        id: BASE64URL_NOPAD.encode(&id),
        issued_at: now,
        not_before: now,
        expires_at: now.checked_add(lifetime).unwrap_or(Timestamp::MAX),
        private: Map::from_iter([(TENANT.to_owned(), tenant)]),
    }
}

/// The client that verified claims name.
pub fn client_of(claims: &Claims) -> Result<(TenantId, CredentialId), TokenError> {
    let tenant = claims.private.get(TENANT).and_then(Value::as_str);
    let tenant = tenant.and_then(|tenant| tenant.parse().ok());
    let client = claims.subject.parse().map_err(|_| TokenError::Claim { name: "sub" })?;
    Ok((tenant.ok_or(TokenError::Claim { name: TENANT })?, client))
}

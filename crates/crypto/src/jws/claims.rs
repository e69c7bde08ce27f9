use std::fmt;

use cartola_primitives::Timestamp;
use serde_json::{Map, Value};

use super::TokenError;

/// What a token says, beside its kind. `Debug` shows the id alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Claims {
    /// `iss`: which gateway gave it out.
    pub issuer: String,
    /// `sub`: whom it stands for.
    pub subject: String,
    /// `aud`: who takes it.
    pub audience: String,
    /// `jti`: what it is remembered by.
    pub id: String,
    /// `iat`, to the second below.
    pub issued_at: Timestamp,
    /// `nbf`, to the second below.
    pub not_before: Timestamp,
    /// `exp`, to the second below: from that instant on it is not taken.
    pub expires_at: Timestamp,
    /// The caller's own claims, under other names than the registered ones.
    pub private: Map<String, Value>,
}

/// The registered claims that every token has.
const REGISTERED: [&str; 7] = ["iss", "sub", "aud", "jti", "iat", "nbf", "exp"];

impl Claims {
    pub(super) fn to_json(&self) -> Result<Vec<u8>, TokenError> {
        if REGISTERED.iter().any(|name| self.private.contains_key(*name)) {
            return Err(TokenError::ReservedClaim);
        }
        let mut members = self.private.clone();
        let texts = [&self.issuer, &self.subject, &self.audience, &self.id];
        let instants = [self.issued_at, self.not_before, self.expires_at];
        let values = texts
            .into_iter()
            .map(|text| Value::from(text.as_str()))
            .chain(instants.into_iter().map(|instant| Value::from(instant.as_second())));
        members.extend(REGISTERED.into_iter().map(str::to_owned).zip(values));
        Ok(serde_json::to_vec(&members).expect("members are JSON already"))
    }

    pub(super) fn from_members(mut members: Map<String, Value>) -> Result<Self, TokenError> {
        Ok(Self {
            issuer: text(&mut members, "iss")?,
            subject: text(&mut members, "sub")?,
            audience: text(&mut members, "aud")?,
            id: text(&mut members, "jti")?,
            issued_at: instant(&mut members, "iat")?,
            not_before: instant(&mut members, "nbf")?,
            expires_at: instant(&mut members, "exp")?,
            private: members,
        })
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims").field("id", &self.id).finish_non_exhaustive()
    }
}

fn text(members: &mut Map<String, Value>, name: &'static str) -> Result<String, TokenError> {
    match members.remove(name) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(TokenError::Claim { name }),
    }
}

/// Whole seconds since 1970. RFC 7519 allows fractions; no token of ours has them.
fn instant(members: &mut Map<String, Value>, name: &'static str) -> Result<Timestamp, TokenError> {
    let seconds = members.remove(name).and_then(|value| value.as_i64());
    seconds
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .ok_or(TokenError::Claim { name })
}

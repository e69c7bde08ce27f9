//! Session tokens, for facades whose clients trade an API key for a token of an hour.
//!
//! As with access tokens (ADR 0010), the signature says that we gave the token out, and the store
//! says at every call whether the key behind it still holds.

use cartola_crypto::session_token::SessionClaims;
use cartola_model::Principal;
use cartola_primitives::id::{CredentialId, TenantId};
use cartola_primitives::{Secret, SignedDuration};
use cartola_store::tenancy::CredentialKind;
use data_encoding::HEXLOWER;

use crate::access::Subject;
use crate::tenants::principal;
use crate::tokens::Audience;
use crate::{Engine, EngineError};

pub use cartola_crypto::session_token::SessionTokenError;

/// How long a session lasts. It is not renewed: a client begins another.
pub const SESSION_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// Why a session token opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum SessionRefusal {
    /// It is not one of ours, or its time has passed.
    #[error(transparent)]
    Token(#[from] SessionTokenError),
    /// It could not be looked at.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Engine {
    /// A session of whoever has shown an API key; the operator has none.
    pub fn open_session(&self, who: &Principal, audience: Audience) -> Option<Secret<String>> {
        let credential = who.actor.credential()?;
        let now = self.now();
        let claims = SessionClaims {
            aud: audience.name().to_owned(),
            sub: credential.to_string(),
            tenant: who.tenant.to_string(),
            jti: HEXLOWER.encode(&self.vault().random::<16>()),
            iat: now.as_second(),
            exp: (now + SESSION_LIFETIME).as_second(),
        };
        self.note_access(who, "session.opened", Subject::list(audience.name()));
        Some(self.vault().session_key().sign(&claims))
    }

    /// Whom a session token stands for, at this moment. One whose key was withdrawn is invalid.
    pub async fn principal_of_session(
        &self,
        token: &str,
        audience: Audience,
    ) -> Result<Principal, SessionRefusal> {
        let key = self.vault().session_key();
        let claims = key.verify(token, audience.name(), self.now())?;
        let ids = (claims.tenant.parse::<TenantId>(), claims.sub.parse::<CredentialId>());
        let (Ok(tenant), Ok(credential)) = ids else {
            return Err(SessionTokenError::Invalid.into());
        };
        let row = self.store().credential_by_id(tenant, credential).await;
        let row = row.map_err(EngineError::from)?;
        let who = row.and_then(|row| principal(tenant, row, CredentialKind::ApiKey));
        who.ok_or_else(|| SessionTokenError::Invalid.into())
    }
}

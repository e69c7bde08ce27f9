//! The gateway's own access tokens, by OAuth 2.0 client credentials (RFC 6749 §4.4), for facades
//! whose clients present a bearer JWT.
//!
//! A token is checked in two steps. Its signature says that this installation gave it out, to whom
//! and for which facade; the store says whether that client still holds, and what it may do
//! (ADR 0010). So a client that is withdrawn is out at once, whatever tokens it has.
//!
//! A key signs for [`SIGNING_PERIOD`] and is then replaced by whoever needs one first. What it
//! signed is taken for [`TOKEN_LIFETIME`] more; then the key is forgotten. Processes on one store
//! share the keys: one that meets a `kid` that it does not know looks into the store once more.

mod claims;
mod keys;
mod rotation;

use cartola_crypto::jws::{Expected, Jwks, TokenError};
use cartola_model::Principal;
use cartola_primitives::id::{CredentialId, TenantId};
use cartola_primitives::{Secret, SignedDuration};
use cartola_store::tenancy::CredentialKind;

use crate::access::Subject;
use crate::tenants::principal;
use crate::{Engine, EngineError};

pub(crate) use keys::end_of;
pub(crate) use rotation::{TokenKeys, is_due};

/// How long a token is taken. Whoever has its client's secret asks for another.
pub const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// How long a key signs before another takes its place.
pub const SIGNING_PERIOD: SignedDuration = SignedDuration::from_hours(30 * 24);

/// `typ` of our access tokens. Not RFC 9068's `at+jwt`: they are for this gateway alone.
pub const TOKEN_KIND: &str = "cartola-access+jwt";

/// `typ` of the access tokens of a device's session.
pub const SESSION_KIND: &str = "cartola-session+jwt";

/// `iss` of our tokens. Installations are told apart by their keys.
pub const ISSUER: &str = "cartola";

/// A facade by its name, as the one that takes a token. A token for one facade opens no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audience(&'static str);

impl Audience {
    /// The facade of that name, such as `khipu`.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// `aud`.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// A token, for its client alone.
pub struct IssuedToken {
    /// The compact JWS.
    pub token: Secret<String>,
    /// How long it is taken from now on.
    pub lifetime: SignedDuration,
    /// Whom it stands for, and what that client may do at present.
    pub who: Principal,
}

/// Why a token opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum TokenRefusal {
    /// It is not one of ours, not for this facade, or its time is not now.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The client that it was given to is not there, or was withdrawn.
    #[error("the client that the token was given to is unknown or withdrawn")]
    Client,
    /// It could not be looked at.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Engine {
    /// A token for a client that shows its secret; `None` for any other, without telling why.
    ///
    /// The issue is in the audit trail as a read is, gathered and within a second: a token changes
    /// nothing, what is done with it has entries of its own, and tokens are given out also when
    /// the disk is full.
    pub async fn issue_token(
        &self,
        client_id: &str,
        client_secret: &str,
        audience: Audience,
    ) -> Result<Option<IssuedToken>, EngineError> {
        let Some(who) = self.authenticate_client(client_id, client_secret).await? else {
            return Ok(None);
        };
        let client = who.actor.credential().ok_or(EngineError::Interrupted)?;
        let of = (who.tenant, client);
        let token = self.sign_token(of, TOKEN_KIND, (audience, TOKEN_LIFETIME)).await?;
        self.note_access(&who, "token.issued", Subject::list(audience.name()));
        Ok(Some(IssuedToken { token, lifetime: TOKEN_LIFETIME, who }))
    }

    /// Whom a token stands for, at this moment and for this facade. Asks the store at every call,
    /// as [`Self::authenticate`] does.
    pub async fn principal_of_token(
        &self,
        token: &str,
        audience: Audience,
    ) -> Result<Principal, TokenRefusal> {
        let (tenant, client) = self.checked_token(token, TOKEN_KIND, audience).await?;
        let row = self.store().credential_by_id(tenant, client).await.map_err(EngineError::from)?;
        row.and_then(|row| principal(tenant, row, CredentialKind::ClientSecret))
            .ok_or(TokenRefusal::Client)
    }

    /// A token of a credential that is no client, such as the session of a device.
    pub(crate) async fn sign_token(
        &self,
        who: (TenantId, CredentialId),
        kind: &str,
        (audience, lifetime): (Audience, SignedDuration),
    ) -> Result<Secret<String>, EngineError> {
        let now = self.now();
        let keys = self.keys_to_sign(now).await?;
        let signer = keys.signer(now).ok_or(EngineError::Contended)?;
        let who = Principal::named(who.0, Some(who.1));
        let claims = claims::of(&who, (audience, lifetime), self.vault().random(), now);
        let token = signer.sign(kind, &claims).expect("a token of our own claims is short");
        Ok(Secret::new(token))
    }

    /// What a token of that kind says it was given to; the store is still to be asked.
    pub(crate) async fn checked_token(
        &self,
        token: &str,
        kind: &str,
        audience: Audience,
    ) -> Result<(TenantId, CredentialId), TokenRefusal> {
        let expected = Expected { kind, issuer: ISSUER, audience: audience.name() };
        let now = self.now();
        let known = self.keys_to_check(now).await?;
        let claims = match known.set().verify(token, &expected, now) {
            Err(TokenError::UnknownKey) => {
                self.keys_once_more(now).await?.set().verify(token, &expected, now)?
            }
            checked => checked?,
        };
        Ok(claims::client_of(&claims)?)
    }

    /// The public keys of all tokens that are taken; none before the first token. At most a second
    /// behind what other processes did.
    pub async fn jwks(&self) -> Result<Jwks, EngineError> {
        Ok(self.keys_to_publish(self.now()).await?.set().jwks())
    }
}

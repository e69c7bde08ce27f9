//! Sessions that a person's device holds at a facade: a short access token and a refresh token that
//! works once.
//!
//! A session stands for a link and is bound to the device that opened it. It is one credential of its
//! tenant: its secret is the refresh token that is in use, of which the store has a keyed digest and
//! nothing else, and what the session is of is sealed beside it. A refresh token that was used before is
//! known by what the installation's key says of it, and ends the session: whoever has it copied it, or
//! was copied from ([ADR 0025](../../../docs/adr/0025-a-session-of-a-device-is-a-link.md)).

use cartola_crypto::{Digest, Place};
use cartola_model::access::Actor;
use cartola_model::audit::AuditEvent;
use cartola_model::{LinkStanding, LinkState, Principal, Scope};
use cartola_primitives::id::{ConsentId, CredentialId, ID_BYTES, LinkId, TenantId};
use cartola_primitives::{Secret, SignedDuration, Timestamp};
use cartola_store::people::LinkRow;
use cartola_store::tenancy::{CredentialKind, CredentialRow};
use cartola_store::{Command, UnitOfWork};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::access::Subject;
use crate::retry::{MaybeConflict, until_settled};
use crate::tokens::{Audience, SESSION_KIND, TokenRefusal};
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// How long an access token is taken, as Mi Banco's document prints it.
pub const ACCESS_LIFETIME: SignedDuration = SignedDuration::from_secs(900);

/// How long a session lasts that is not renewed.
pub const SESSION_TERM: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long one lasts at most, however often it is renewed: then its holder signs in again. Payment
/// services of the European Union ask for it that often (Delegated Regulation 2018/389, article 10, as it
/// stood at first); no rule of Chile names a number.
pub const SESSION_LASTS: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Longest name of a device, in bytes.
pub const MAX_DEVICE_BYTES: usize = 128;

/// In front of a refresh token.
const REFRESH_PREFIX: &str = "rt_";

/// Random bytes of a refresh token, and those that show that it was given out here.
const RANDOM_BYTES: usize = 24;
const PROOF_BYTES: usize = 16;

/// The scopes of a session that nobody's key opened, at a host that stands for one tenant. Its bank has
/// let the customer in, which is what enrolling a phone of theirs asks for.
const HOST_SCOPES: [Scope; 3] = [Scope::Read, Scope::Manage, Scope::Enrol];

/// A session that holds.
pub struct DeviceSession {
    /// Its id, as the audit trail has it.
    pub id: CredentialId,
    /// On whose behalf it acts: the tenant, through the key that opened it, or as the session itself.
    pub who: Principal,
    /// What it stands for.
    pub link: LinkRow,
}

/// Where a token comes along, and from what.
#[derive(Debug, Clone, Copy)]
pub struct Presented<'a> {
    /// The facade.
    pub audience: Audience,
    /// The device that the call names. One that names none shows the token alone: whether that is enough
    /// is the facade's to say.
    pub device: Option<&'a str>,
    /// Whose sessions the host opens without a key, as it is configured now: those that were opened so
    /// hold nowhere else.
    pub host: Option<TenantId>,
}

/// What a device is given.
pub struct SessionTokens {
    /// The session.
    pub session: DeviceSession,
    /// For each call, for [`ACCESS_LIFETIME`].
    pub access: Secret<String>,
    /// For the next renewal, once.
    pub refresh: Secret<String>,
}

/// Why a token opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum DeviceSessionError {
    /// It is none that was given out here, its time is over, or its session has ended.
    #[error("the token is unknown or has expired, or its session has ended")]
    Ended,
    /// The mandate under which it was opened was revoked, or has run out.
    #[error("the mandate under which this session was opened has ended")]
    MandateEnded,
    /// Another device opened the session.
    #[error("another device opened this session")]
    OtherDevice,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl MaybeConflict for DeviceSessionError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

impl From<TokenRefusal> for DeviceSessionError {
    fn from(refusal: TokenRefusal) -> Self {
        match refusal {
            TokenRefusal::Engine(error) => Self::Engine(error),
            TokenRefusal::Token(_) | TokenRefusal::Client => Self::Ended,
        }
    }
}

/// What is sealed of a session.
#[derive(Serialize, Deserialize)]
struct SealedSession {
    /// The facade whose session it is.
    facade: String,
    /// The key that opened it; absent where the host stands for the tenant.
    client: Option<CredentialId>,
    link: LinkId,
    /// The mandate that the link stood on as it was opened. A later one is another session's.
    mandate: ConsentId,
    /// Keyed digest of the device's name.
    device: String,
}

/// A session as it stands in the store.
struct Standing {
    tenant: TenantId,
    row: CredentialRow,
    sealed: SealedSession,
}

/// A refresh token that was given out here.
struct Refresh {
    tenant: TenantId,
    session: CredentialId,
    digest: Digest,
}

impl Engine {
    /// Opens a session of a device on a link that was begun in its name.
    pub async fn open_device_session(
        &self,
        who: &Principal,
        audience: Audience,
        link: LinkId,
        device: &str,
    ) -> Result<SessionTokens, EngineError> {
        let (tenant, id) = (who.tenant, self.minter().mint());
        let (refresh, digest) = self.refresh_token(tenant, &id);
        let secret = self.store().link_secret(tenant, link).await?.ok_or(EngineError::Contended)?;
        let sealed = SealedSession {
            facade: audience.name().to_owned(),
            client: who.actor.credential(),
            link,
            mandate: secret.mandate,
            device: self.device_digest(tenant, device).hex(),
        };
        let key = self.vault().key_of(tenant, None, self.minter(), self.now()).await?;
        let now = self.now();
        let row = CredentialRow {
            id,
            kind: CredentialKind::DeviceSession,
            scopes: Vec::new(),
            digest,
            sealed: Some(self.vault().seal_record(&key, &place(tenant, &id), &sealed)?),
            created_at: now,
            revoked_at: Some(ends(now, now)),
        };
        let event = AuditEvent::once("session.begun", who.actor, id);
        let event = event.with("facade", audience.name()).with("link", link);
        let work = UnitOfWork::new(tenant, now)
            .with(Command::AddCredential(row.clone()))
            .with(Command::Audit(event));
        self.store().commit(work).await?;
        let standing = Standing { tenant, row, sealed };
        let host = Some(tenant);
        let session = self.session_of(&standing, host).await.map_err(|error| match error {
            DeviceSessionError::Engine(error) => error,
            _ => EngineError::Contended,
        })?;
        self.tokens_of(session, audience, refresh).await
    }

    /// Whom an access token stands for, at this moment and from this device.
    pub async fn device_session(
        &self,
        token: &str,
        at: &Presented<'_>,
    ) -> Result<DeviceSession, DeviceSessionError> {
        let session = self.checked_token(token, SESSION_KIND, at.audience).await?;
        self.held_session(session, at).await
    }

    /// Whose session a refresh token is of, and nothing done with it: whoever asks too often is told so
    /// before it is used up.
    pub async fn device_session_to_renew(
        &self,
        refresh: &str,
        at: &Presented<'_>,
    ) -> Result<DeviceSession, DeviceSessionError> {
        let known = self.parse_refresh(refresh).ok_or(DeviceSessionError::Ended)?;
        self.held_session((known.tenant, known.session), at).await
    }

    async fn held_session(
        &self,
        session: (TenantId, CredentialId),
        at: &Presented<'_>,
    ) -> Result<DeviceSession, DeviceSessionError> {
        let standing = self.standing_session(session, at.audience).await?;
        self.check_device(&standing, at.device)?;
        self.session_of(&standing, at.host).await
    }

    /// New tokens for the refresh token in use. One that was used before ends the session.
    pub async fn renew_device_session(
        &self,
        refresh: &str,
        at: &Presented<'_>,
    ) -> Result<SessionTokens, DeviceSessionError> {
        let known = self.parse_refresh(refresh).ok_or(DeviceSessionError::Ended)?;
        until_settled(|| async {
            let session = (known.tenant, known.session);
            let standing = self.standing_session(session, at.audience).await?;
            self.check_device(&standing, at.device)?;
            let now = self.now();
            if standing.row.digest != known.digest {
                let who = Actor::Credential(known.session);
                self.revoke_session(&standing, who, "refresh_token_reused").await?;
                return Err(DeviceSessionError::Ended);
            }
            let session = self.session_of(&standing, at.host).await?;
            let (next, digest) = self.refresh_token(known.tenant, &known.session);
            let work = UnitOfWork::new(known.tenant, now).with(Command::RenewCredential {
                id: known.session,
                expected: known.digest,
                digest,
                until: ends(standing.row.created_at, now),
            });
            self.store().commit(work).await.map_err(EngineError::from)?;
            self.note_access(&session.who, "session.renewed", Subject::one(known.session));
            Ok(self.tokens_of(session, at.audience, next).await?)
        })
        .await
    }

    /// Ends the session of an access token, or of a refresh token, which outlives it; of one that has ended,
    /// nothing is left to end.
    pub async fn end_device_session(
        &self,
        token: &str,
        audience: Audience,
        device: Option<&str>,
    ) -> Result<(), DeviceSessionError> {
        let (tenant, id) = match self.parse_refresh(token) {
            Some(known) => (known.tenant, known.session),
            None => self.checked_token(token, SESSION_KIND, audience).await?,
        };
        until_settled(|| async {
            let standing = match self.standing_session((tenant, id), audience).await {
                Err(DeviceSessionError::Ended) => return Ok(()),
                standing => standing?,
            };
            self.check_device(&standing, device)?;
            Ok(self.revoke_session(&standing, Actor::Credential(id), "ended").await?)
        })
        .await
    }

    /// Ends all sessions of a tenant, with its keys or alone.
    pub async fn end_device_sessions(&self, tenant: TenantId) -> Result<(), EngineError> {
        until_settled(|| async {
            let event = AuditEvent::once("sessions.ended", Actor::Operator, tenant);
            let work = UnitOfWork::new(tenant, self.now())
                .with(Command::EndSessions)
                .with(Command::Audit(event));
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok(())
        })
        .await
    }

    async fn revoke_session(
        &self,
        standing: &Standing,
        actor: Actor,
        cause: &'static str,
    ) -> Result<(), EngineError> {
        let id = standing.row.id;
        let event = AuditEvent::once("session.ended", actor, id).with("cause", cause);
        let work = UnitOfWork::new(standing.tenant, self.now())
            .with(Command::RevokeCredential(id))
            .with(Command::Audit(event));
        self.store().commit(work).await?;
        Ok(())
    }

    /// A session that holds, of this facade.
    async fn standing_session(
        &self,
        (tenant, id): (TenantId, CredentialId),
        audience: Audience,
    ) -> Result<Standing, DeviceSessionError> {
        let row = self.store().credential_by_id(tenant, id).await.map_err(EngineError::from)?;
        let holds = |row: &CredentialRow| {
            row.kind == CredentialKind::DeviceSession && row.holds(self.now())
        };
        let row = row.filter(holds).ok_or(DeviceSessionError::Ended)?;
        let sealed = row.sealed.as_ref().ok_or(DeviceSessionError::Ended)?;
        let sealed: SealedSession = self.vault().open_record(&place(tenant, &id), sealed).await?;
        if sealed.facade != audience.name() {
            return Err(DeviceSessionError::Ended);
        }
        Ok(Standing { tenant, row, sealed })
    }

    /// On whose behalf a session acts at present. It has ended where its client, its link or its mandate has,
    /// or the host that opened it without a key stands for its tenant no more.
    async fn session_of(
        &self,
        standing: &Standing,
        host: Option<TenantId>,
    ) -> Result<DeviceSession, DeviceSessionError> {
        let Standing { tenant, row, sealed } = standing;
        let who = match sealed.client {
            None if host != Some(*tenant) => return Err(DeviceSessionError::Ended),
            None => Principal {
                tenant: *tenant,
                actor: Actor::Credential(row.id),
                scopes: HOST_SCOPES.to_vec(),
            },
            Some(id) => {
                let client = self.store().credential_by_id(*tenant, id).await;
                let client = client.map_err(EngineError::from)?;
                let client = client.filter(|client| client.revoked_at.is_none());
                let client = client.ok_or(DeviceSessionError::Ended)?;
                Principal { tenant: *tenant, actor: Actor::Credential(id), scopes: client.scopes }
            }
        };
        let link = self.store().link(*tenant, sealed.link).await.map_err(EngineError::from)?;
        // One that was ended and begun again since is another one to whoever held this session.
        let since = |link: &LinkRow| match link.state {
            LinkState::Active { since } => Some(since),
            LinkState::Revoked { .. } => None,
        };
        let link = link.filter(|link| since(link).is_some_and(|since| since <= row.created_at));
        let link = link.ok_or(DeviceSessionError::Ended)?;
        let mandate = self.store().consent(*tenant, sealed.mandate).await;
        let mandate =
            mandate.map_err(EngineError::from)?.ok_or(DeviceSessionError::MandateEnded)?;
        match link.state.under(Some(&mandate.state), self.now()) {
            LinkStanding::Active { .. } | LinkStanding::Suspended { .. } => {
                Ok(DeviceSession { id: row.id, who, link })
            }
            LinkStanding::Expired { .. } | LinkStanding::Revoked { .. } => {
                Err(DeviceSessionError::MandateEnded)
            }
        }
    }

    fn check_device(
        &self,
        standing: &Standing,
        device: Option<&str>,
    ) -> Result<(), DeviceSessionError> {
        let Some(device) = device else { return Ok(()) };
        let is_it = self.device_digest(standing.tenant, device).hex() == standing.sealed.device;
        if is_it { Ok(()) } else { Err(DeviceSessionError::OtherDevice) }
    }

    fn device_digest(&self, tenant: TenantId, device: &str) -> Digest {
        self.vault().digest(purpose::SESSION_DEVICE, tenant, device.as_bytes())
    }

    async fn tokens_of(
        &self,
        session: DeviceSession,
        audience: Audience,
        refresh: Secret<String>,
    ) -> Result<SessionTokens, EngineError> {
        let of = (session.who.tenant, session.id);
        let access = self.sign_token(of, SESSION_KIND, (audience, ACCESS_LIFETIME)).await?;
        Ok(SessionTokens { session, access, refresh })
    }

    /// A fresh refresh token: tenant, session, random bytes, and what only this installation can say of
    /// them.
    fn refresh_token(&self, tenant: TenantId, id: &CredentialId) -> (Secret<String>, Digest) {
        let random: [u8; RANDOM_BYTES] = self.vault().random();
        let body = Secret::new([tenant.as_bytes().as_slice(), id.as_bytes(), &random].concat());
        let proof = self.vault().digest(purpose::REFRESH_TOKEN, tenant, body.expose());
        let bytes = [body.expose().as_slice(), &proof.as_bytes()[..PROOF_BYTES]].concat();
        let bytes = Secret::new(bytes);
        let digest = self.vault().digest(purpose::CREDENTIAL, tenant, bytes.expose());
        let text = format!("{REFRESH_PREFIX}{}", BASE64URL_NOPAD.encode(bytes.expose()));
        (Secret::new(text), digest)
    }

    fn parse_refresh(&self, text: &str) -> Option<Refresh> {
        let text = text.strip_prefix(REFRESH_PREFIX)?;
        let bytes = Secret::new(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?);
        let (body, proof) = bytes.expose().split_last_chunk::<PROOF_BYTES>()?;
        let (tenant, rest) = body.split_first_chunk::<ID_BYTES>()?;
        let (session, random) = rest.split_first_chunk::<ID_BYTES>()?;
        let tenant = TenantId::from_bytes(*tenant);
        let expected = self.vault().digest(purpose::REFRESH_TOKEN, tenant, body);
        let is_ours: bool = expected.as_bytes()[..PROOF_BYTES].ct_eq(proof).into();
        (is_ours && random.len() == RANDOM_BYTES).then(|| Refresh {
            tenant,
            session: CredentialId::from_bytes(*session),
            digest: self.vault().digest(purpose::CREDENTIAL, tenant, bytes.expose()),
        })
    }
}

/// When a session ends that was begun then and is renewed now.
fn ends(begun: Timestamp, now: Timestamp) -> Timestamp {
    (now + SESSION_TERM).min(begun + SESSION_LASTS)
}

fn place(tenant: TenantId, id: &CredentialId) -> Place<'_> {
    Place { table: "credential", column: "session", row: id.as_bytes(), tenant }
}

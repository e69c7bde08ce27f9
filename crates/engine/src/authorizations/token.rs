//! Texts that are rights: the code of an enrolment, the secret of a phone, the token of an approval.
//!
//! Each names its tenant in front. A code and a token are derived under the installation's key, so that
//! the store has a digest of the one and nothing of the other. A secret is the phone's alone.

use cartola_crypto::{DeviceSecret, Digest};
use cartola_primitives::Secret;
use cartola_primitives::id::{AuthorizationId, EnrolmentId, ID_BYTES, TenantId};
use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;

use crate::Engine;
use crate::vault::purpose;

/// Bytes of a code or token that nobody can guess.
const SECRET_BYTES: usize = 24;

/// In front of a phone's secret, so that it is known where it should not be.
const PHONE_PREFIX: &str = "mpd_";

/// In front of an approval's token.
const APPROVAL_PREFIX: &str = "mp_";

/// A secret that a phone sent.
pub(super) struct SentSecret {
    pub tenant: TenantId,
    pub enrolment: EnrolmentId,
    pub secret: DeviceSecret,
}

impl Engine {
    pub(super) fn enrolment_code(&self, tenant: TenantId, id: &EnrolmentId) -> Secret<String> {
        let digest = self.vault().digest(purpose::ENROLMENT_CODE, tenant, id.as_bytes());
        written("", &[tenant.as_bytes(), &digest.as_bytes()[..SECRET_BYTES]])
    }

    /// The tenant of a code, and what its enrolment is found by; nothing where it is no code.
    pub(super) fn parse_enrolment_code(&self, code: &str) -> Option<(TenantId, Digest)> {
        let bytes = BASE64URL_NOPAD.decode(code.as_bytes()).ok()?;
        let (tenant, secret) = bytes.split_first_chunk()?;
        let tenant = TenantId::from_bytes(*tenant);
        (secret.len() == SECRET_BYTES).then(|| (tenant, self.code_digest(tenant, code)))
    }

    pub(super) fn code_digest(&self, tenant: TenantId, code: &str) -> Digest {
        self.vault().digest(purpose::ENROLMENT_FOUND, tenant, code.as_bytes())
    }

    pub(super) fn approval_token(&self, tenant: TenantId, id: &AuthorizationId) -> Secret<String> {
        let digest = self.vault().digest(purpose::AUTHORIZATION_TOKEN, tenant, id.as_bytes());
        let parts = [tenant.as_bytes(), id.as_bytes(), &digest.as_bytes()[..SECRET_BYTES]];
        written(APPROVAL_PREFIX, &parts)
    }

    /// The authorization that a token of this tenant is of, or an id; whether it was the id alone.
    pub(super) fn named_approval(
        &self,
        tenant: TenantId,
        text: &str,
    ) -> Option<(AuthorizationId, bool)> {
        if let Ok(id) = text.parse() {
            return Some((id, true));
        }
        self.parse_approval_token(tenant, text).map(|id| (id, false))
    }

    fn parse_approval_token(&self, tenant: TenantId, token: &str) -> Option<AuthorizationId> {
        let text = token.strip_prefix(APPROVAL_PREFIX)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let id = bytes.get(ID_BYTES..2 * ID_BYTES)?.try_into().ok()?;
        let id = AuthorizationId::from_bytes(id);
        let expected = self.approval_token(tenant, &id);
        let is_it: bool = expected.expose().as_bytes().ct_eq(token.as_bytes()).into();
        is_it.then_some(id)
    }
}

pub(super) fn phone_secret(
    tenant: TenantId,
    id: EnrolmentId,
    secret: &DeviceSecret,
) -> Secret<String> {
    written(PHONE_PREFIX, &[tenant.as_bytes(), id.as_bytes(), secret.expose()])
}

pub(super) fn parse_phone_secret(text: &str) -> Option<SentSecret> {
    let text = text.strip_prefix(PHONE_PREFIX)?;
    let bytes = Secret::new(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?);
    let (tenant, rest) = bytes.expose().split_first_chunk()?;
    let (id, seed) = rest.split_first_chunk()?;
    Some(SentSecret {
        tenant: TenantId::from_bytes(*tenant),
        enrolment: EnrolmentId::from_bytes(*id),
        secret: DeviceSecret::from_bytes(seed.try_into().ok()?),
    })
}

fn written(prefix: &str, parts: &[&[u8]]) -> Secret<String> {
    let bytes = Secret::new(parts.concat());
    Secret::new(format!("{prefix}{}", BASE64URL_NOPAD.encode(bytes.expose())))
}

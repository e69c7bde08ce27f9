//! Tokens: the right to see a checkout and to pay it.
//!
//! A token is derived from the checkout's id under the installation's key, so that the tenant can be
//! told it again, and the store has its digest alone. In front stands whose it is, as in API keys.

use cartola_crypto::Digest;
use cartola_primitives::Secret;
use cartola_primitives::id::{CheckoutId, TenantId};
use data_encoding::BASE64URL_NOPAD;

use crate::Engine;
use crate::vault::purpose;

/// Bytes of a token that nobody can guess.
const SECRET_BYTES: usize = 24;

impl Engine {
    pub(super) fn checkout_token(&self, tenant: TenantId, id: &CheckoutId) -> Secret<String> {
        let digest = self.vault().digest(purpose::CHECKOUT_TOKEN, tenant, id.as_bytes());
        let bytes = [tenant.as_bytes().as_slice(), &digest.as_bytes()[..SECRET_BYTES]].concat();
        Secret::new(BASE64URL_NOPAD.encode(&bytes))
    }

    /// The tenant of a token, and what its checkout is found by; nothing where it is no token.
    pub(super) fn parse_checkout_token(&self, token: &str) -> Option<(TenantId, Digest)> {
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
        let (tenant, secret) = bytes.split_first_chunk()?;
        let tenant = TenantId::from_bytes(*tenant);
        (secret.len() == SECRET_BYTES).then(|| (tenant, self.checkout_digest(tenant, token)))
    }

    /// What a checkout is found by where the tenant names it.
    pub(super) fn checkout_case_key(&self, tenant: TenantId, case: &str) -> Digest {
        self.vault().digest(purpose::CHECKOUT_CASE, tenant, case.as_bytes())
    }

    pub(super) fn checkout_digest(&self, tenant: TenantId, token: &str) -> Digest {
        self.vault().digest(purpose::CHECKOUT_PAGE, tenant, token.as_bytes())
    }
}

//! Pages: the right to answer once.
//!
//! A token is derived from the payment and the version in which it was asked for, under the
//! installation's key. So whoever may read the payment can be told it, and the store has its digest
//! alone.

use cartola_crypto::Digest;
use cartola_model::{PaymentState, Principal};
use cartola_primitives::SignedDuration;
use cartola_primitives::id::{PaymentId, TenantId};
use cartola_store::payments::{PaymentPage, PaymentRow};
use data_encoding::HEXLOWER;

use super::Payment;
use crate::Engine;
use crate::vault::purpose;

/// How long an answer is taken on a page.
pub const PAGE_LASTS: SignedDuration = SignedDuration::from_mins(5);

/// Bytes of a token.
const TOKEN_BYTES: usize = 20;

impl Engine {
    /// The page of a payment that will stand so in that version.
    pub(super) fn page_for(
        &self,
        tenant: TenantId,
        id: PaymentId,
        version: u32,
        state: &PaymentState,
    ) -> Option<PaymentPage> {
        let PaymentState::Challenged(asked) = state else { return None };
        asked.challenge.kind.takes_answer().then(|| {
            let token = self.page_token(tenant, id, version);
            let expires_at = self.now() + PAGE_LASTS;
            PaymentPage { digest: self.page_digest(tenant, &token), expires_at }
        })
    }

    pub(super) fn page_digest(&self, tenant: TenantId, token: &str) -> Digest {
        self.vault().digest(purpose::PAYMENT_PAGE, tenant, token.as_bytes())
    }

    fn page_token(&self, tenant: TenantId, id: PaymentId, version: u32) -> String {
        let named = [id.as_bytes().as_slice(), &version.to_be_bytes()].concat();
        let digest = self.vault().digest(purpose::PAYMENT_TOKEN, tenant, &named);
        HEXLOWER.encode(&digest.as_bytes()[..TOKEN_BYTES])
    }

    /// A payment with its page, if it has one.
    pub(super) fn shown(&self, who: &Principal, row: PaymentRow) -> Payment {
        let page = row.standing.page.map(|_| self.page_token(who.tenant, row.id, row.version));
        Payment { row, page }
    }
}

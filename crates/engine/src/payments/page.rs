//! Pages: the right to answer once.
//!
//! A token is derived from the payment and the version in which it was asked for, under the
//! installation's key. So whoever may read the payment can be told it, and the store has its digest
//! alone. Where a challenge ran out, that is kept, so that whoever comes too late is told so.

use cartola_crypto::Digest;
use cartola_model::{PaymentFailure, PaymentState, Principal, TransferFailure, TransferState};
use cartola_primitives::SignedDuration;
use cartola_primitives::id::{PaymentId, TenantId};
use cartola_store::UnitOfWork;
use cartola_store::payments::{PaymentPage, PaymentRow};
use data_encoding::HEXLOWER;

use super::Payment;
use super::moving::Move;
use crate::retry::until_settled;
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// How long an answer is taken on a page.
pub const PAGE_LASTS: SignedDuration = SignedDuration::from_mins(5);

/// What becomes of a payment whose customer did not answer in time.
const TOO_LATE: PaymentFailure = PaymentFailure::Refused(TransferFailure::ChallengeExpired);

/// Bytes of a token.
const TOKEN_BYTES: usize = 20;

impl Engine {
    /// The page of a payment that will stand so in that version, given the one that it has.
    pub(super) fn page_for(
        &self,
        tenant: TenantId,
        (row, version): (&PaymentRow, u32),
        state: &PaymentState,
    ) -> Option<PaymentPage> {
        let id = row.id;
        let asked = match state {
            PaymentState::Challenged(asked) => asked,
            PaymentState::Failed { reason: TOO_LATE, .. } => return row.standing.page,
            _ => return None,
        };
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

    /// A payment with its page, if the customer is to answer on one.
    pub(super) fn shown(&self, who: &Principal, row: PaymentRow) -> Payment {
        let is_asked = matches!(row.standing.state, PaymentState::Challenged(_));
        let page = row.standing.page.filter(|_| is_asked);
        let page = page.map(|_| self.page_token(who.tenant, row.id, row.version));
        Payment { row, page }
    }

    /// A payment with a page on which an answer is taken now, if the customer is to answer on one.
    pub(crate) async fn payment_anew(
        &self,
        who: &Principal,
        id: PaymentId,
    ) -> Result<Option<Payment>, EngineError> {
        until_settled(|| async {
            match self.store().payment(who.tenant, id).await? {
                Some(row) => self.shown_anew(who, row).await.map(Some),
                None => Ok::<_, EngineError>(None),
            }
        })
        .await
    }

    /// The same, with a new page where the last has run out and the bank still asks.
    pub(super) async fn shown_anew(
        &self,
        who: &Principal,
        row: PaymentRow,
    ) -> Result<Payment, EngineError> {
        let (now, before) = (self.now(), &row.standing);
        let PaymentState::Challenged(asked) = &before.state else {
            return Ok(self.shown(who, row));
        };
        let has_run_out = before.page.is_some_and(|page| now >= page.expires_at);
        if !has_run_out || now >= asked.challenge.expires_at {
            return Ok(self.shown(who, row));
        }
        let asks = TransferState::Challenged(asked.challenge.clone());
        let again = before.state.clone().told(&asks, now);
        let again = Move::to(again.map_err(|_| EngineError::Interrupted)?);
        let mut work = UnitOfWork::new(who.tenant, now);
        let (commands, row) = self.moving(who, &row, &again, None).await?;
        work.commands = commands;
        self.store().commit(work).await?;
        Ok(self.shown(who, row))
    }
}

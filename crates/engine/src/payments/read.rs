//! Looking at payments.

use std::time::Duration;

use cartola_model::{PaymentStanding, Principal};
use cartola_primitives::id::PaymentId;
use cartola_store::Page;

use super::Payment;
use crate::access::Subject;
use crate::work::Looks;
use crate::{Engine, EngineError};

impl Engine {
    /// A payment of the tenant.
    pub async fn payment(
        &self,
        who: &Principal,
        id: PaymentId,
    ) -> Result<Option<Payment>, EngineError> {
        self.note_access(who, "payment.read", Subject::one(id));
        self.payment_unnoted(who, id).await
    }

    /// The payment of that case, as [`super::PaymentOrder::case`] named it, for what follows by
    /// itself: nobody has read anything.
    pub async fn payment_of_case(
        &self,
        who: &Principal,
        case: &str,
    ) -> Result<Option<Payment>, EngineError> {
        let key = self.case_key(who.tenant, case);
        let Some(row) = self.store().payment_of_case(who.tenant, &key).await? else {
            return Ok(None);
        };
        Ok(Some(self.shown(who, row)))
    }

    pub(crate) async fn payment_unnoted(
        &self,
        who: &Principal,
        id: PaymentId,
    ) -> Result<Option<Payment>, EngineError> {
        let row = self.store().payment(who.tenant, id).await?;
        Ok(row.map(|row| self.shown(who, row)))
    }

    /// Payments, by age; those that stand so if asked.
    pub async fn payments(
        &self,
        who: &Principal,
        standing: Option<PaymentStanding>,
        after: Option<PaymentId>,
        limit: usize,
    ) -> Result<Page<Payment, PaymentId>, EngineError> {
        self.note_access(who, "payment.read", Subject::list("payments"));
        let page = self.store().payments(who.tenant, standing, after, limit).await?;
        let rows = page.rows.into_iter().map(|row| self.shown(who, row)).collect();
        Ok(Page { rows, next: page.next })
    }

    /// The payment once it is another than in the version `seen` and the bank is not just being
    /// asked, or so much time has passed.
    pub async fn next_payment(
        &self,
        who: &Principal,
        id: PaymentId,
        seen: Option<u32>,
        longest: Duration,
    ) -> Result<Option<Payment>, EngineError> {
        self.note_access(who, "payment.read", Subject::one(id));
        let mut looks = Looks::at(self, id, longest);
        loop {
            let Some(now) = self.payment_unnoted(who, id).await? else { return Ok(None) };
            let standing = now.state().standing();
            let is_news = seen != Some(now.row.version) && !standing.is_under_way();
            if is_news || standing.is_final() || !looks.again().await {
                return Ok(Some(now));
            }
        }
    }
}

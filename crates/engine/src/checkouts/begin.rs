//! Asking for an amount.

use cartola_model::audit::AuditEvent;
use cartola_model::{CheckoutState, OperationKind, Principal};
use cartola_primitives::id::CheckoutId;
use cartola_store::checkouts::{CheckoutProgress, CheckoutRow};
use cartola_store::payments::PaymentCase;
use cartola_store::{Command, UnitOfWork};

use super::jobs::expiry;
use super::order::SealedOrder;
use super::{CHECKOUT_TERM, Checkout, CheckoutError, CheckoutOrder};
use crate::authorizations::LeaveError;
use crate::payments::{PaymentError, check_amount, check_case, check_comment};
use crate::retry::until_settled;
use crate::vault::purpose;
use crate::{Engine, EngineError};

impl Engine {
    /// Begins a checkout. The same case with the same request is the checkout that it was the first
    /// time, however it stands by now.
    pub async fn begin_checkout(
        &self,
        who: &Principal,
        order: &CheckoutOrder<'_>,
    ) -> Result<Checkout, CheckoutError> {
        check_case(order.case)?;
        let case = PaymentCase {
            key: self.checkout_case_key(who.tenant, order.case),
            fingerprint: self.vault().digest(purpose::FINGERPRINT, who.tenant, order.request),
        };
        let row = until_settled(|| self.begin_checkout_once(who, order, case)).await?;
        Ok(self.shown_checkout(who.tenant, row).await?)
    }

    async fn begin_checkout_once(
        &self,
        who: &Principal,
        order: &CheckoutOrder<'_>,
        case: PaymentCase,
    ) -> Result<CheckoutRow, CheckoutError> {
        let known = self.store().checkout_of_case(who.tenant, &case.key).await;
        if let Some(known) = known.map_err(EngineError::from)? {
            let is_same = known.case.fingerprint == case.fingerprint;
            return if is_same { Ok(known) } else { Err(PaymentError::OtherRequest.into()) };
        }
        // What was begun is known whatever may be begun by now.
        check_amount(order.amount)?;
        check_comment(order.terms.comment.as_deref())?;
        self.merchant().ok_or(PaymentError::NoMerchant)?;
        // Nobody approves on the page of a checkout.
        if self.requires_approval(who.tenant, OperationKind::Transfer) {
            return Err(PaymentError::Leave(LeaveError::Needed(Vec::new())).into());
        }
        let row = self.checkout_row(who, order, case).await?;
        let opened = AuditEvent::once("checkout.open", who.actor, row.id);
        let expiry = self.checkout_job(&expiry(), who, &row, row.expires_at).await?;
        let work = UnitOfWork::new(who.tenant, row.created_at)
            .with(Command::AddCheckout(Box::new(row.clone())))
            .with(Command::EnqueueJob(expiry))
            .with(Command::Audit(opened));
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(row)
    }

    async fn checkout_row(
        &self,
        who: &Principal,
        order: &CheckoutOrder<'_>,
        case: PaymentCase,
    ) -> Result<CheckoutRow, EngineError> {
        let (tenant, id): (_, CheckoutId) = (who.tenant, self.minter().mint());
        let at = UnitOfWork::new(tenant, self.now()).at;
        let key = self.vault().key_of(tenant, None, self.minter(), at).await?;
        let place = CheckoutRow::order_place(tenant, &id);
        let token = self.checkout_token(tenant, &id);
        Ok(CheckoutRow {
            id,
            token: self.checkout_digest(tenant, token.expose()),
            case,
            amount: order.amount,
            order: self.vault().seal_record(&key, &place, &SealedOrder::of(who, order))?,
            created_at: at,
            expires_at: at + CHECKOUT_TERM,
            standing: CheckoutProgress {
                state: CheckoutState::opened(),
                changed_at: at,
                continuation: self.continuation(tenant, &key, Some(&order.next))?,
            },
            version: 1,
        })
    }
}

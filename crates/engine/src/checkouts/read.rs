//! Looking at checkouts.

use std::time::Duration;

use cartola_model::Principal;
use cartola_primitives::id::TenantId;
use cartola_store::checkouts::CheckoutRow;

use super::{Checkout, CheckoutStanding};
use crate::work::Looks;
use crate::{Engine, EngineError};

impl Engine {
    /// The checkout that a token opens, once there is something else to show than under the stamp
    /// `seen`, or so much time has passed. One that is not being paid is not waited for.
    pub async fn next_checkout(
        &self,
        token: &str,
        seen: &str,
        longest: Duration,
    ) -> Result<Option<Checkout>, EngineError> {
        let mut looks = Looks::new(self, longest);
        loop {
            let Some(now) = self.checkout(token).await? else { return Ok(None) };
            let is_paid_for = now.standing() == CheckoutStanding::Paying;
            if !is_paid_for || now.stamp() != seen || !looks.again().await {
                return Ok(Some(now));
            }
        }
    }

    /// The checkout that a token opens.
    pub async fn checkout(&self, token: &str) -> Result<Option<Checkout>, EngineError> {
        let Some((tenant, digest)) = self.parse_checkout_token(token) else { return Ok(None) };
        let row = self.store().checkout_of_token(tenant, &digest).await?;
        self.shown_if_there(tenant, row).await
    }

    /// The checkout of that case, as [`super::CheckoutOrder::case`] named it.
    pub async fn checkout_of_case(
        &self,
        who: &Principal,
        case: &str,
    ) -> Result<Option<Checkout>, EngineError> {
        let key = self.checkout_case_key(who.tenant, case);
        let row = self.store().checkout_of_case(who.tenant, &key).await?;
        self.shown_if_there(who.tenant, row).await
    }

    async fn shown_if_there(
        &self,
        tenant: TenantId,
        row: Option<CheckoutRow>,
    ) -> Result<Option<Checkout>, EngineError> {
        match row {
            Some(row) => self.shown_checkout(tenant, row).await.map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn shown_checkout(
        &self,
        tenant: TenantId,
        row: CheckoutRow,
    ) -> Result<Checkout, EngineError> {
        let order = self.opened_checkout_order(tenant, &row).await?;
        let who = order.who(tenant);
        let payment = match row.standing.state.payment() {
            Some(id) => self.payment_anew(&who, id).await?,
            None => None,
        };
        let token = self.checkout_token(tenant, &row.id);
        let is_over = self.now() >= row.expires_at;
        let rut = order.rut;
        Ok(Checkout { who, rut, terms: order.terms, payment, token, is_over, row })
    }
}

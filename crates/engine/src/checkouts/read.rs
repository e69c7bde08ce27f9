//! Looking at checkouts.

use std::time::Duration;

use cartola_model::Principal;
use cartola_primitives::id::{CheckoutId, TenantId};
use cartola_store::checkouts::CheckoutRow;
use cartola_store::jobs::LOOK_AGAIN;
use tokio::time::{Instant, sleep};

use super::{Checkout, CheckoutStanding};
use crate::{Engine, EngineError};

/// How long whoever waits lets pass before looking because the queue has moved; twice as long each
/// time.
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// The longest of these.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

impl Engine {
    /// The checkout that a token opens, once there is something else to show than under the stamp
    /// `seen`, or so much time has passed. One that is not being paid is not waited for.
    #[allow(clippy::disallowed_methods, reason = "whoever waits does so in monotonic time")]
    pub async fn next_checkout(
        &self,
        token: &str,
        seen: &str,
        longest: Duration,
    ) -> Result<Option<Checkout>, EngineError> {
        let deadline = Instant::now() + longest;
        let mut arrivals = self.store().arrivals();
        let mut pause = FIRST_PAUSE;
        loop {
            let Some(now) = self.checkout(token).await? else { return Ok(None) };
            let is_paid_for = now.standing() == CheckoutStanding::Paying;
            let left = deadline.saturating_duration_since(Instant::now());
            if !is_paid_for || now.stamp() != seen || left.is_zero() {
                return Ok(Some(now));
            }
            sleep(pause.min(left)).await;
            arrivals.next(LOOK_AGAIN.min(left)).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    /// The checkout that a token opens.
    pub async fn checkout(&self, token: &str) -> Result<Option<Checkout>, EngineError> {
        let Some((tenant, digest)) = self.parse_checkout_token(token) else { return Ok(None) };
        let row = self.store().checkout_of_token(tenant, &digest).await?;
        self.shown_if_there(tenant, row).await
    }

    /// A checkout of the tenant.
    pub async fn checkout_of(
        &self,
        who: &Principal,
        id: CheckoutId,
    ) -> Result<Option<Checkout>, EngineError> {
        let row = self.store().checkout(who.tenant, id).await?;
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

//! Leaving a checkout without having paid.

use cartola_store::UnitOfWork;

use super::CheckoutError;
use crate::retry::until_settled;
use crate::{Engine, EngineError};

impl Engine {
    /// Ends a checkout that is not being paid, as its payer wishes.
    pub async fn leave_checkout(&self, token: &str) -> Result<(), CheckoutError> {
        until_settled(|| async {
            let checkout = self.checkout(token).await?.ok_or(CheckoutError::Unknown)?;
            let state = checkout.row.standing.state.leave()?;
            let mut work = UnitOfWork::new(checkout.who.tenant, self.now());
            work.commands = self.moving_checkout(&checkout.who, &checkout.row, state);
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok(())
        })
        .await
    }
}

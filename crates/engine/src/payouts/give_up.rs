//! Giving up a payout.

use cartola_model::Principal;

use super::Payout;
use crate::payments::CancelPaymentError;
use crate::{Engine, EngineError};

impl Engine {
    /// Gives up every line that its bank does not have all of, as [`Engine::cancel_payment`] does. What
    /// the bank has stands. The last line is the first to be given up: the end of a line begins the next
    /// one, and none may be begun because one before it was given up.
    pub async fn give_up_payout(
        &self,
        who: &Principal,
        payout: &Payout,
    ) -> Result<(), EngineError> {
        for line in payout.lines.iter().rev() {
            match self.cancel_payment(who, line.payment).await {
                // One that was erased with whoever paid had ended.
                Ok(_) | Err(CancelPaymentError::NotNow | CancelPaymentError::Unknown) => {}
                Err(CancelPaymentError::Engine(error)) => return Err(error),
            }
        }
        Ok(())
    }
}

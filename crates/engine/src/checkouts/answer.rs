//! Taking a payer's answer to their bank.

use super::Checkout;
use crate::Engine;
use crate::payments::{AnswerError, ChallengeAnswer, Payment};

impl Engine {
    /// Takes an answer on a page of the checkout's payment, once.
    pub async fn answer_checkout(
        &self,
        token: &str,
        page: &str,
        answer: &ChallengeAnswer,
    ) -> Result<(), AnswerError> {
        let checkout = self.checkout(token).await?.ok_or(AnswerError::UnknownPage)?;
        let Checkout { who, payment, .. } = &checkout;
        let asks = |payment: &&Payment| payment.page.as_deref() == Some(page);
        payment.as_ref().filter(asks).ok_or(AnswerError::UnknownPage)?;
        self.answer_payment(who, page, answer).await.map(drop)
    }
}

//! Taking a customer's answer.

use cartola_connector::session::ChallengeAnswer;
use cartola_model::{PaymentState, Principal};
use cartola_store::UnitOfWork;

use super::Payment;
use super::moving::Move;
use crate::retry::{MaybeConflict, until_settled};
use crate::{Engine, EngineError};

/// Why an answer is not taken.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// There is no such page, or an answer was taken on it.
    #[error("there is no such page, or it was used")]
    UnknownPage,
    /// Its time is over.
    #[error("the page has expired")]
    ExpiredPage,
    /// It does not have what the customer was asked for. The page stays.
    #[error("the answer does not have what was asked for")]
    Unsuitable,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl MaybeConflict for AnswerError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

impl Engine {
    /// Takes an answer on a page, once; the bank is told it by a job. Of several at once one is
    /// taken.
    pub async fn answer_payment(
        &self,
        who: &Principal,
        page: &str,
        answer: &ChallengeAnswer,
    ) -> Result<Payment, AnswerError> {
        until_settled(|| self.answer_payment_once(who, page, answer)).await
    }

    async fn answer_payment_once(
        &self,
        who: &Principal,
        page: &str,
        answer: &ChallengeAnswer,
    ) -> Result<Payment, AnswerError> {
        let digest = self.page_digest(who.tenant, page);
        let row = self.store().payment_of_page(who.tenant, &digest).await;
        let row = row.map_err(EngineError::from)?.ok_or(AnswerError::UnknownPage)?;
        if row.standing.page.is_none_or(|page| self.now() >= page.expires_at) {
            return Err(AnswerError::ExpiredPage);
        }
        // It is kept beyond that state only where nobody answered in time.
        let PaymentState::Challenged(asked) = &row.standing.state else {
            return Err(AnswerError::ExpiredPage);
        };
        if !answer.answers(&asked.challenge.kind) {
            return Err(AnswerError::Unsuitable);
        }
        let state = row.standing.state.clone().answer();
        let next = Move::to(state.map_err(|_| AnswerError::Unsuitable)?);
        let (commands, row) = self.moving(who, &row, &next, Some(answer)).await?;
        let mut work = UnitOfWork::new(who.tenant, self.now());
        work.commands = commands;
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(self.shown(who, row))
    }
}

//! Taking a customer's answer.

use cartola_connector::session::ChallengeAnswer;
use cartola_model::{PaymentState, Principal};
use cartola_primitives::id::PaymentId;
use cartola_store::UnitOfWork;
use cartola_store::payments::PaymentRow;

use super::Payment;
use super::moving::Move;
use crate::access::Subject;
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
        let digest = self.page_digest(who.tenant, page);
        until_settled(|| async {
            let row = self.store().payment_of_page(who.tenant, &digest).await;
            let row = row.map_err(EngineError::from)?.ok_or(AnswerError::UnknownPage)?;
            self.take_answer(who, row, answer).await
        })
        .await
    }

    /// The same on the page of the payment of that id, and of no other; nothing where there is none.
    pub async fn answer_payment_of(
        &self,
        who: &Principal,
        id: PaymentId,
        (page, answer): (&str, &ChallengeAnswer),
    ) -> Result<Option<Payment>, AnswerError> {
        self.note_access(who, "payment.read", Subject::one(id));
        let digest = self.page_digest(who.tenant, page);
        until_settled(|| async {
            let row = self.store().payment(who.tenant, id).await;
            let Some(row) = row.map_err(EngineError::from)? else { return Ok(None) };
            if row.standing.page.is_none_or(|page| page.digest != digest) {
                return Err(AnswerError::UnknownPage);
            }
            self.take_answer(who, row, answer).await.map(Some)
        })
        .await
    }

    async fn take_answer(
        &self,
        who: &Principal,
        row: PaymentRow,
        answer: &ChallengeAnswer,
    ) -> Result<Payment, AnswerError> {
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
        self.inner.moves.tell(row.id);
        Ok(self.shown(who, row))
    }
}

//! Ending a doubt by what whoever runs the gateway has learnt at the bank, by other means.

use cartola_model::audit::AuditEvent;
use cartola_model::{Principal, TransferFailure, TransferState};
use cartola_primitives::Timestamp;
use cartola_primitives::id::PaymentId;
use cartola_store::{Command, UnitOfWork};

use super::Payment;
use super::moving::Move;
use crate::learnt::{LearntError, check_note, check_time, learnt_event};
use crate::retry::until_settled;
use crate::{Engine, EngineError};

/// What became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentEnd {
    /// The money has moved.
    Completed {
        /// When, as the bank says.
        settled_at: Timestamp,
    },
    /// No money has moved and none will.
    Failed,
}

impl PaymentEnd {
    /// When, where it is said.
    const fn at(self) -> Option<Timestamp> {
        match self {
            Self::Completed { settled_at } => Some(settled_at),
            Self::Failed => None,
        }
    }

    const fn told(self) -> TransferState {
        match self {
            Self::Completed { settled_at } => TransferState::Completed { settled_at },
            Self::Failed => TransferState::Failed(TransferFailure::Other),
        }
    }
}

impl Engine {
    /// Ends a payment of which nobody knows what its bank has heard, as the bank says by other means. All
    /// that follows an end follows this one. `note` is what shows it: its hash is written down.
    pub async fn settle_payment(
        &self,
        who: &Principal,
        id: PaymentId,
        end: PaymentEnd,
        note: &str,
    ) -> Result<Payment, LearntError> {
        check_note(note)?;
        until_settled(|| async {
            let row = self.store().payment(who.tenant, id).await.map_err(EngineError::from)?;
            let row = row.ok_or(LearntError::Unknown)?;
            check_time(end.at(), row.created_at, self.now())?;
            let before = row.standing.state.standing().name();
            let state = row.standing.state.clone().learnt(&end.told(), self.now());
            let state = state.map_err(|_| LearntError::Known { state: before })?;
            let name = state.standing().name();
            let event = AuditEvent::once("payment.learnt", who.actor, row.id);
            let (commands, row) = self.moving(who, &row, &Move::to(state), None).await?;
            let mut work = UnitOfWork::new(who.tenant, self.now())
                .with(Command::Audit(learnt_event(event, (before, name), note)));
            work.commands.extend(commands);
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok(self.shown(who, row))
        })
        .await
    }
}

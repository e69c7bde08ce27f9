//! Giving up an instruction that is not wanted any more.

use cartola_model::{InstructionKind, InstructionState, Principal};
use cartola_primitives::id::InstructionId;
use cartola_store::UnitOfWork;

use super::Instruction;
use super::moving::Move;
use crate::retry::{MaybeConflict, until_settled};
use crate::{Engine, EngineError};

/// Why an instruction is not given up.
#[derive(Debug, thiserror::Error)]
pub enum CancelInstructionError {
    /// There is none.
    #[error("there is no such instruction")]
    Unknown,
    /// The bank is being told at this moment or is at it, or it has ended.
    #[error("the instruction cannot be given up as it stands")]
    NotNow,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl MaybeConflict for CancelInstructionError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

impl Engine {
    /// Gives up an instruction of that kind. What its bank has not heard of is cancelled when this
    /// answers; about anything else the bank is asked by a job, and what it says stands: the cash may
    /// have been taken. One that is given up already is left as it is.
    pub async fn cancel_instruction(
        &self,
        who: &Principal,
        kind: InstructionKind,
        id: InstructionId,
    ) -> Result<Instruction, CancelInstructionError> {
        until_settled(|| async {
            let row = self.store().instruction(who.tenant, id).await.map_err(EngineError::from)?;
            let row = row.filter(|row| row.kind == kind).ok_or(CancelInstructionError::Unknown)?;
            let state = &row.standing.state;
            if matches!(state, InstructionState::Cancelling | InstructionState::Cancelled { .. }) {
                return Ok(self.shown_instruction(who, row).await?);
            }
            let state = state.clone().cancel(self.now());
            let next = Move::to(state.map_err(|_| CancelInstructionError::NotNow)?);
            let (commands, row) = self.moving_instruction(who, &row, &next).await?;
            let mut work = UnitOfWork::new(who.tenant, self.now());
            work.commands = commands;
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok(self.shown_instruction(who, row).await?)
        })
        .await
    }
}

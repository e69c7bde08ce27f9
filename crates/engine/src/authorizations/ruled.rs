//! Instructions under the rules that say when their customer must approve them: as payments are
//! ([`super::LinkPayment`]), there is no way past them.

use cartola_model::Principal;

use super::LeaveBy;
use super::errors::AskError;
use super::rules::Reason;
use crate::instructions::{AuthorizedInstructionError, Instruction, InstructionError, Wanted};
use crate::{Engine, EngineError};

/// Why such an instruction is not given.
#[derive(Debug, thiserror::Error)]
pub enum RuledInstructionError {
    /// Its customer must approve it first.
    #[error("the customer must approve this instruction first")]
    Unapproved(Vec<Reason>),
    /// Whether they must cannot be said, or nobody can be asked.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The approval, or the instruction.
    #[error(transparent)]
    Instruction(#[from] AuthorizedInstructionError),
}

impl From<InstructionError> for RuledInstructionError {
    fn from(error: InstructionError) -> Self {
        Self::Instruction(error.into())
    }
}

impl From<EngineError> for RuledInstructionError {
    fn from(error: EngineError) -> Self {
        Self::Instruction(error.into())
    }
}

impl Engine {
    /// Gives an instruction: on an approval of exactly it, or, where the rules ask for none, without.
    /// The same case with the same request is the instruction that it was the first time.
    pub async fn begin_ruled_instruction(
        &self,
        who: &Principal,
        wanted: &Wanted<'_>,
        leave: LeaveBy<'_>,
    ) -> Result<Instruction, RuledInstructionError> {
        if self.instruction_of_case(who, wanted.case).await?.is_some() {
            return Ok(self.begin_instruction(who, wanted).await?);
        }
        match leave {
            LeaveBy::Token(token) => {
                Ok(self.begin_authorized_instruction(who, wanted, token).await?)
            }
            LeaveBy::Approved(id) => {
                let token = self.approval_token(who.tenant, &id);
                Ok(self.begin_authorized_instruction(who, wanted, token.expose()).await?)
            }
            LeaveBy::NotNeeded => {
                let operation = self.operation_of_instruction(who, wanted).await?;
                let (rut, operation) = operation.ok_or(InstructionError::UnknownAccount)?;
                let reasons = self.must_authorize(who, rut, &operation).await?;
                if !reasons.is_empty() {
                    return Err(RuledInstructionError::Unapproved(reasons));
                }
                Ok(self.begin_instruction(who, wanted).await?)
            }
        }
    }
}

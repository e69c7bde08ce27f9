//! Instructions that their customer approved on their phone before the bank hears of them.

use cartola_model::{Operation, Principal};
use cartola_primitives::Rut;
use cartola_primitives::id::InstructionId;

use super::{Giver, Instruction, InstructionError, Wanted};
use crate::authorizations::{Use, UseError};
use crate::retry::{MaybeConflict, until_settled};
use crate::{Engine, EngineError};

/// Why an instruction is not given on an approval.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizedInstructionError {
    /// The approval.
    #[error(transparent)]
    Approval(UseError),
    /// The instruction.
    #[error(transparent)]
    Instruction(InstructionError),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<UseError> for AuthorizedInstructionError {
    fn from(error: UseError) -> Self {
        match error {
            UseError::Engine(error) => Self::Engine(error),
            error => Self::Approval(error),
        }
    }
}

impl From<InstructionError> for AuthorizedInstructionError {
    fn from(error: InstructionError) -> Self {
        match error {
            InstructionError::Engine(error) => Self::Engine(error),
            error => Self::Instruction(error),
        }
    }
}

impl MaybeConflict for AuthorizedInstructionError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

impl Engine {
    /// Whose operation an instruction is, and the operation as they approve it; nothing where the
    /// account is none of the tenant's.
    pub async fn operation_of_instruction(
        &self,
        who: &Principal,
        wanted: &Wanted<'_>,
    ) -> Result<Option<(Rut, Operation)>, EngineError> {
        match &wanted.giver {
            Giver::Credentials { institution, rut, from, .. } => {
                Ok(Some((*rut, wanted.what.operation(institution, from.as_ref()))))
            }
            Giver::Account(account) => {
                let Some(account) = self.account(who, *account).await? else { return Ok(None) };
                let Some(person) = account.row.person else { return Ok(None) };
                let Some(rut) = self.rut_of(who.tenant, person).await? else { return Ok(None) };
                let from = cartola_model::AccountNumber::parse(&account.number).ok();
                let from = from.filter(|_| wanted.what.kind().moves_money());
                let operation = wanted.what.operation(&account.row.institution, from.as_ref());
                Ok(Some((rut, operation)))
            }
        }
    }

    /// Gives an instruction that its customer approved, in the unit that uses the approval up: what is
    /// done is what was shown, and it is done once. The same case with the same request is the
    /// instruction that it was the first time, whatever became of its approval.
    pub async fn begin_authorized_instruction(
        &self,
        who: &Principal,
        wanted: &Wanted<'_>,
        token: &str,
    ) -> Result<Instruction, AuthorizedInstructionError> {
        let id: InstructionId = self.minter().mint();
        until_settled(|| async {
            if self.instruction_of_case(who, wanted.case).await?.is_some() {
                return Ok(self.begin_instruction_with(who, wanted, id, &[]).await?);
            }
            let operation = self.operation_of_instruction(who, wanted).await?;
            let (rut, operation) = operation.ok_or(InstructionError::UnknownAccount)?;
            let used = Use { token, rut, operation: &operation };
            let (_, commands) = self.using(who, &used).await?;
            Ok(self.begin_instruction_with(who, wanted, id, &commands).await?)
        })
        .await
    }
}

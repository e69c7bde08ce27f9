//! What is sealed of an instruction.

use cartola_model::{AccountNumber, EndToEndId, Instructed, InstructionOrder, Principal};
use cartola_primitives::Rut;
use cartola_primitives::id::AuthorizationId;
use cartola_primitives::rut::serde_compact_option;
use cartola_store::instructions::InstructionRow;
use serde::{Deserialize, Serialize};

use super::Instruction;
use crate::{Engine, EngineError};

/// What is to be done, and from which account once that is known.
#[derive(Serialize, Deserialize)]
pub(super) struct SealedInstruction {
    /// The number as its bank writes it.
    pub from: Option<String>,
    pub what: Instructed,
    /// By what its customer approved it, on their phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<AuthorizationId>,
    /// Who took the cash, once the bank has told it.
    #[serde(default, with = "serde_compact_option", skip_serializing_if = "Option::is_none")]
    pub claimed_by: Option<Rut>,
}

impl SealedInstruction {
    /// What the bank is told.
    pub fn order(&self, id: EndToEndId, from: Option<AccountNumber>) -> InstructionOrder {
        InstructionOrder { end_to_end_id: id, from, what: self.what.clone() }
    }
}

impl Engine {
    pub(super) async fn opened_instruction(
        &self,
        who: &Principal,
        row: &InstructionRow,
    ) -> Result<SealedInstruction, EngineError> {
        let place = InstructionRow::order_place(who.tenant, &row.id);
        self.vault().open_record(&place, &row.standing.order).await
    }

    pub(crate) async fn shown_instruction(
        &self,
        who: &Principal,
        row: InstructionRow,
    ) -> Result<Instruction, EngineError> {
        let SealedInstruction { from, what, claimed_by, .. } =
            self.opened_instruction(who, &row).await?;
        Ok(Instruction { row, what, from, claimed_by })
    }
}

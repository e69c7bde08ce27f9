//! The code with which cash is taken: opened for whoever may move money, and said so in the trail.

use cartola_model::{InstructionState, Principal};
use cartola_primitives::Secret;
use cartola_primitives::id::InstructionId;
use cartola_store::instructions::InstructionRow;

use crate::access::Subject;
use crate::{Engine, EngineError};

impl Engine {
    /// The code of a withdrawal, while cash can be taken with it. Showing it is an access of its own in
    /// the audit trail.
    pub async fn withdrawal_code(
        &self,
        who: &Principal,
        id: InstructionId,
    ) -> Result<Option<Secret<String>>, EngineError> {
        let Some(row) = self.store().instruction(who.tenant, id).await? else { return Ok(None) };
        let is_of_use = match row.standing.state {
            InstructionState::Available { expires_at } => self.now() < expires_at,
            _ => false,
        };
        let Some(sealed) = row.standing.code.as_ref().filter(|_| is_of_use) else {
            return Ok(None);
        };
        let place = InstructionRow::code_place(who.tenant, &row.id);
        let opened = self.vault().open_sealed(&place, sealed).await?;
        let code =
            String::from_utf8(opened.expose().clone()).map_err(|_| EngineError::Interrupted)?;
        self.note_screen(who, "withdrawal.code_shown", Subject::one(id), Some(row.kind.screen()));
        Ok(Some(Secret::new(code)))
    }
}
